package gateway

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// files starts a service of kind ftp.
func (l *lab) files(s topology.Service) {
	s.Kind, s.Listen = topology.KindFTP, mustAddrPort("192.0.2.100:21")
	l.start(map[string]topology.Service{"files": s})
}

// get starts a client of it.
func (l *lab) get(cfg topology.Client) {
	l.TB.Helper()
	cfg.Target = "ftp://192.0.2.100/"
	l.ask(cfg)
}

// targets counts the connections of the client by the port that it asked.
func (l *lab) targets() map[string]int {
	all := map[string]int{}
	for _, c := range event.Of[event.ConnOpened](l.Log.Events()) {
		all[c.Target]++
	}
	return all
}

// TestFiles: each request is a file over a connection of its own, to the
// virtual IP; the control connection is a new one each time, or one for all.
func TestFiles(t *testing.T) {
	for _, c := range []struct {
		mode     string
		controls int
	}{{topology.ModeNew, 20}, {topology.ModeKeepAlive, 1}, {topology.ModeLongLived, 3}} {
		l := newLab(t, 0)
		l.own()
		l.files(topology.Service{Size: 100000, Passive: topology.PortRange{First: 50000, Last: 50001}})
		l.get(topology.Client{Rate: 10, Mode: c.mode, Connections: 3, Stop: 2 * second})
		l.Run(5 * second)
		l.wantOutcomes(map[string]int{"226 by a": 20})
		want := map[string]int{"192.0.2.100:21": c.controls, "192.0.2.100:50000": 10, "192.0.2.100:50001": 10}
		if got := l.targets(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: connections: got %v, want %v", c.mode, got, want)
		}
		if n := hosttest.Count[event.ConnAccepted](l.Lab, "a"); n != 20+c.controls {
			t.Errorf("%s: %d connections accepted, want %d", c.mode, n, 20+c.controls)
		}
		if n := hosttest.Count[event.RequestServed](l.Lab, "a"); n != 20 {
			t.Errorf("%s: %d files served, want 20", c.mode, n)
		}
		answered := 0
		for _, end := range event.Of[event.ConnClosed](l.Log.Events()) {
			if end.How != "client" && end.How != "server" {
				t.Errorf("%s: connection %d ended by %s", c.mode, end.Conn, end.How)
			}
			if end.How == "server" { // that of a file
				answered += end.Answered
			}
		}
		if answered != 20 {
			t.Errorf("%s: %d files came over data connections that the server ended, want 20", c.mode, answered)
		}
		if n := l.gateway.Connections("files"); c.mode == topology.ModeNew && n != 0 {
			t.Errorf("%d connections left, want none", n)
		}
	}
}

// TestFilesAtTheSameTime: as many clients as there are ports; one more is
// refused, and its connection serves the next request.
func TestFilesAtTheSameTime(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.files(topology.Service{Size: 10000, Rate: 10000, Passive: topology.PortRange{First: 50000, Last: 50001}})
	l.get(topology.Client{Rate: 4, Mode: topology.ModeKeepAlive, Connections: 3, Phase: 100 * millisecond, Stop: second})
	l.Run(5 * second)
	// Files take a second each. The port is free from the moment at which its
	// client has come, so all begin at once.
	l.wantOutcomes(map[string]int{"226 by a": 4})

	l = newLab(t, 0)
	l.own()
	l.files(topology.Service{Passive: topology.PortRange{First: 50000, Last: 50000}})
	l.At(second, func() { // another service of the machine has the port
		l.a.Go("squatter", func(*sim.Proc) {
			taken, err := l.a.Listen(mustAddrPort("192.0.2.100:50000"), 1)
			if err != nil {
				l.Loop.Fail(err)
				return
			}
			l.At(2*second, func() { taken.Close() })
		})
	})
	l.get(topology.Client{Rate: 10, Mode: topology.ModeKeepAlive, Stop: 3 * second})
	l.Run(5 * second)
	l.wantOutcomes(map[string]int{"226 by a": 20, "status-425": 10})
	if got := l.targets()["192.0.2.100:21"]; got != 1 {
		t.Errorf("%d control connections, want one: a refusal leaves it as it was", got)
	}
}

// TestFilesWithoutTheAddress: the virtual IP goes in the middle of a file. Both
// connections are reset, and the next request finds nobody; after it has come
// back, files come again.
func TestFilesWithoutTheAddress(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.files(topology.Service{Size: 50000, Rate: 50000})
	l.At(2500*millisecond, l.lose)
	l.At(4*second, l.own)
	l.get(topology.Client{Rate: 0.5, Phase: millisecond, Mode: topology.ModeKeepAlive, Connect: second, Start: 2 * second, Stop: 7 * second})
	l.Run(12 * second)
	l.wantStates("0s files listening", "2.5s files waiting", "4s files listening")
	l.wantOutcomes(map[string]int{"reset": 1, "226 by a": 2})
	var ends []string
	for e, c := range event.Of[event.ConnClosed](l.Log.Events()) {
		if e.At < 3*second {
			ends = append(ends, c.How)
		}
	}
	if !slices.Equal(ends, []string{"reset", "reset"}) {
		t.Errorf("connections ended by %v, want two resets", ends)
	}
}

