package testbed

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestRealHost: a program on the kernel of a namespace answers a client of
// ours; what it says is in the file and, if watched for, in the log. It is
// asked to end when the run is over, and that is no event.
func TestRealHost(t *testing.T) {
	output := t.TempDir()
	b := open(t, withClient(realHost(topology.Exec{
		Run: actor("serve", "80"), Name: "server", Ready: topology.Ready{TCP: 80}, Watch: "^listen",
	})), Options{Output: into(output)})
	b.await(said, "server: listening")
	b.await(lives, "web server running")
	b.await(established, "established")
	b.end()
	want := []string{"web up", "web server starting", "web server running"}
	if got := b.happened(func(e event.Event) string {
		if e.Node == "web" {
			return lives(e)
		}
		return ""
	}); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	text, err := os.ReadFile(filepath.Join(output, "web.server.log"))
	if err != nil || string(text) != "listening\nended by terminated\n" {
		t.Errorf("output: got %q, %v", text, err)
	}
	b.Close()
	nothingLeft(t)
}

// TestRealHostFiles: files are in the working directory, with what is known of
// the node in place of the words in braces; scripts may be run; /run is the
// node's own.
func TestRealHostFiles(t *testing.T) {
	output := t.TempDir()
	marker := "cablepull-test-" + filepath.Base(output)
	b := open(t, realHost(topology.Exec{
		Run: []string{"bin/say", "{name}", "{lan.mac}", "{other}"},
		Files: map[string]string{
			"bin/say": "#!/bin/sh\necho $@\ncat {dir}/conf/it\n: > /run/" + marker + "\n",
			"conf/it": "listen {lan.address} in {lan.prefix} on {lan.interface};",
		},
	}), Options{Output: into(output)})
	b.await(lives, "web say ended: exit 0")
	b.end()
	mac := b.Topology().Nodes["web"].NICs["lan"].MAC
	want := "web " + mac + " {other}\nlisten 192.0.2.50 in 192.0.2.50/24 on lan;\n"
	text, err := os.ReadFile(filepath.Join(output, "web.say.log"))
	if err != nil || string(text) != want {
		t.Errorf("output: got %q, %v, want %q", text, err, want)
	}
	if _, err := os.Stat("/run/" + marker); err == nil {
		t.Errorf("/run/%s is there: the node has written to the machine's /run", marker)
	}
}

// TestRealHostsBeside: programs beside the one that counts start before it.
func TestRealHostsBeside(t *testing.T) {
	b := open(t, realHost(topology.Exec{
		Run:    shell("until test -e first && test -e second; do sleep 0.01; done; echo ready; exec sleep 60"),
		Name:   "main",
		Beside: map[string][]string{"a": shell(": > first"), "b": shell(": > second; exec sleep 60")},
		Ready:  topology.Ready{Log: "^ready$"},
	}), Options{})
	b.await(lives, "web main running")
	b.inject("stop service b on web")
	b.await(lives, "web b ended: signal terminated")
	b.inject("stop service main on web")
	b.await(lives, "web main ended: signal terminated")
	got := b.happened(lives)
	const prepared = "web a ended: exit 0" // at any time, even before the next program starts
	if !slices.Contains(got, prepared) {
		t.Errorf("got %q, want the end of what prepares something", got)
	}
	got = slices.DeleteFunc(got, func(line string) bool { return line == prepared })
	if want := []string{"web up", "web a starting", "web b starting", "web main starting"}; !slices.Equal(got[:4], want) {
		t.Errorf("got %q first, want %q", got[:4], want)
	}
}

// mistakes are real hosts with which a run cannot go on, and what the error
// says.
var mistakes = []struct {
	name string
	exec topology.Exec
	want []string
}{
	{
		"does not become ready",
		topology.Exec{Run: shell("echo trying; exec sleep 60"), Ready: topology.Ready{TCP: 80, Within: 300 * time.Millisecond}},
		[]string{"node web: program sh: not ready after 300ms: nobody listens on TCP port 80; it said: trying"},
	},
	{
		"does not say the word",
		topology.Exec{Run: shell("exec sleep 60"), Ready: topology.Ready{Log: "^up$", Within: 300 * time.Millisecond}},
		[]string{`node web: program sh: not ready after 300ms: no line of output matches "^up$"; it said nothing`},
	},
	{
		"exits at once",
		topology.Exec{Run: shell("echo bad configuration >&2; exit 3")},
		[]string{"node web: program sh: it has ended before it was ready: exit 3; it said: bad configuration"},
	},
	{
		// It is not taken for ready while it still computes.
		"takes a while to find out",
		topology.Exec{Run: shell("n=0; while [ $n -lt 150000 ]; do n=$((n+1)); done; exit 3")},
		[]string{"node web: program sh: it has ended before it was ready: exit 3"},
	},
	{
		"ends well before it is ready",
		topology.Exec{Run: shell("exit 0"), Ready: topology.Ready{TCP: 80}},
		[]string{"node web: program sh: it has ended before it was ready: exit 0"},
	},
	{
		"does not last",
		topology.Exec{Run: shell("sleep 0.1; kill -9 $$"), Ready: topology.Ready{After: 400 * time.Millisecond}},
		[]string{"node web: program sh: it has ended before it was ready: signal killed"},
	},
	{
		"fails beside",
		topology.Exec{Run: shell("exec sleep 60"), Name: "main", Beside: map[string][]string{"helper": shell("echo no; exit 1")}, Ready: topology.Ready{TCP: 80}},
		[]string{"node web: program helper: it has ended before it was ready: exit 1; it said: no"},
	},
	{
		"cannot be run",
		topology.Exec{Run: []string{"./script"}, Name: "script", Files: map[string]string{"script": "#!/no/such/interpreter\n"}},
		[]string{"node web: program script: /", "/web/script: no such file or directory"},
	},
}

// TestRealHostMistakes: what is wrong with programs ends the run with the node,
// the program, the cause and the program's own words, and nothing is left.
func TestRealHostMistakes(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			b := open(t, realHost(m.exec), Options{})
			err := b.Run(2 * time.Second)
			for _, want := range m.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got  %v\nwant %s", err, want)
				}
			}
			b.Close()
			nothingLeft(t)
		})
	}
}

// TestRealHostWithoutProgram: a program that is not there is told before
// anything is made, with what may bring it.
func TestRealHostWithoutProgram(t *testing.T) {
	for _, c := range []struct{ program, want string }{
		{"no-such-server", "node web: program no-such-server: no such program: no-such-server is neither on PATH nor in /usr/local/sbin, /usr/sbin, /sbin (on Debian perhaps: apt-get install no-such-server)"},
		{"/no/such/server", "node web: program server: no such program: "},
	} {
		_, err := tryOpen(t, realHost(topology.Exec{Run: []string{c.program}}), Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
		nothingLeft(t)
	}
}
