package queue

import (
	"math/rand/v2"
	"testing"
	"time"
)

var queueRows = []struct {
	name  string
	cfg   Config
	lines string
}{
	{"kept until somebody comes", Config{}, `
		publish 1 q:orders p 1 > 1 has 1
		publish 1 q:orders p 2 > 1 has 2
		subscribe 2.1 q:orders 1 > 2.1 gets p1 as 0
		ack 2.1 0 > 2.1 done 0, 2.1 gets p2 as 1
		ack 2.1 1 > 2.1 done 1`},
	{"prefetch", Config{}, `
		subscribe 2.1 q:orders 2 > -
		publish 1 q:orders p 1 > 1 has 1, 2.1 gets p1 as 0
		publish 1 q:orders p 2 > 1 has 2, 2.1 gets p2 as 1
		publish 1 q:orders p 3 > 1 has 3
		ack 2.1 1 > 2.1 done 1, 2.1 gets p3 as 2
		ack 2.1 1 > 2 no acknowledge: not yours`},
	{"in turn", Config{}, `
		subscribe 2.1 q:orders 1 > -
		subscribe 3.1 q:orders 1 > -
		publish 1 q:orders p 1 > 1 has 1, 2.1 gets p1 as 0
		publish 1 q:orders p 2 > 1 has 2, 3.1 gets p2 as 1
		publish 1 q:orders p 3 > 1 has 3
		ack 3.1 0 > 3 no acknowledge: not yours
		ack 3.1 1 > 3.1 done 1, 3.1 gets p3 as 2
		ack 2.1 0 > 2.1 done 0`},
	{"what comes back keeps its place", Config{}, `
		subscribe 2.1 q:orders 2 > -
		publish 1 q:orders p 1 > 1 has 1, 2.1 gets p1 as 0
		publish 1 q:orders p 2 > 1 has 2, 2.1 gets p2 as 1
		publish 1 q:orders p 3 > 1 has 3
		subscribe 3.7 q:orders 2 > 3.7 gets p3 as 2
		end 2 > 3.7 gets p1 as 0 x2
		ack 3.7 0 > 3.7 done 0, 3.7 gets p2 as 1 x2
		return 3.7 1 > 3.7 gets p2 as 1 x3
		unsubscribe 3.7 > -
		ack 3.7 1 > 3 no acknowledge: not yours
		end 9 > -`},
	{"full", Config{Depth: 1}, `
		publish 1 q:orders p 1 > 1 has 1
		publish 1 q:orders p 2 > 1 no publish: full
		subscribe 2.1 q:orders 1 > 2.1 gets p1 as 0
		publish 1 q:orders p 2 > 1 no publish: full
		ack 2.1 0 > 2.1 done 0
		publish 1 q:orders p 2 > 1 has 2, 2.1 gets p2 as 1`},
	{"dead", Config{Deliveries: 2}, `
		publish 1 q:orders p 1 > 1 has 1
		publish 1 q:orders p 2 > 1 has 2
		subscribe 2.1 q:orders 1 > 2.1 gets p1 as 0
		return 2.1 0 > 2.1 gets p1 as 0 x2
		return 2.1 0 > drops p1 dead, 2.1 gets p2 as 1
		subscribe 3.1 q:orders.dead 1 > 3.1 gets p1 as 0`},
	{"sent twice", Config{}, `
		publish 1 q:orders p 1 > 1 has 1
		publish 1 q:orders p 1 > 1 has 1
		subscribe 2.1 q:orders 9 > 2.1 gets p1 as 0, 2.1 gets p1 as 1`},
	{"sent twice and known", Config{Deduplicate: true}, `
		publish 1 q:orders p 2 > 1 has 2
		restart > lost 0
		publish 1 q:orders p 2 > 1 known 2
		publish 1 q:orders p 1 > 1 known 1
		publish 1 q:orders r 1 > 1 has 1
		publish 1 q:other p 1 > 1 has 1
		publish 1 t:news p 1 > 1 has 1
		publish 1 t:news p 1 > 1 known 1
		subscribe 2.1 q:orders 9 > 2.1 gets p2 as 0, 2.1 gets r1 as 1`},
	{"restart", Config{}, `
		subscribe 2.1 q:orders 1 > -
		publish 1 q:orders p 1 > 1 has 1, 2.1 gets p1 as 0
		publish 1 q:orders p 2 transient > 1 has 2
		publish 1 q:orders p 3 > 1 has 3
		ack 2.1 0 > 2.1 done 0, 2.1 gets p2 as 1
		restart > lost 1
		ack 2.1 1 > 2 no acknowledge: not yours
		subscribe 2.1 q:orders 1 > 2.1 gets p3 as 0`},
	{"no sense", Config{}, `
		subscribe 2.1 q:orders 0 > 2 no subscribe: not allowed
		subscribe 2.1 t:news 1 7 > 2 no subscribe: not allowed
		subscribe 2.1 q:orders 1 > -
		subscribe 2.1 q:orders 1 > 2 no subscribe: twice
		return 2.1 0 > 2 no acknowledge: not yours
		acquire 1 orders "" 0 0s > 1 no acquire: not allowed`},
}

