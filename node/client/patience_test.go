package client

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestKeepAlive: TCP notices between two requests that the server has gone, and
// records that as a timeout even if idle connections would be closed later.
// Without it the request after next finds out.
func TestKeepAlive(t *testing.T) {
	for _, idle := range []time.Duration{0, 50 * second} {
		l := newLab(t)
		l.serve(topology.Backend{})
		l.ask(topology.Client{
			Rate: 1. / 60, Mode: topology.ModeLongLived, Idle: idle,
			KeepAlive: &topology.KeepAlive{Idle: 5 * second, Interval: 2 * second, Count: 3},
		})
		l.At(12*second, func() { l.server.Crash(false) })
		l.Run(40 * second)
		answers, _ := hosttest.Bodies[answered](l.Lab, "")
		at, closed := hosttest.Bodies[ended](l.Lab, "")
		if len(answers) != 1 || len(closed) != 1 || closed[0].How != "timeout" {
			t.Fatalf("got %d answers and %+v, want one answer and one timeout", len(answers), closed)
		}
		// Probes are answered every 5 s, up to the crash; the next is not.
		probe := answers[0] + (12*second-answers[0])/(5*second)*(5*second) + 5*second
		if at[0] < probe+6*second || at[0] > probe+6*second+2*millisecond {
			t.Errorf("closed at %v, want %v: three probes, 2 s each", at[0], probe+6*second)
		}
	}
}

// TestUserTimeout: TCP gives up a request before the client would.
func TestUserTimeout(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	l.ask(topology.Client{Rate: 1. / 10, Stop: 15 * second, Mode: topology.ModeKeepAlive, Timeout: 60 * second, UserTimeout: 5 * second})
	l.At(5*second, func() { l.server.Crash(false) })
	l.Run(60 * second)
	at, failures := hosttest.Bodies[failed](l.Lab, "")
	if len(failures) != 1 || failures[0].Failure != "timeout" {
		t.Fatalf("got %+v, want one timeout", failures)
	}
	if got := failures[0].After; got < 5*second || got > 5300*millisecond {
		t.Errorf("failed at %v after %v, want 5 s and at most one repetition", at[0], got)
	}
}
