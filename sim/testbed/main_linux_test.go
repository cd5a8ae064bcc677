package testbed

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// testVersion is the build that node processes of these tests say they are.
// Set, the variable makes them say another.
const (
	testVersion     = "test"
	versionVariable = "CABLEPULL_TESTBED_VERSION"
)

// TestMain makes this program also what a testbed starts of it: its parts, and
// the programs that its real hosts run.
func TestMain(m *testing.M) {
	// Under the race detector a program of ours sleeps for a second before it ends,
	// which is more than some tests give it.
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	verb, args := os.Args[1], os.Args[2:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	var err error
	switch {
	case slices.Contains(Parts, verb):
		version := testVersion
		if other := os.Getenv(versionVariable); other != "" {
			version = other
		}
		err = PartMain(verb, args, version, os.Stdin)
	case actors[verb] != nil:
		err = actors[verb](args)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// actors are programs for real hosts, by verb.
var actors = map[string]func(args []string) error{
	// serve listens on a port and takes connections until it is asked to end.
	"serve": func(args []string) error {
		l, err := net.Listen("tcp4", ":"+args[0])
		if err != nil {
			return err
		}
		fmt.Println("listening")
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, syscall.SIGTERM)
		go func() {
			for {
				if c, err := l.Accept(); err == nil {
					c.Close()
				}
			}
		}()
		fmt.Println("ended by", <-asked)
		return nil
	},
	// flood writes so many MiB, says so, and stays.
	"flood": func(args []string) error {
		var amount int
		fmt.Sscan(args[0], &amount)
		line := strings.Repeat("x", 1023) + "\n"
		for range amount << 10 {
			if _, err := os.Stdout.WriteString(line); err != nil {
				return err
			}
		}
		fmt.Println("written")
		for { // select would be called a deadlock, and a signal ends a pause
			syscall.Pause()
		}
	},
}

// actor is the command of one of them.
func actor(verb string, args ...string) []string {
	program, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return append([]string{program, verb}, args...)
}

// shell is the command of a script.
func shell(script string) []string { return []string{"/bin/sh", "-c", script} }

// realHost is a topology with one real host, web.
func realHost(x topology.Exec) topology.Topology {
	return topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{"web": {
			NICs: map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.50/24")}}, Exec: &x,
		}},
	}
}

// withClient adds a client that asks the real host often.
func withClient(t topology.Topology) topology.Topology {
	var rate topology.Rate
	if err := rate.UnmarshalText([]byte("50/s")); err != nil {
		panic(err)
	}
	t.Nodes["c1"] = topology.Node{
		NICs:   map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.201/24")}},
		Client: &topology.Client{Target: "http://192.0.2.50/", Rate: rate},
	}
	return t
}

// needNamespaces skips a test where a testbed cannot be had.
func needNamespaces(t *testing.T) {
	t.Helper()
	if !netns.Privileged() {
		t.Skip("no network namespaces: neither root nor in a user namespace")
	}
	space, err := netns.New()
	if err != nil {
		t.Skipf("no network namespaces: %v", err)
	}
	space.Close()
}

// bed is a testbed under test.
type bed struct {
	*Testbed
	t       *testing.T
	awaited map[string]int // how often await has awaited what
}

// open makes a testbed, which closes with the test.
func open(t *testing.T, top topology.Topology, o Options) *bed {
	t.Helper()
	b, err := tryOpen(t, top, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tryOpen makes a testbed and returns what is wrong with it.
func tryOpen(t *testing.T, top topology.Topology, o Options) (*bed, error) {
	t.Helper()
	needNamespaces(t)
	t.Setenv("TMPDIR", t.TempDir()) // for nothingLeft
	o.Options = world.Options{Seed: 1, Watch: o.Watch}
	o.Version = testVersion
	b, err := New(top, o)
	if err != nil {
		return nil, err
	}
	t.Cleanup(b.Close)
	return &bed{Testbed: b, t: t, awaited: map[string]int{}}, nil
}

// happened are the events of some kinds, each in words.
func (b *bed) happened(words func(event.Event) string) []string {
	var all []string
	for _, e := range b.Events() {
		if w := words(e); w != "" {
			all = append(all, w)
		}
	}
	return all
}

// lives are the words for what becomes of machines and their programs.
func lives(e event.Event) string {
	switch what := e.What.(type) {
	case event.PowerChanged:
		return e.Node + " " + string(what.State)
	case event.ServiceChanged:
		return e.Node + " " + what.Service + " " + what.State
	case event.ProgramEnded:
		return e.Node + " " + what.Program + " ended: " + what.Status
	case event.LinkChanged:
		return fmt.Sprintf("%s %s up %v", e.Node, what.Interface, what.Up)
	}
	return ""
}

// awaitMax is how long a machine that is busy with other things may take for
// what takes it milliseconds otherwise.
const awaitMax = 5 * time.Second

// await lets the testbed go on until something has happened, of which the words
// are given, once more than it has been awaited before, and returns its
// instant.
func (b *bed) await(words func(event.Event) string, what string) time.Duration {
	b.t.Helper()
	for limit := b.Now() + awaitMax; b.Now() < limit; {
		times := 0
		for _, e := range b.Events() {
			if words(e) != what {
				continue
			}
			if times++; times > b.awaited[what] {
				b.awaited[what] = times
				return e.At
			}
		}
		if err := b.Run(b.Now() + 2*time.Millisecond); err != nil {
			b.t.Fatal(err)
		}
	}
	b.t.Fatalf("%q did not happen within %v; did: %q", what, awaitMax, b.happened(words))
	return 0
}

// all lets the testbed go on until so much has happened as is expected, and
// checks that it is that, in this order. What the kernel says comes late.
func (b *bed) all(words func(event.Event) string, want ...string) {
	b.t.Helper()
	for limit := b.Now() + awaitMax; b.Now() < limit && len(b.happened(words)) < len(want); {
		b.pass(2 * time.Millisecond)
	}
	if got := b.happened(words); !slices.Equal(got, want) {
		b.t.Errorf("got  %q\nwant %q", got, want)
	}
}

// pass lets the testbed go on for a while.
func (b *bed) pass(d time.Duration) {
	b.t.Helper()
	if err := b.Run(b.Now() + d); err != nil {
		b.t.Fatal(err)
	}
}

// inject injects a fault now.
func (b *bed) inject(line string) (heal func()) {
	b.t.Helper()
	f, err := fault.Parse(line)
	if err != nil {
		b.t.Fatal(err)
	}
	if heal, err = b.Inject(f); err != nil {
		b.t.Fatal(err)
	}
	return heal
}

// refuses expects that a fault cannot be done, and why.
func (b *bed) refuses(line, want string) {
	b.t.Helper()
	f, err := fault.Parse(line)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err = b.Inject(f); err == nil || !strings.Contains(err.Error(), want) {
		b.t.Errorf("%s: got %v, want %s", line, err, want)
	}
}

// end ends the run.
func (b *bed) end() {
	b.t.Helper()
	if err := b.Finish(); err != nil {
		b.t.Fatal(err)
	}
}

// into has the output of programs go into files of a directory.
func into(dir string) func(name string) (io.Writer, error) {
	return func(name string) (io.Writer, error) { return os.Create(filepath.Join(dir, name)) }
}

// nothingLeft checks that a testbed that could not be made, or has been closed,
// left no process of ours, no folder and no control group.
func nothingLeft(t *testing.T) {
	t.Helper()
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), "cablepull-*"))
	if len(folders) > 0 {
		t.Errorf("folders %v are left", folders)
	}
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if text, err := os.ReadFile(task); err == nil && len(strings.Fields(string(text))) > 0 {
			t.Errorf("children are left: %s", text)
		}
	}
}

// fileEnd returns the size of a file and its last bytes.
func fileEnd(t *testing.T, path string, last int) (size int, end string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return len(text), string(text[max(0, len(text)-last):])
}