// TestFilesWhileAlmostDead: a hogged service accepts nothing and sends nothing,
// not even the rest of a file, and goes on when the hog ends.
func TestFilesWhileAlmostDead(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.files(topology.Service{Size: 50000, Rate: 50000})
	l.At(2500*millisecond, func() { l.a.Hog(host.Service, 1) })
	l.At(5500*millisecond, func() { l.a.Hog(host.Service, 0) })
	l.get(topology.Client{Rate: 1, Phase: millisecond, Mode: topology.ModeNew, Start: 2 * second, Stop: 3500 * millisecond})
	l.Run(20 * second)
	l.wantOutcomes(map[string]int{"226 by a": 2})
	_, answers := hosttest.Bodies[event.RequestAnswered](l.Lab, "c1")
	for i, least := range []float64{3.9, 3.4} { // a second of its own, and what was left of the hog
		if got := answers[i].Latency.Seconds(); got < least || got > least+0.3 {
			t.Errorf("file %d took %.1f s, want about %.1f", i+1, got, least)
		}
	}
	for e := range event.Of[event.ConnAccepted](l.Log.Events()) {
		if e.At > 2500*millisecond && e.At < 5500*millisecond {
			t.Errorf("a connection was accepted at %v", e.At)
		}
	}
}

// TestFilesWithoutMemory: there is room for control connections and for one
// transfer. The second one is refused, by the control connection, and all
// memory is given back.
func TestFilesWithoutMemory(t *testing.T) {
	l := newLab(t, 4*holds.Connection+holds.Request)
	l.own()
	l.files(topology.Service{Size: 10000, Rate: 10000})
	l.get(topology.Client{Rate: 2, Phase: millisecond, Mode: topology.ModeLongLived, Connections: 3, Start: second, Stop: 2 * second})
	l.Run(4 * second)
	l.wantOutcomes(map[string]int{"226 by a": 1, "status-451": 1})
	if used := l.a.Memory().Used(); used != 3*holds.Connection {
		t.Errorf("%d bytes held, want those of three connections", used)
	}
	l.gateway.services[0].server.Drain()
	l.Run(5 * second)
	if used := l.a.Memory().Used(); used != 0 {
		t.Errorf("%d bytes are held by nobody", used)
	}
}

// TestFilesStopped: a service that is stopped sends the current file to its end
// and refuses the next request.
func TestFilesStopped(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.files(topology.Service{Size: 10000, Rate: 10000})
	l.At(1500*millisecond, func() {
		if err := l.gateway.StopService("files"); err != nil {
			t.Error(err)
		}
	})
	l.get(topology.Client{Rate: 0.5, Phase: millisecond, Mode: topology.ModeKeepAlive, Start: second, Stop: 4 * second})
	l.Run(6 * second)
	l.wantStates("0s files listening", "1.5s files stopped")
	l.wantOutcomes(map[string]int{"226 by a": 1, "refused": 1})
}

// TestHTTPAtFTP: programs that speak another protocol are told so and do no
// harm.
func TestHTTPAtFTP(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.files(topology.Service{})
	l.ask(topology.Client{Target: "http://192.0.2.100:21/", Rate: 1, Stop: second, Timeout: second})
	l.Run(3 * second)
	got := l.outcomes()
	if got["mismatched"] != 1 {
		t.Errorf("outcomes: got %v, want a mismatch", got)
	}
	for text := range got {
		if strings.HasPrefix(text, "2") {
			t.Errorf("outcomes: got %v", got)
		}
	}

	l = newLab(t, 0)
	l.own()
	l.start(nil)
	l.ask(topology.Client{Target: "ftp://192.0.2.100:80/", Rate: 1, Stop: second, Timeout: second})
	l.Run(3 * second)
	l.wantOutcomes(map[string]int{"timeout": 1}) // each waits for the other to begin
}

// TestFilesAndIdleClients: the time limits of a service are those of commands
// too.
func TestFilesAndIdleClients(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.files(topology.Service{PersistentTimeout: 2 * second})
	l.get(topology.Client{Rate: 0.2, Phase: millisecond, Mode: topology.ModeKeepAlive, Stop: 9 * second})
	l.Run(15 * second)
	l.wantOutcomes(map[string]int{"226 by a": 2})
	at, ended := hosttest.Bodies[event.ConnTimedOut](l.Lab, "a")
	if len(ended) != 2 || ended[0].Timeout != event.PersistentTimeout || at[0] < 2*second || at[0] > 2100*millisecond {
		t.Errorf("ended %v at %v, want both connections after 2s", ended, at)
	}
	if got := l.targets()["192.0.2.100:21"]; got != 2 {
		t.Errorf("%d control connections, want one for each file", got)
	}
}
