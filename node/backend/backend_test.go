package backend

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestBackendModes changes the mode between requests of one client and compares
// its answers and their instants.
func TestBackendModes(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Latency: 10 * millisecond})
	l.ask(l.client, topology.Client{Rate: 1, Stop: 9 * second, Timeout: 3 * second})
	l.set(second, Mode{Kind: ModeStatus, Status: 404})
	l.set(2*second, Mode{Kind: ModeLatency, Latency: 200 * millisecond})
	l.set(3*second, Mode{Kind: ModeStatus, Status: 502})
	l.set(4*second, Mode{Kind: ModeReset})
	l.set(5*second, Mode{Kind: ModeOK})
	l.set(6*second, Mode{Kind: ModeHang})
	l.set(8*second, Mode{Kind: ModeOK})
	l.Run(20 * second)
	got := map[uint64]string{}
	for _, a := range event.Of[event.RequestAnswered](l.Log.Events()) {
		got[a.Request] += fmt.Sprintf("%d %v", a.Status, a.Latency.Round(100*millisecond))
	}
	for _, f := range event.Of[event.RequestFailed](l.Log.Events()) {
		got[f.Request] += f.Failure + " " + f.After.Round(100*millisecond).String()
	}
	phase := firstDue(l)
	hung := (2*second - phase).Round(100 * millisecond) // answered when the hang ends
	for i, want := range []string{
		"200 0s", "404 0s", "404 200ms", "status-502 200ms", "reset 200ms", "200 0s",
		fmt.Sprintf("200 %v", hung), fmt.Sprintf("200 %v", hung-second), "200 0s",
	} {
		if got[uint64(i+1)] != want {
			t.Errorf("request %d: got %q, want %q", i+1, got[uint64(i+1)], want)
		}
	}
	if len(got) != 9 {
		t.Errorf("%d outcomes, want 9", len(got))
	}
}

// firstDue returns the phase of the client.
func firstDue(l *lab) time.Duration {
	at, _ := hosttest.Bodies[opened](l.Lab, "")
	return at[0]
}

// TestBackendRefusesModes: a back end refuses invalid modes and does not
// change.
func TestBackendRefusesModes(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	before := l.backend.mode
	for _, m := range []Mode{
		{}, {Kind: "slow"}, {Kind: ModeStatus}, {Kind: ModeStatus, Status: 600}, {Kind: ModeLatency, Latency: -1},
	} {
		if err := l.backend.Set(m); err == nil || !strings.Contains(err.Error(), "want ") {
			t.Errorf("%+v: got %v, want an error that says what is allowed", m, err)
		}
	}
	if l.backend.mode != before {
		t.Errorf("mode: got %+v, want %+v", l.backend.mode, before)
	}
}

// TestBackendLog: the log names connections and answers by the client's
// address; refused clients are not in it.
func TestBackendLog(t *testing.T) {
	l := newLab(t)
	other := l.Add("c2", "192.0.2.202/24", hosttest.Cores(2))
	l.serve(topology.Backend{Allow: []netip.Addr{netip.MustParseAddr("192.0.2.201")}})
	once := topology.Client{Rate: 1, Stop: 999 * millisecond, Timeout: second} // the second request would be due later
	l.ask(l.client, once)
	l.ask(other, once)
	l.Run(5 * second)
	_, came := hosttest.Bodies[event.ConnAccepted](l.Lab, "")
	_, served := hosttest.Bodies[event.RequestServed](l.Lab, "")
	if len(came) != 1 || len(served) != 1 {
		t.Fatalf("%d accepted, %d served, want one of each", len(came), len(served))
	}
	if !strings.HasPrefix(came[0].Client, "192.0.2.201:") || came[0].Service != Service {
		t.Errorf("accepted: %+v", came[0])
	}
	for _, e := range l.Log.Events() {
		if a, ok := e.What.(event.RequestAnswered); ok && (e.Node != "c1" || a.Request != served[0].Request) {
			t.Errorf("%s got %+v, want only c1's request %d", e.Node, a, served[0].Request)
		}
	}
	_, local := hosttest.Bodies[event.ConnEstablished](l.Lab, "")
	found := false
	for _, c := range local {
		found = found || c.Local == came[0].Client
	}
	if !found {
		t.Errorf("no client has a connection from %s, as the server logged", came[0].Client)
	}
}

// TestHoggedBackend: while the service class is hogged, the kernel completes
// handshakes, but nothing is accepted or answered; afterwards everything is.
func TestHoggedBackend(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	l.ask(l.client, topology.Client{Rate: 10, Stop: 2 * second, Timeout: 5 * second})
	l.At(second, func() { l.server.Hog(host.Service, 1) })
	l.At(3*second, func() { l.server.Hog(host.Service, 0) })
	l.Run(10 * second)
	acceptedAt, _ := hosttest.Bodies[event.ConnAccepted](l.Lab, "")
	establishedAt, _ := hosttest.Bodies[event.ConnEstablished](l.Lab, "")
	answeredAt, _ := hosttest.Bodies[answered](l.Lab, "")
	during := func(at []time.Duration) (n int) {
		for _, t := range at {
			if t > second && t < 3*second {
				n++
			}
		}
		return n
	}
	if during(establishedAt) < 9 || during(acceptedAt) != 0 || during(answeredAt) != 0 {
		t.Errorf("while hogged: %d established, %d accepted, %d answered; want 10, 0, 0",
			during(establishedAt), during(acceptedAt), during(answeredAt))
	}
	if len(answeredAt) != 20 {
		t.Errorf("%d answers in the end, want 20", len(answeredAt))
	}
}

// TestRebootEndsHang: a hang is state of the process, so a crash ends it.
func TestRebootEndsHang(t *testing.T) {
	l := newLab(t)
	cfg := topology.Backend{}
	l.serve(cfg)
	l.set(0, Mode{Kind: ModeHang})
	l.ask(l.client, topology.Client{Rate: 1, Stop: 5 * second, Timeout: 500 * millisecond})
	l.At(3*second, func() { l.server.Crash(false); l.server.PowerOn(); l.serve(cfg) })
	l.Run(10 * second)
	_, failures := hosttest.Bodies[failed](l.Lab, "")
	_, answers := hosttest.Bodies[answered](l.Lab, "")
	if len(failures) != 3 || len(answers) != 2 {
		t.Errorf("%d failed, %d answered, want 3 and 2", len(failures), len(answers))
	}
}

// TestPortTaken: a second server on the same port logs that it failed.
func TestPortTaken(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Port: 8080})
	New(l.server, topology.Backend{Port: 8080}.WithDefaults())
	l.Run(second)
	_, states := hosttest.Bodies[event.ServiceChanged](l.Lab, "")
	if len(states) != 2 || states[0].State != "listening" || states[1].State != "failed" {
		t.Errorf("states: got %+v, want listening, then failed", states)
	}
}