// What a broker does with a message of a queue:
//
//	event                      the message is            then it is
//	publish                    -                         ready; refused if the queue is full
//	a subscription has room    ready                     under way to it, in the order of places
//	  - the Deliveries-th time ready                     in the queue of dead messages
//	acknowledge by its holder  under way                 gone
//	acknowledge by another     anything                  unchanged, refused
//	return, unsubscribe, end   under way                 ready, in its old place, and redelivered next
//	token grows old            under way                 ready, in its old place
//	restart                    persistent                ready, in its old place
//	restart                    not persistent            lost
func TestQueue(t *testing.T) {
	for _, row := range queueRows {
		t.Run(row.name, func(t *testing.T) { play(t, row.cfg, row.lines) })
	}
}

// A topic keeps a message only for the subscriptions that it has, each with a
// backlog of its own. It drops the oldest message of one that is slow.
func TestTopic(t *testing.T) {
	play(t, Config{Depth: 2}, `
		publish 1 t:news p 1 > 1 has 1
		subscribe 2.1 t:news 1 > -
		subscribe 3.1 t:news 9 > -
		publish 1 t:news p 2 > 1 has 2, 2.1 gets p2 as 0, 3.1 gets p2 as 0
		publish 1 t:news p 3 > 1 has 3, 3.1 gets p3 as 1
		ack 3.1 0 > 3.1 done 0
		ack 3.1 1 > 3.1 done 1
		publish 1 t:news p 4 > 1 has 4, drops p3 overflow, 3.1 gets p4 as 2
		ack 2.1 0 > 2.1 done 0, 2.1 gets p4 as 2
		end 2 > -
		restart > lost 1
		publish 1 t:news p 5 > 1 has 5`)
}

// What a broker does with the lease of a queue, which a or nobody has:
//
//	event                          lease is       then
//	acquire by a                   nobody's       a has it, with the next token
//	acquire by a                   a's            a has it, with the next token: it has restarted
//	acquire by b                   a's            refused
//	renewal with the last token    a's            a has it for longer
//	renewal with another token     anybody's      refused
//	release with the last token    a's            nobody's
//	its time is over               a's            nobody's
//	restart                        a's            a's, for as long as it was granted for
//
// Each new token, and each end, fences what has an older one.
func TestLease(t *testing.T) {
	play(t, Config{}, `
		acquire 1 orders a 0 10s > 1 holds 1
		acquire 2 orders b 0 10s > 2 no acquire: held
		subscribe 2.1 q:orders 1 > 2 no subscribe: old token
		subscribe 1.1 q:orders 2 1 > -
		publish 9 q:orders p 1 > 9 has 1, 1.1 gets p1 as 0
		publish 9 q:orders p 2 > 9 has 2, 1.1 gets p2 as 1
		wait 9s > -
		acquire 1 orders a 1 10s > 1 renews 1
		acquire 2 orders b 1 10s > 2 no acquire: old token
		wait 9.999s > -
		ack 1.1 0 > 1.1 done 0
		wait 1ms > a expired 1, 1.1 fenced 1
		ack 1.1 1 > 1 no acknowledge: old token
		acquire 1 orders a 1 10s > 1 no acquire: old token
		acquire 2 orders b 0 10s > 2 holds 2
		subscribe 1.1 q:orders 2 1 > 1 no subscribe: old token
		subscribe 2.1 q:orders 2 2 > 2.1 gets p2 as 1 x2
		# b has restarted: its old connection may live on
		acquire 3 orders b 0 10s > 2.1 fenced 2, 3 holds 3
		subscribe 3.1 q:orders 2 3 > 3.1 gets p2 as 1 x3
		release 3 orders b 2 > -
		release 3 orders b 3 > b released 3, 3.1 fenced 3
		acquire 1 orders a 0 10s > 1 holds 4
		wait 5s > -
		restart > lost 0
		acquire 2 orders b 0 10s > 2 no acquire: held
		wait 9s > -
		acquire 1 orders a 4 10s > 1 renews 4
		wait 10s > a expired 4
		restart > lost 0
		acquire 2 orders b 0 10s > 2 holds 5`)
}

