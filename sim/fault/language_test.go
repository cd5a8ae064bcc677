package fault

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var portA = Port{"a", "lan"}

// goldenLines shows the language: each line parses to the value beside it and
// prints as itself.
var goldenLines = []struct {
	line string
	want Fault
}{
	{"pull a.lan", Pull{Port: portA}},
	{"pull a.lan silently", Pull{Port: portA, Silently: true}},
	{"pull a.lan silently out", Pull{portA, true, Out}},
	{"pull a.lan silently in for 500ms", For{Pull{portA, true, In}, 500 * time.Millisecond}},
	{"pull a.lan for 4s", For{Pull{Port: portA}, 4 * time.Second}},
	{"plug a.lan", Plug{portA}},
	{"partition a | b c1", Partition{Sets: [][]string{{"a"}, {"b", "c1"}}}},
	{"partition a | b | c1 c2 for 1m30s", For{Partition{Sets: [][]string{{"a"}, {"b"}, {"c1", "c2"}}}, 90 * time.Second}},
	{"partition one-way a -> b c1", Partition{Sets: [][]string{{"a"}, {"b", "c1"}}, OneWay: true}},
	{"heal", Heal{}},
	{"heal a", Heal{"a"}},
	{"impair a~lan loss 2% delay 20ms jitter 5ms", Impair{Port: portA, Loss: 0.02, Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond}},
	{"impair a~lan out loss 0.1% burst 4", Impair{Port: portA, Direction: Out, Loss: 0.001, Burst: 4}},
	{"impair a~lan in jitter 5ms distribution normal", Impair{Port: portA, Direction: In, Jitter: 5 * time.Millisecond, Distribution: "normal"}},
	{"impair a~lan duplicate 1% reorder 2% corrupt 3%", Impair{Port: portA, Duplicate: 0.01, Reorder: 0.02, Corrupt: 0.03}},
	{"impair a~lan rate 10Mbit/s queue 64KiB", Impair{Port: portA, Rate: 10e6, Queue: 64 << 10}},
	{"impair a~lan rate 1500bit/s queue 1501B", Impair{Port: portA, Rate: 1500, Queue: 1501}},
	{"drop hello from a", Drop{Kind: "hello", From: "a"}},
	{"drop garp from a to b", Drop{Kind: "garp", From: "a", To: "b"}},
	{"drop hello from a every 3rd", Drop{Kind: "hello", From: "a", Every: 3}},
	{"drop tcp from c1 first 2", Drop{Kind: "tcp", From: "c1", First: 2}},
	{"drop all from a to b every 22nd first 11", Drop{Kind: "all", From: "a", To: "b", Every: 22, First: 11}},
	{"prune multicast lan", Prune{"lan"}},
	{"unprune multicast lan", Unprune{"lan"}},
	{"block a.lan foreign", Block{portA}},
	{"block a.lan foreign for 30s", For{Block{portA}, 30 * time.Second}},
	{"unblock a.lan", Unblock{portA}},
	{"hog a service 100%", Hog{"a", "service", 1}},
	{"hog a control 99.5%", Hog{"a", "control", 0.995}},
	{"calm a", Calm{Node: "a"}},
	{"calm a service", Calm{"a", "service"}},
	{"fill a memory 90%", Fill{"a", "memory", 0.9}},
	{"fill a memory 0%", Fill{"a", "memory", 0}},
	{"fill a disk 100%", Fill{"a", "disk", 1}},
	{"freeze a", Freeze{Node: "a"}},
	{"freeze a process", Freeze{"a", true}},
	{"freeze a for 4.5s", For{Freeze{Node: "a"}, 4500 * time.Millisecond}},
	{"thaw a", Thaw{"a"}},
	{"crash a", Crash{"a"}},
	{"crash a for 1h", For{Crash{"a"}, time.Hour}},
	{"boot a", Boot{"a"}},
	{"reboot a", Reboot{Node: "a"}},
	{"reboot a down 5s", Reboot{Node: "a", Down: 5 * time.Second}},
	{"reboot a warm down 200ms", Reboot{"a", 200 * time.Millisecond, true}},
	{"set a standby.priority 120", Set{"a", "standby.priority", "120"}},
	{"set a standby.lan.preempt on", Set{"a", "standby.lan.preempt", "on"}},
	{"set a lan.address 192.0.2.11/24", Set{"a", "lan.address", "192.0.2.11/24"}},
	{"set a standby off", Set{"a", "standby", "off"}},
	{"set a standby off for 1m", For{Set{"a", "standby", "off"}, time.Minute}},
	{"save a", Save{"a"}},
	{"yield a", Yield{Port{Node: "a"}}},
	{"yield a.lan", Yield{portA}},
	{"quiesce a", Quiesce{Node: "a"}},
	{"quiesce a timeout 1m30s", Quiesce{Node: "a", Timeout: 90 * time.Second}},
	{"quiesce a delay 5s timeout 1m for 10m", For{Quiesce{"a", 5 * time.Second, time.Minute}, 10 * time.Minute}},
	{"unquiesce a", Unquiesce{"a"}},
	{"stop service web on b", StopService{"web", "b"}},
	{"start service web on b", StartService{"web", "b"}},
	{"backend web status 500", Backend{Node: "web", Mode: "status", Status: 500}},
	{"backend web latency 2s", Backend{Node: "web", Mode: "latency", Latency: 2 * time.Second}},
	{"backend web hang", Backend{Node: "web", Mode: "hang"}},
	{"backend web reset for 100us", For{Backend{Node: "web", Mode: "reset"}, 100 * time.Microsecond}},
	{"backend web ok", Backend{Node: "web", Mode: "ok"}},
	{"backend web http-1.0", Backend{Node: "web", Mode: "http-1.0"}},
	{"backend web slow-drip for 10s", For{Backend{Node: "web", Mode: "slow-drip"}, 10 * time.Second}},
	{"deploy web weather-api", Deploy{"web", "weather-api"}},
	{"undeploy web weather-api", Undeploy{"web", "weather-api"}},
	{"skew a 5s", Skew{"a", 5 * time.Second}},
	{"skew a -1m", Skew{"a", -time.Minute}},
	{"drift a 1%", Drift{"a", 0.01}},
	{"drift a -0.5%", Drift{"a", -0.005}},
}

