package fault

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/cablepull/cablepull/sim/topology"
)

// TestProblems: what keeps a fault from ever being done, in the words that
// every world and every file uses.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		line string
		is   error
		want []string
	}{
		{"pull a.lan", nil, nil},
		{"stop service web on a", nil, nil},
		{"stop service http on web", nil, nil},
		{"stop service nginx on k for 3s", nil, nil},
		{"freeze k process", nil, nil},
		{"pull z.lan for 3s", ErrTarget, []string{`there is no node "z", want a, b, k or web`}},
		{"partition a | y z", ErrTarget, []string{`there is no node "y", want a, b, k or web`, `there is no node "z", want a, b, k or web`}},
		{"pull a.wan", ErrTarget, []string{`node a has no interface "wan", want lan (did you mean "lan"?)`}},
		{"prune multicast wan", ErrTarget, []string{`there is no segment "wan", want lan (did you mean "lan"?)`}},
		{"stop service web on web", ErrTarget, []string{`node web has no service "web", want http or files`}},
		{"start service webb on a", ErrTarget, []string{`node a has no service "webb", want web (did you mean "web"?)`}},
		{"backend a hang", ErrTarget, []string{"node a is not a backend"}},
		{"quiesce web", ErrTarget, []string{"web has neither a gateway nor standby control to quiesce"}},
		{"unquiesce web", ErrTarget, []string{"web has neither a gateway nor standby control to quiesce"}},
		{"yield web", ErrTarget, []string{"web has no standby control to yield"}},
		{"yield web.lan", ErrTarget, []string{"web.lan has no standby control to yield"}},
		{"fill b memory 10%", ErrTarget, []string{"node b has no memory limit to fill: give it one, such as memory: {limit: 64MiB}"}},
		{"fill k memory 10%", ErrRealStack, []string{ErrRealStack.Error()}},
		{"fill k disk 10%", ErrTarget, []string{"node k has no disk of a size to fill: give it one, such as exec: {disk: 64MiB}"}},
		{"fill b disk 10%", ErrTarget, []string{"node b has no disk to fill: want a real host with exec: {disk: 64MiB}, or a program that keeps a store"}},
		{"set a standby.priority 256", topology.ErrProperty, []string{`bad property: standby.priority: got "256", want 0 to 255`}},
		{"set k lan.address none", ErrRealStack, []string{ErrRealStack.Error()}},
		{"skew k 5s for 3s", ErrRealStack, []string{ErrRealStack.Error()}},
	} {
		got := Problems(everything(), parsed(t, c.line))
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v, want %q", c.line, got, c.want)
			continue
		}
		for i, err := range got {
			if err.Error() != c.want[i] || !errors.Is(err, c.is) {
				t.Errorf("%s:\n got %v\nwant %s; errors.Is %v", c.line, err, c.want[i], c.is)
			}
		}
	}
	if got := Problems(everything(), Crash{"A"}); len(got) != 1 || !errors.Is(got[0], ErrSyntax) {
		t.Errorf("a fault without a line: got %v, want ErrSyntax", got)
	}
}

// TestModesOfProtocols: a back end has the modes of its protocol, and none is
// drawn that it does not have.
func TestModesOfProtocols(t *testing.T) {
	top := everything()
	web := top.Nodes["web"]
	web.Backend = &topology.Backend{Protocol: topology.ProtocolLDAP}
	top.Nodes["web"] = web
	top = top.WithDefaults()
	for line, want := range map[string]string{ // order: each on its own
		"backend web busy": "",
		"backend web hang": "",
		"backend web html": "node web answers ldap, want latency, hang, reset, reset-on-accept, ok, invalid-credentials, busy",
	} {
		got := ""
		for _, err := range Problems(top, parsed(t, line)) {
			got += err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
	if err := Problems(everything(), parsed(t, "backend web busy")); len(err) != 1 {
		t.Errorf("backend web busy, of a website: got %v, want one problem", err)
	}
	if f, ok := backendRow.draw(&Draw{Rand: rand.New(rand.NewPCG(1, 2)), Topology: top}); ok {
		t.Errorf("got %v for a directory, want nothing to draw", f)
	}
}

// TestNow: the state of a machine decides only about faults that need it.
func TestNow(t *testing.T) {
	a := everything().Nodes["a"]
	forgotten := a
	forgotten.Standby = nil // a reboot has lost it
	for _, c := range []struct {
		line string
		p    Present
		want error
	}{
		{"hog a service 50%", Present{Up: true, Node: a}, nil},
		{"hog a service 50%", Present{Node: a}, ErrDown},
		{"freeze a for 3s", Present{Node: a}, ErrDown},
		{"set a standby off", Present{Node: a}, ErrDown},
		{"set a standby off", Present{Up: true, Node: forgotten}, topology.ErrProperty},
		{"yield a", Present{Up: true, Node: forgotten}, ErrTarget},
		{"crash a", Present{Node: a}, nil},
		{"boot a", Present{Node: a}, nil},
		{"save a", Present{Node: a}, nil},
		{"pull a.lan", Present{Node: a}, nil},
	} {
		if got := Now(parsed(t, c.line), c.p); !errors.Is(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%s, up %v: got %v, want %v", c.line, c.p.Up, got, c.want)
		}
	}
}

// TestInRealTime: processes keep nothing when they are killed.
func TestInRealTime(t *testing.T) {
	for line, possible := range map[string]bool{
		"reboot a warm down 5s": false, "reboot a down 5s": true, "crash a for 3s": true, "skew a 5s": true,
	} {
		if err := InRealTime(parsed(t, line)); (err == nil) != possible {
			t.Errorf("%s: got %v, want an error: %v", line, err, !possible)
		}
	}
}
