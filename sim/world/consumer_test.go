package world_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// clockError is how far clocks may be off in these tests, as the leases allow.
const clockError = 0.2

// consumers is a pair a and b, of which one shall take the messages of p from
// the broker mq.
func consumers(follow string) topology.Topology {
	brokers := topology.Brokers{
		List:      []topology.BrokerAddress{{Host: "192.0.2.50:5672"}},
		Heartbeat: 3 * time.Second, ConnectTimeout: 2 * time.Second,
	}
	consumer := &topology.Consumer{Queue: "orders", Brokers: brokers, Prefetch: 3, Work: 70 * time.Millisecond, Follow: follow, Poll: 2 * time.Second}
	if follow == topology.FollowLease {
		drift := clockError
		consumer.Lease = &topology.ConsumerLease{Time: 6 * time.Second, Drift: &drift}
	}
	priority := 110
	node := func(address string) topology.Node {
		return topology.Node{NICs: map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address)}}}
	}
	a, b, mq, p := node("192.0.2.11/24"), node("192.0.2.12/24"), node("192.0.2.50/24"), node("192.0.2.60/24")
	vip := netip.MustParseAddr("192.0.2.100")
	a.Standby = map[string]topology.Standby{"lan": {VIP: vip, Priority: &priority}}
	b.Standby = map[string]topology.Standby{"lan": {VIP: vip}}
	a.Consumer, b.Consumer = consumer, consumer
	mq.Broker = &topology.Broker{}
	p.Publisher = &topology.Publisher{Queue: "orders", Brokers: brokers, Rate: 5, Start: 15 * time.Second, Stop: 80 * time.Second, Timeout: 2 * time.Second}
	return topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes:    map[string]topology.Node{"a": a, "b": b, "mq": mq, "p": p},
	}
}

// consumed is the end of a run.
type consumed struct {
	broken   []oracle.Violation // of the two invariants about consumers
	delivery oracle.Delivery
}

// consume plays faults, when a is at work on the message of 40 s and each 5 s
// after that, and returns what came of it at 120 s. A fault that is impossible
// at its instant is left out.
func consume(t *testing.T, follow string, faults ...fault.Fault) consumed {
	t.Helper()
	const end = 120 * time.Second
	top := consumers(follow)
	l := open(t, top)
	defer l.Close()
	for i, f := range faults {
		l.run(40030*time.Millisecond + time.Duration(i)*5*time.Second)
		l.Inject(f) // an error says that it is impossible
	}
	l.run(end)
	m, all := oracle.Fold(l.Events(), world.FactsOf(top.WithDefaults(), end))
	c := consumed{broken: slices.DeleteFunc(all, func(v oracle.Violation) bool {
		return v.Invariant != "one-consumer" && v.Invariant != "ordered-delivery"
	})}
	for _, d := range m.Deliveries {
		c.delivery = d
	}
	return c
}

// consumerFaults are faults of every kind that act on the nodes, or between
// them.
func consumerFaults() (all []string) {
	for _, node := range []string{"a", "b", "mq", "p"} {
		for _, line := range []string{
			"crash %s", "reboot %s down 3s", "reboot %s down 20s", "freeze %s for 4s", "freeze %s for 25s", "hog %s service 100%% for 20s",
			"hog %s service 95%% for 20s", "hog %s control 100%% for 20s", "skew %s 1h", "skew %s -1h", "drift %s 20%%", "drift %s -20%%",
			"pull %[1]s.lan for 20s", "pull %[1]s.lan silently for 20s", "pull %[1]s.lan silently out for 20s", "pull %[1]s.lan silently in for 20s",
			"impair %[1]s~lan loss 40%% for 20s", "impair %[1]s~lan delay 400ms jitter 300ms for 20s", "drop multicast from %s for 20s",
			"drop tcp from %s for 20s", "drop hello from %s for 20s",
		} {
			all = append(all, fmt.Sprintf(line, node))
		}
	}
	return append(all, "partition a | b for 20s", "partition a | b mq p for 20s", "partition a mq | b p for 20s", "partition a b | mq p for 20s",
		"partition one-way a -> b for 20s", "partition one-way b -> a for 20s", "partition one-way a -> mq for 20s",
		"partition one-way mq -> a for 20s", "yield a", "prune multicast lan for 20s", "stop service broker on mq for 10s")
}

