package jms

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestWalk: each broker once and as often again as its retries, then the next
// one, and the list again as often as the cycle count says; a walk begins where
// the last one was good.
func TestWalk(t *testing.T) {
	retries := func(n int) *int { return &n }
	w := NewWalk(topology.Brokers{
		List: []topology.BrokerAddress{
			{Retries: retries(2), ConnectDelay: 50 * time.Millisecond}, {Retries: retries(0)},
		},
		CycleCount: retries(1),
	})
	type step struct {
		broker int
		delay  time.Duration
	}
	steps := func() (all []step) {
		for {
			broker, delay, ok := w.Next()
			if !ok {
				return all
			}
			all = append(all, step{broker, delay})
		}
	}
	const d = 50 * time.Millisecond
	cycle := []step{{0, 0}, {0, d}, {0, d}, {1, 0}}
	want := slices.Concat(cycle, cycle)
	for range 2 {
		if got := steps(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	for range 4 {
		w.Next()
	}
	w.Connected() // to the second one
	if got, want := steps(), []step{{1, 0}, {0, 0}, {0, d}, {0, d}, {1, 0}, {0, 0}, {0, d}, {0, d}}; !slices.Equal(got, want) {
		t.Errorf("from the second broker on: got %v, want %v", got, want)
	}
	for range 5 {
		w.Next()
	}
	if w.Return(); w.At() != 0 || !slices.Equal(steps(), want) {
		t.Error("after Return the walk does not begin at the first broker")
	}
}

// publish publishes numbered messages, each second one, until the client gives
// up.
func (l *lab) publish(c *Client, at time.Duration, count int, within time.Duration) {
	l.do(at, func(p *sim.Proc) {
		for n := range uint64(count) {
			began := l.Loop.Now()
			if errors.Is(c.Publish(p, orders, queue.Message{Publisher: "k", Number: n + 1}, within), ErrGivenUp) {
				return
			}
			p.Sleep(max(began+second-l.Loop.Now(), 0))
		}
	})
}

// TestFailover: a broker that stops is noticed by its reset, and the next one
// of the list is tried at once.
func TestFailover(t *testing.T) {
	l := newLab(t)
	l.publish(l.client(nil, 0, 1), 0, 3, 0)
	l.At(500*time.Millisecond, func() { l.brokers[0].StopService(topology.BrokerService) })
	l.Run(10 * second)
	l.want("0s connected 192.0.2.51 ", "0s message 1 at 192.0.2.51 true", "500ms lost 192.0.2.51 reset",
		"1s failed 192.0.2.51 refused", "1s connected 192.0.2.52 ", "1s message 2 at 192.0.2.52 true", "2s message 3 at 192.0.2.52 true")
}

// TestReturn: a client that looks for the first broker of its list goes back.
func TestReturn(t *testing.T) {
	l := newLab(t)
	l.publish(l.client(func(b *topology.Brokers) { b.Return = 2500 * time.Millisecond }, 0, 1), 0, 5, 0)
	l.At(500*time.Millisecond, func() { l.brokers[0].StopService(topology.BrokerService) })
	l.At(1500*time.Millisecond, func() { l.brokers[0].StartService(topology.BrokerService) })
	l.Run(20 * second)
	l.want("0s connected 192.0.2.51 ", "0s message 1 at 192.0.2.51 true", "500ms lost 192.0.2.51 reset",
		"1s failed 192.0.2.51 refused", "1s connected 192.0.2.52 ", "1s message 2 at 192.0.2.52 true", "2s message 3 at 192.0.2.52 true",
		"2.5s lost 192.0.2.52 the first broker is back",
		"3s connected 192.0.2.51 ", "3s message 4 at 192.0.2.51 true", "4s message 5 at 192.0.2.51 true")
}

// TestNoReconnect: a sender that does not connect again has lost its broker for
// good.
func TestNoReconnect(t *testing.T) {
	l := newLab(t)
	off := false
	l.publish(l.client(func(b *topology.Brokers) { b.Reconnect = &off }, 0), 0, 3, 0)
	l.At(500*time.Millisecond, func() { l.brokers[0].StopService(topology.BrokerService) })
	l.At(600*time.Millisecond, func() { l.brokers[0].StartService(topology.BrokerService) })
	l.Run(10 * second)
	l.want("0s connected 192.0.2.51 ", "0s message 1 at 192.0.2.51 true", "500ms lost 192.0.2.51 reset", "500ms given-up 192.0.2.51 ",
		"1s message 2: given up")
}

// TestBlackHole: a broker that is frozen answers nothing; the connection lives
// until a time limit or a heartbeat ends it.
func TestBlackHole(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*topology.Brokers)
		within time.Duration
		ends   string
	}{
		{"no limit", nil, 0, ""},
		{"time limit", nil, 2 * second, "3s lost 192.0.2.51 no answer"},
		// Its last answer comes at 500 ms, a ping; the next one is due at 1 s.
		{"heartbeat", func(b *topology.Brokers) { b.Heartbeat = 500 * time.Millisecond }, 0, "1.5s lost 192.0.2.51 silence"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.publish(l.client(c.change, 0), 0, 2, c.within)
			l.At(600*time.Millisecond, func() { l.hosts[0].Freeze(false) })
			l.Run(3500 * time.Millisecond)
			var ends string
			for _, line := range l.story() {
				if len(line) > 12 && slices.Contains([]string{"3s lost 192.0.2.51 no answer", "1.5s lost 192.0.2.51 silence"}, line) {
					ends = line
				}
			}
			if ends != c.ends {
				t.Errorf("got %q in %q, want %q", ends, l.story(), c.ends)
			}
		})
	}
}

