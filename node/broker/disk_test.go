package broker

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// anything is a random event of any kind about one queue and one topic.
func anything(r *rand.Rand, number *uint64) queue.Event {
	session, sub, token := 1+r.IntN(3), 1+r.IntN(2), uint64(r.IntN(4))
	to := queue.Address{Topic: r.IntN(4) == 0, Name: "q"}
	switch r.IntN(10) {
	case 0, 1, 2:
		*number++
		return queue.Publish{Session: 9, To: to, Message: queue.Message{Publisher: "p", Number: *number - uint64(r.IntN(2)), Persistent: r.IntN(3) > 0, Text: "x"}}
	case 3:
		return queue.Subscribe{Session: session, Subscription: sub, From: to, Prefetch: 1 + r.IntN(3), Token: token}
	case 4:
		return queue.Acknowledge{Session: session, Subscription: sub, Delivery: uint64(r.IntN(int(*number) + 1))}
	case 5:
		return queue.Return{Session: session, Subscription: sub, Delivery: uint64(r.IntN(int(*number) + 1))}
	case 6:
		return queue.Acquire{Session: session, Lease: "q", Holder: string(rune('a' + session)), Token: token, Time: 5 * second, Drift: 0.01}
	case 7:
		return queue.Release{Session: session, Lease: "q", Holder: string(rune('a' + session)), Token: token}
	case 8:
		return []queue.Event{queue.Unsubscribe{Session: session, Subscription: sub}, queue.Timeout{}}[r.IntN(2)]
	}
	return queue.End{Session: session}
}

// TestRedo: whoever repeats the changes of a broker, read from a disk, has one
// that does the same from then on, also after a start.
func TestRedo(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		cfg := topology.Broker{Depth: r.IntN(20), Deliveries: r.IntN(4), Deduplicate: r.IntN(2) == 0}
		d, again, now, number := NewDisk(cfg), NewDisk(cfg), time.Duration(0), uint64(0)
		d.OnChange = func(c Change) {
			var read Change
			if text, err := json.Marshal(c); err != nil {
				t.Fatal(err)
			} else if err = json.Unmarshal(text, &read); err != nil {
				t.Fatal(err)
			} else if fmt.Sprintf("%#v", read) != fmt.Sprintf("%#v", c) {
				t.Fatalf("seed %d: got %#v, want %#v", seed, read, c)
			}
			again.Redo(read)
		}
		start := func() {
			d.changed(now, nil)
			d.start(now)
		}
		start()
		for range 200 {
			now += time.Duration(r.IntN(3)) * second
			if r.IntN(40) == 0 {
				start()
			}
			e := anything(r, &number)
			d.changed(now, e)
			d.state.Step(now, e)
		}
		lost, _ := d.start(now)
		lostAgain, _ := again.start(now)
		if lost != lostAgain || fmt.Sprint(d.state.Queues()) != fmt.Sprint(again.state.Queues()) || d.state.Waiting() != again.state.Waiting() {
			t.Errorf("seed %d: got %d lost and %d kept, want %d and %d", seed, lostAgain, again.state.Waiting(), lost, d.state.Waiting())
		}
		for range 200 {
			now += time.Duration(r.IntN(3)) * second
			e := anything(r, &number)
			if got, want := fmt.Sprintf("%#v", again.state.Step(now, e)), fmt.Sprintf("%#v", d.state.Step(now, e)); got != want {
				t.Fatalf("seed %d: %#v: got %s, want %s", seed, e, got, want)
			}
		}
	}
}

// TestChangeRefused: what is no change is refused, and so is an event that
// could not be read again.
func TestChangeRefused(t *testing.T) {
	for _, text := range []string{`[]`, `{"Kind":"Nothing","Event":{}}`, `{"Kind":"Publish"}`, `{"Kind":"Publish","Event":{"Session":"x"}}`} {
		var c Change
		if err := json.Unmarshal([]byte(text), &c); err == nil {
			t.Errorf("%s: got %+v, want an error", text, c)
		}
	}
	type unknown struct{ queue.Timeout }
	if text, err := json.Marshal(Change{Event: unknown{}}); err == nil {
		t.Errorf("an event that is in no table: got %s, want an error", text)
	}
}