// TestLease: with a lease there is one consumer, and order, whatever happens to
// the nodes; and what happens to one of them for a while loses no message.
func TestLease(t *testing.T) {
	for _, line := range consumerFaults() {
		c := consume(t, topology.FollowLease, parse(t, line))
		for _, v := range c.broken {
			t.Errorf("%s: %s at %v: %s", line, v.Invariant, v.At, v.Detail)
		}
		forever := line == "crash mq" || line == "crash p"
		if c.delivery.Lost > 0 || c.delivery.Processed != 326 && !forever {
			t.Errorf("%s: %d of %d messages are done, %d lost", line, c.delivery.Processed, c.delivery.Published, c.delivery.Lost)
		}
	}
}

// TestLeaseAtRandom: several faults at a time.
func TestLeaseAtRandom(t *testing.T) {
	top := consumers(topology.FollowLease).WithDefaults()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 15))
		var faults []fault.Fault
		for len(faults) < 8 {
			f, _ := fault.Standard().Draw(r, top)
			inner := f
			if for_, is := f.(fault.For); is {
				inner = for_.Fault
			}
			if d, is := inner.(fault.Drift); is && (d.Share > clockError || d.Share < -clockError) {
				continue // no lease allows for that
			}
			faults = append(faults, f)
		}
		for _, v := range consume(t, topology.FollowLease, faults...).broken {
			t.Errorf("seed %d, %v: %s at %v: %s", seed, faults, v.Invariant, v.At, v.Detail)
		}
	}
}

// TestScript: a script has no fencing, and each of these faults shows it. What
// else is broken depends on the instant.
func TestScript(t *testing.T) {
	for line, want := range map[string]string{
		"partition a | b for 20s":       "one-consumer",
		"freeze a for 25s":              "one-consumer ordered-delivery",
		"drop multicast from a for 20s": "one-consumer",
		"prune multicast lan for 20s":   "one-consumer",
		"hog a control 100% for 20s":    "one-consumer",
		"partition a | b mq p for 20s":  "one-consumer",
	} {
		var got []string
		for _, v := range consume(t, topology.FollowScript, parse(t, line)).broken {
			got = append(got, v.Invariant)
		}
		for _, w := range strings.Fields(want) {
			if !slices.Contains(got, w) {
				t.Errorf("%s: got %q broken, want %s", line, got, w)
			}
		}
	}
}

// TestClockBeyondLease: a clock that is worse than the lease allows for breaks
// what the lease is for, and the broker takes nothing from who has an old
// token.
func TestClockBeyondLease(t *testing.T) {
	l := open(t, consumers(topology.FollowLease))
	// It renews each 6.25 s and counts on 18.75 s after that, at least until 52.5
	// s. The broker waits 9 s, and b, which is Active at 50 s, asks each 2 s.
	l.at(30*time.Second, "drift a -68%")
	l.at(40*time.Second, "partition a | b mq p")
	l.run(52400 * time.Millisecond)
	if n := events[event.ConsumerChanged](l, "b", 40*time.Second); n != 1 {
		t.Fatalf("b changes %d times, want it to be enabled", n)
	}
	if n := events[event.ConsumerChanged](l, "a", 40*time.Second); n != 0 {
		t.Fatalf("a changes %d times, want it to be enabled still: its clock is slow", n)
	}
	l.inject("heal")
	l.run(120 * time.Second)
	if n := events[event.ConsumerFenced](l, "mq", 40*time.Second); n == 0 {
		t.Error("nobody is fenced")
	}
}
