package upstream

import (
	"fmt"
	"testing"
)

// "Derived for the seed's config", the crashed primary: the first request fails
// over at once, and the next 10 s go to the backup.
func TestCrashedPrimary(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{plain, backup}, Next: seeds}, Error|refuses, 200)
	b.want(post, "0 1: 200")
	for second := range int64(11) {
		b.at(second).wantAll("1: 200")
	}
	b.at(11).wantAll("0 1: 200", "1: 200")
}

// The 500 on GET: passed on to the backup, and the primary is marked. The 500
// on POST passes to the client, and it is not.
func TestStatus500(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{plain, backup}, Next: seeds}, 500, 200)
	b.want(post, "0: 500")
	b.want(post, "0: 500")
	b.want(get, "0 1: 200")
	b.server[0] = 200
	b.at(10).wantAll("1: 200")
	b.at(11).wantAll("0: 200")
	for _, status := range []int{502, 503, 504} {
		b.server[0] = status
		b.wantAll(fmt.Sprintf("0: %d", status), fmt.Sprintf("0: %d", status))
	}
}

// Both answer 500: the first request has the answer of its last try, the second
// one loses that of the backup, because it has a try left and nobody to ask.
func TestBoth500(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{plain, backup}, Next: seeds}, 500, 500)
	b.wantAll("0 1: 500", "1: [502]", ": [502]")
}

// A failure on a connection that was kept is no try, but a failure of the
// server.
func TestReused(t *testing.T) {
	u := must(t, Config{Servers: []Server{plain, plain}, Next: usual, Tries: 1})
	now := Instant{Second: start}
	for _, c := range []struct {
		reused bool
		why    Condition
		want   int
	}{{true, Error, 0}, {false, Error, 502}, {true, Timeout, 504}} {
		r := u.Begin(now, get)
		r.Next(now)
		r.Sent(c.reused)
		if got := r.Failed(now, c.why); got != c.want {
			t.Errorf("kept %v, %v: got status %d, want %d", c.reused, c.why, got, c.want)
		}
		now.Second += 11
	}
	downs := 0
	for _, change := range u.Changes() {
		if change.To == Down {
			downs++
		}
	}
	if downs != 3 {
		t.Errorf("got %d servers marked, want one for each failure", downs)
	}
}
