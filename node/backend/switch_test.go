package backend

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestStopAndStart: a stopped back end finishes the current answer and refuses
// new connections; when started again, it serves as before. Repeating either
// has no effect.
func TestStopAndStart(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Port: 80, Status: 200, Size: 1000, Latency: 90 * millisecond})
	l.ask(l.client, topology.Client{Rate: 10, Stop: 6 * second, Timeout: 3 * second})
	do := func(what func(string) error) func() {
		return func() {
			if err := what(topology.BackendService); err != nil {
				t.Error(err)
			}
		}
	}
	l.At(2*second, do(l.backend.StopService))
	l.At(3*second, do(l.backend.StopService))
	l.At(4*second, do(l.backend.StartService))
	l.At(5*second, do(l.backend.StartService))
	l.Run(10 * second)
	at, failures := hosttest.Bodies[failed](l.Lab, "")
	for i, f := range failures {
		if f.Failure != "refused" || at[i] < 2*second || at[i] > 4*second {
			t.Errorf("at %v: got %s, want refused, between 2s and 4s", at[i], f.Failure)
		}
	}
	if _, answers := hosttest.Bodies[answered](l.Lab, ""); len(failures) != 20 || len(answers) != 40 {
		t.Errorf("got %d failures and %d answers, want 20 and 40", len(failures), len(answers))
	}
	var got []string
	changedAt, changes := hosttest.Bodies[event.ServiceChanged](l.Lab, "")
	for i, c := range changes {
		got = append(got, fmt.Sprintf("%v %s %s", changedAt[i], c.State, c.Reason))
	}
	if want := []string{"0s listening port 80", "2s stopped port 80", "4s listening port 80"}; !slices.Equal(got, want) {
		t.Errorf("service: got %q, want %q", got, want)
	}
}

// TestOtherServices: a back end has no other services.
func TestOtherServices(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	for _, what := range []func(string) error{l.backend.StopService, l.backend.StartService} {
		if err := what("web"); err == nil || err.Error() != `back end web: service: got "web", want http` {
			t.Errorf("got %v, want an error that says what there is", err)
		}
	}
	l.Run(second)
	if _, changes := hosttest.Bodies[event.ServiceChanged](l.Lab, ""); len(changes) != 1 {
		t.Errorf("got %+v, want only that it listens", changes)
	}
}
