package backend

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/client"
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

// TestPorts: a back end has the same pages on several ports, with TLS where a
// port has a certificate, and its switch stops them all.
func TestPorts(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Port: 8080, Ports: []topology.BackendPort{{Port: 8443, Certificate: "app"}, {Port: 9443, Certificate: "none"}}})
	for i, target := range []string{"http://192.0.2.50:8080/", "https://192.0.2.50:8443/", "https://192.0.2.50:9443/"} {
		c := topology.Client{Target: target, Rate: 1, Start: second, Phase: time.Duration(100*(i+1)) * millisecond, Stop: 3 * second}
		if i > 0 {
			c.Certificate = "app"
		}
		if _, err := client.New(l.client, c.WithDefaults(), l.ledger); err != nil {
			t.Fatal(err)
		}
	}
	l.At(1500*millisecond, func() { l.backend.StopService(topology.BackendService) })
	l.Run(10 * second)
	var got []string
	for e := range slices.Values(l.Log.Events()) {
		switch w := e.What.(type) {
		case answered:
			got = append(got, fmt.Sprintf("%v answered", e.At.Round(10*millisecond)))
		case failed:
			got = append(got, fmt.Sprintf("%v %s", e.At.Round(10*millisecond), w.Failure))
		}
	}
	want := []string{
		"1.1s answered", "1.2s answered", "1.3s tls",
		"2.1s refused", "2.2s refused", "2.3s refused",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNeedsSession: a page that needs a session answers 401 and begins one. The
// client comes back with the cookie, if its path fits.
func TestNeedsSession(t *testing.T) {
	for path, want := range map[string][]int{"": {401, 200, 200}, "/": {401, 200, 200}, "/admin": {401, 200, 200}, "/other": {401, 401, 401}} {
		l := newLab(t)
		l.serve(topology.Backend{Session: "S", SessionPath: path, Paths: map[string]topology.Page{"/admin/x": {NeedsSession: true}}})
		c := topology.Client{Target: "http://192.0.2.50/admin/x", Sessions: 1, Rate: 1, Start: second, Stop: 4 * second}
		if _, err := client.New(l.client, c.WithDefaults(), l.ledger); err != nil {
			t.Fatal(err)
		}
		l.Run(10 * second)
		var got []int
		for _, a := range event.Of[answered](l.Log.Events()) {
			got = append(got, a.Status)
		}
		if !slices.Equal(got, want) {
			t.Errorf("path %q: got %v, want %v", path, got, want)
		}
	}
}
