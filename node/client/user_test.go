package client

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestUsers: a user asks a think time after its last answer, so slow answers
// slow it down; first questions are spread over one think time; latency counts
// from the question.
func TestUsers(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Latency: 500 * millisecond})
	l.ask(topology.Client{Users: 5, Think: 2 * second, Start: second, Stop: 21 * second, Mode: topology.ModeKeepAlive})
	l.Run(30 * second)
	sentAt, requests := hosttest.Bodies[sent](l.Lab, "")
	answeredAt, answers := hosttest.Bodies[answered](l.Lab, "")
	_, connections := hosttest.Bodies[opened](l.Lab, "")
	if len(requests) != 5*8 || len(answers) != len(requests) { // 20 s in rounds of 2.5 s
		t.Fatalf("%d requests, %d answers, want 8 of each for each of 5 users", len(requests), len(answers))
	}
	if len(connections) > 5 {
		t.Errorf("%d connections, want one for each user at most", len(connections))
	}
	phases := map[time.Duration]bool{}
	for i, at := range sentAt[:5] {
		if at < second || at > 3*second+millisecond {
			t.Errorf("user %d asked first at %v, want 1s to 3s", i, at)
		}
		phases[at] = true
	}
	if len(phases) != 5 {
		t.Errorf("first questions at %v, want different instants", sentAt[:5])
	}
	for i, at := range sentAt[5:] { // they keep their order
		if got := at - answeredAt[i]; got < 2*second || got > 2*second+millisecond {
			t.Errorf("question %d: %v after the user's last answer, want 2s", i+5, got)
		}
	}
	for _, a := range answers {
		if a.Latency < 500*millisecond || a.Latency > 502*millisecond {
			t.Errorf("latency %v, want 500ms", a.Latency)
		}
	}
}

// TestUsersWait: while nobody answers, each user has one request and no more,
// thinks after its failure, and asks again. The same rate without users goes
// on.
func TestUsersWait(t *testing.T) {
	for _, c := range []struct {
		cfg  topology.Client
		sent int // from 10 s to 40 s, without answers
	}{
		{topology.Client{Users: 4, Think: second, Timeout: 9 * second}, 4 * 3},
		{topology.Client{Users: 4, Think: second, Timeout: 9 * second, Retries: 1}, 4 * 2}, // 18 s and 1 s
		{topology.Client{Rate: 4, Timeout: 9 * second}, 4 * 30},
	} {
		l := newLab(t)
		l.serve(topology.Backend{})
		l.ask(c.cfg)
		l.set(10*second, backend.Mode{Kind: backend.ModeHang})
		l.Run(40 * second)
		at, requests := hosttest.Bodies[sent](l.Lab, "")
		count := 0
		for i, r := range requests {
			if at[i] >= 10*second && r.Attempt == 1 {
				count++
			}
		}
		if count != c.sent {
			t.Errorf("%+v: sent %d requests while nobody answered, want %d", c.cfg, count, c.sent)
		}
	}
}

// TestUsersThinkAtRandom: with arrival poisson, think times are random around
// their mean, and the same for the same seed.
func TestUsersThinkAtRandom(t *testing.T) {
	run := func() []time.Duration {
		l := newLab(t)
		l.serve(topology.Backend{})
		l.ask(topology.Client{Users: 1, Think: second, Arrival: topology.ArrivalPoisson, Stop: 1000 * second})
		l.Run(1001 * second)
		at, _ := hosttest.Bodies[sent](l.Lab, "")
		return at
	}
	at := run()
	if len(at) < 900 || len(at) > 1100 { // 1000 and three standard deviations of 32
		t.Errorf("%d requests in 1000 s, want about 1000", len(at))
	}
	even := 0
	for i := range at[1:] {
		if gap := at[i+1] - at[i]; gap > 990*millisecond && gap < 1010*millisecond {
			even++
		}
	}
	if even > len(at)/10 {
		t.Errorf("%d of %d think times are 1 s, want random ones", even, len(at))
	}
	for i, again := range run() {
		if again != at[i] {
			t.Fatalf("request %d: at %v and at %v with the same seed", i, at[i], again)
		}
	}
}