// TestForeignToken: a broker that does not grant the tokens goes by the newest
// one that it has seen.
func TestForeignToken(t *testing.T) {
	play(t, Config{}, `
		publish 9 q:orders p 1 > 9 has 1
		subscribe 1.1 q:orders 1 > 1.1 gets p1 as 0
		subscribe 2.1 q:orders 1 7 > 1.1 fenced 0, 2.1 gets p1 as 0 x2
		subscribe 3.1 q:orders 1 6 > 3 no subscribe: old token
		restart > lost 0
		subscribe 3.1 q:orders 1 6 > 3 no subscribe: old token
		subscribe 2.1 q:orders 1 7 > 2.1 gets p1 as 0 x3
		# its holder has connected again, and nobody has told the broker that the old connection is dead
		subscribe 4.1 q:orders 1 7 > 2.1 fenced 7, 4.1 gets p1 as 0 x4
		ack 2.1 0 > 2 no acknowledge: old token
		ack 4.1 0 > 4.1 done 0`)
}

// TestHold: the time of the holder, by the slowest clock, has passed before the
// fastest clock has counted that of the broker.
func TestHold(t *testing.T) {
	for _, drift := range []float64{0, 0.0001, 0.01, 0.3, 0.9} {
		holder := float64(10*time.Second) / (1 - drift)
		broker := float64(Hold(10*time.Second, drift)) / (1 + drift)
		if broker < holder || broker > holder+2 {
			t.Errorf("drift %v: the broker waits for %v, the holder takes %v", drift, time.Duration(broker), time.Duration(holder))
		}
	}
	s := &script{t: t, broker: New(Config{}), drift: 0.01}
	s.play(`
		acquire 1 orders a 0 9.9s > 1 holds 1
		wait 10.0999s > -
		acquire 2 orders b 0 9.9s > 2 no acquire: held
		wait 0.1ms > a expired 1`)
	if at, due := s.broker.Deadline(); due {
		t.Errorf("a lease ends at %v, want none", at)
	}
}

// TestAnything: whatever comes, no message of a queue is lost or under way to
// two, and each subscription gets those of a publisher in order unless some
// came back.
func TestAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		b := New(Config{})
		published, gone := uint64(0), map[uint64]bool{}
		has := map[uint64][2]int{} // who has a delivery
		now := time.Duration(0)
		for range 200 {
			now += time.Duration(r.IntN(3)) * time.Second
			session, sub, token := 1+r.IntN(3), 1+r.IntN(2), uint64(r.IntN(4))
			var e Event
			switch r.IntN(8) {
			case 0, 1, 2:
				published++
				e = Publish{9, Address{Name: "q"}, Message{"p", published, true, ""}}
			case 3:
				e = Subscribe{session, sub, Address{Name: "q"}, 1 + r.IntN(3), token}
			case 4, 5:
				e = Acknowledge{session, sub, uint64(r.IntN(int(published) + 1))}
			case 6:
				e = Acquire{session, "q", string(rune('a' + session)), token, 5 * time.Second, 0}
			case 7:
				e = End{session}
			}
			if end, is := e.(End); is {
				for d, by := range has { // order: deletes some
					if by[0] == end.Session {
						delete(has, d)
					}
				}
			}
			for _, a := range b.Step(now, e) {
				switch a := a.(type) {
				case Delivered:
					if by, taken := has[a.Delivery]; taken {
						t.Fatalf("%v: delivery %d goes to %d.%d, and %v has it", now, a.Delivery, a.Session, a.Subscription, by)
					}
					if gone[a.Delivery] {
						t.Fatalf("%v: delivery %d comes after its receipt", now, a.Delivery)
					}
					has[a.Delivery] = [2]int{a.Session, a.Subscription}
				case Receipt:
					if has[a.Delivery] != [2]int{a.Session, a.Subscription} {
						t.Fatalf("%v: receipt of %d for %d.%d, which does not have it", now, a.Delivery, a.Session, a.Subscription)
					}
					delete(has, a.Delivery)
					gone[a.Delivery] = true
				case Fenced:
					for d, by := range has { // order: deletes some
						if by == [2]int{a.Session, a.Subscription} {
							delete(has, d)
						}
					}
				}
			}
		}
		if got, want := b.Messages("q"), int(published)-len(gone); got != want || b.Waiting() != want {
			t.Fatalf("%d messages are left, want %d", got, want)
		}
	}
}