// TestDelivery: a subscription gets what was published, an acknowledged message
// only once, and the others again after its connection has ended.
func TestDelivery(t *testing.T) {
	l := newLab(t)
	l.publish(l.client(nil, 0), 0, 3, 0)
	c := l.client(nil, 0)
	var got []uint64
	var counts []int
	subscribe := func(p *sim.Proc) {
		if err := c.Connect(p); err != nil {
			t.Error(err)
		}
		c.Subscribe(&Subscription{From: orders, Prefetch: 2, OnEnd: func() {}, OnMessage: func(d Delivery) {
			got, counts = append(got, d.Message.Number), append(counts, d.Count)
			if d.Message.Number == 1 {
				l.k.Go("acknowledge", func(p *sim.Proc) {
					if err := c.Acknowledge(p, d, second); err != nil {
						t.Error(err)
					}
				})
			}
		}})
	}
	l.do(0, subscribe)
	l.At(5*second, c.Close)
	l.do(6*second, subscribe)
	l.Run(10 * second)
	if want := []uint64{1, 2, 3, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("got messages %v, want %v", got, want)
	}
	if want := []int{1, 1, 1, 2, 2}; !slices.Equal(counts, want) {
		t.Errorf("got counts %v, want %v", counts, want)
	}
}

// TestAcquire: a lease is granted to one, renewed by its token, and refused to
// others and to old tokens.
func TestAcquire(t *testing.T) {
	l := newLab(t)
	a, b := l.client(nil, 0), l.client(nil, 0)
	l.do(0, func(p *sim.Proc) {
		ask := func(c *Client, holder string, token, want uint64, why error) {
			t.Helper()
			got, err := c.Acquire(p, Lease{Name: "orders", Holder: holder, Token: token, Time: 5 * second}, second)
			if got != want || !errors.Is(err, why) {
				t.Errorf("%s with %d: got %d, %v, want %d, %v", holder, token, got, err, want, why)
			}
		}
		ask(a, "a", 0, 1, nil)
		ask(b, "b", 0, 0, ErrRefused)
		p.Sleep(4 * second)
		ask(a, "a", 1, 1, nil)
		p.Sleep(4 * second)
		ask(b, "b", 0, 0, ErrRefused)
		p.Sleep(2 * second)
		ask(b, "b", 0, 2, nil)
		ask(a, "a", 1, 0, ErrToken)
		b.Release(Lease{Name: "orders", Holder: "b", Token: 2})
		p.Sleep(second)
		ask(a, "a", 0, 3, nil)
	})
	l.Run(30 * second)
}