func TestLinesParseAndPrintAsThemselves(t *testing.T) {
	verbsSeen := map[string]bool{}
	for _, g := range goldenLines {
		got, err := Parse(g.line)
		if err != nil {
			t.Errorf("Parse(%q): %v", g.line, err)
			continue
		}
		if diff := cmp.Diff(g.want, got); diff != "" {
			t.Errorf("Parse(%q): %s", g.line, diff)
		}
		if got := g.want.String(); got != g.line {
			t.Errorf("String: got %q, want %q", got, g.line)
		}
		if err := Check(g.want); err != nil {
			t.Errorf("Check(%q): %v", g.line, err)
		}
		verbsSeen[strings.Fields(g.line)[0]] = true
	}
	for _, usage := range Standard().Usage() {
		if verb := strings.Fields(usage)[0]; !verbsSeen[verb] {
			t.Errorf("no golden line for %s", verb)
		}
	}
}

// What people write that is not the printed form.
func TestParseIsLenientWhereNothingIsLost(t *testing.T) {
	for text, want := range map[string]string{
		"  pull\ta.lan  ":                     "pull a.lan",
		"drop hello from a every 3":           "drop hello from a every 3rd",
		"freeze a for 90s":                    "freeze a for 1m30s",
		"impair a~lan delay 20ms loss 2%":     "impair a~lan loss 2% delay 20ms",
		"impair a~lan rate 1000kbit/s":        "impair a~lan rate 1Mbit/s",
		"hog a service 50.00%":                "hog a service 50%",
		"fill a memory -0%":                   "fill a memory 0%",
		"impair a~lan delay 1500µs":           "impair a~lan delay 1.5ms",
		"reboot a down 0s":                    "reboot a",
		"impair a~lan delay 1us queue 1024B ": "",
	} {
		f, err := Parse(text)
		if want == "" {
			if err == nil {
				t.Errorf("Parse(%q): got %v, want an error", text, f)
			}
			continue
		}
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
		} else if f.String() != want {
			t.Errorf("Parse(%q): got %q, want %q", text, f, want)
		}
	}
}

func TestTargets(t *testing.T) {
	for text, want := range map[string]Targets{
		"pull a.lan for 4s":       {Interfaces: []Port{portA}},
		"partition a | b c1":      {Nodes: []string{"a", "b", "c1"}},
		"heal":                    {},
		"heal a":                  {Nodes: []string{"a"}},
		"drop garp from a to b":   {Nodes: []string{"a", "b"}},
		"drop garp from a":        {Nodes: []string{"a"}},
		"prune multicast lan":     {Segments: []string{"lan"}},
		"quiesce a delay 5s":      {Nodes: []string{"a"}},
		"unquiesce a":             {Nodes: []string{"a"}},
		"yield a":                 {Nodes: []string{"a"}},
		"yield a.lan":             {Interfaces: []Port{portA}},
		"impair a~lan loss 1%":    {Interfaces: []Port{portA}},
		"stop service web on b":   {Nodes: []string{"b"}},
		"backend web hang for 1s": {Nodes: []string{"web"}},
	} {
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, TargetsOf(f)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	for _, g := range goldenLines {
		if targets := TargetsOf(g.want); g.line != "heal" && cmp.Equal(targets, Targets{}) {
			t.Errorf("%s: no targets", g.line)
		}
	}
}

// A fault written in Go may say what no line can.
func TestCheckRefusesWhatNoLineSays(t *testing.T) {
	for _, f := range []Fault{
		Pull{Port: portA, Direction: Out}, // a direction without silence
		Crash{"A"},
		Crash{""},
		Hog{"a", "service", 1.5},
		Backend{Node: "web", Mode: "hang", Status: 500},
		For{Thaw{"a"}, time.Second},
		For{For{Crash{"a"}, time.Second}, time.Second},
		Partition{Sets: [][]string{{"a"}, {"b"}, {"c"}}, OneWay: true},
		Set{"a", "standby", "off now"},
	} {
		if err := Check(f); !errors.Is(err, ErrSyntax) {
			t.Errorf("Check(%#v): got %v, want ErrSyntax", f, err)
		}
	}
}
