package consumer

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/broker"
	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/jms"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is a consumer, and a broker that gets a message each second until 9 s.
type lab struct {
	*hosttest.Lab
	c, mq, p *host.Host
	broker   *broker.Broker
	active   bool // the machine's member
}

func brokers() topology.Brokers {
	none := 0
	return topology.Brokers{
		List:           []topology.BrokerAddress{{Address: netip.MustParseAddrPort("192.0.2.50:5672"), Retries: &none}},
		ConnectTimeout: 2 * second, ReconnectDelay: second, Heartbeat: 2 * second,
	}
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), active: true}
	l.c, l.mq, l.p = l.Add("c", "192.0.2.11/24"), l.Add("mq", "192.0.2.50/24"), l.Add("p", "192.0.2.60/24")
	cfg := *topology.Broker{}.Complete(topology.Place{}).(*topology.Broker)
	l.broker = broker.New(l.mq, cfg, broker.NewDisk(cfg))
	return l
}

// publish sends the messages.
func (l *lab) publish() {
	cfg := topology.Publisher{Brokers: brokers()}.Complete(topology.Place{}).(*topology.Publisher)
	client := jms.New(l.p, "publisher", cfg.Brokers)
	l.p.Go("publisher", func(p *sim.Proc) {
		for n := uint64(1); n < 10; n++ {
			p.Sleep(time.Duration(n)*second - l.p.Now())
			_ = client.Send(p, queue.Address{Name: "orders"}, queue.Message{Publisher: "p", Number: n, Persistent: true, Text: "x"})
		}
	})
}

// start starts a consumer on a machine.
func (l *lab) start(h *host.Host, change func(*topology.Consumer)) *Consumer {
	cfg := topology.Consumer{Queue: "orders", Brokers: brokers(), Work: 100 * time.Millisecond, Poll: 500 * time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	return New(h, *cfg.Complete(topology.Place{}).(*topology.Consumer), func() bool { return l.active })
}

func lease(cfg *topology.Consumer) {
	off := false
	cfg.Follow = topology.FollowLease
	cfg.Lease = &topology.ConsumerLease{At: netip.MustParseAddrPort("192.0.2.50:5672"), Time: 3 * second, Renew: second, OnlyActive: &off}
}

func script(cfg *topology.Consumer) { cfg.Follow = topology.FollowScript }

// story is what consumers did, such as "1.1s c did 1" or "2s c disabled: …".
func (l *lab) story() (all []string) {
	for _, e := range l.Log.Events() {
		at := e.At.Round(10 * time.Millisecond)
		switch b := e.What.(type) {
		case event.MessageProcessed:
			all = append(all, fmt.Sprintf("%v %s did %d", at, e.Node, b.Number))
			if b.Count > 1 {
				all[len(all)-1] += fmt.Sprintf(", delivered %d times", b.Count)
			}
		case event.ConsumerChanged:
			all = append(all, strings.TrimSuffix(fmt.Sprintf("%v %s %s: %s", at, e.Node, b.State, b.Reason), ": "))
		}
	}
	return all
}

func (l *lab) want(what string, want ...string) {
	l.TB.Helper()
	if got := l.story(); !slices.Equal(got, want) {
		l.TB.Errorf("%s: got\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// TestConsumed: messages are done one after the other, each once, and then the
// queue is empty, however they are acknowledged.
func TestConsumed(t *testing.T) {
	for _, acknowledge := range []string{topology.AcknowledgeAfter, topology.AcknowledgeLazy, topology.AcknowledgeBefore} {
		l := newLab(t)
		l.publish()
		l.start(l.c, func(cfg *topology.Consumer) { cfg.Acknowledge = acknowledge })
		l.At(4500*time.Millisecond, func() { l.broker.Finish() })
		l.Run(4600 * time.Millisecond)
		l.want(acknowledge, "0s c enabled", "1.1s c did 1", "2.1s c did 2", "3.1s c did 3", "4.1s c did 4")
		if _, all := hosttest.Bodies[event.BrokerStatus](l.Lab, "mq"); !slices.Equal(all, []event.BrokerStatus{{Queue: "orders"}}) {
			t.Errorf("%s: the broker has %v, want nothing", acknowledge, all)
		}
	}
}

// TestScript: the script looks at the member now and then. A message that is
// under way when the consumer is disabled is finished all the same, and what
// the broker has sent ahead is done when it is enabled again, once.
func TestScript(t *testing.T) {
	l := newLab(t)
	l.publish()
	l.active = false
	l.start(l.c, func(cfg *topology.Consumer) {
		script(cfg)
		cfg.Work, cfg.Prefetch = 800*time.Millisecond, 3
	})
	l.At(2200*time.Millisecond, func() { l.active = true })
	l.At(4200*time.Millisecond, func() { l.active = false })
	l.At(6200*time.Millisecond, func() { l.active = true })
	l.Run(8200 * time.Millisecond)
	l.want("", "2.5s c enabled: the member is Active", "3.3s c did 1", "4.1s c did 2", "4.5s c disabled: the member is not Active", "4.9s c did 3",
		"6.5s c enabled: the member is Active", "7.3s c did 4, delivered 2 times", "8.1s c did 5")
}

// TestCrashed: what was under way in a crash comes again to the consumer of the
// next boot; what was acknowledged before the work is lost, and the broker
// sends the next one after it, first to the dead.
func TestCrashed(t *testing.T) {
	for acknowledge, next := range map[string]string{ // order: worlds apart
		topology.AcknowledgeAfter: "8.1s c did 2, delivered 2 times", topology.AcknowledgeBefore: "8.1s c did 3, delivered 2 times",
	} {
		l := newLab(t)
		l.publish()
		change := func(cfg *topology.Consumer) { cfg.Acknowledge = acknowledge }
		l.start(l.c, change)
		l.At(2050*time.Millisecond, func() { l.c.Crash(false) })
		l.At(7*second, func() { l.c.PowerOn() })
		l.At(8*second, func() { l.start(l.c, change) })
		l.Run(8150 * time.Millisecond)
		l.want(acknowledge, "0s c enabled", "1.1s c did 1", "8s c enabled", next)
	}
}

// TestBrokerGone: a consumer waits for a broker that refuses, and has again
// what it could not acknowledge. It notices one that is silent by its
// heartbeats, and connects until the broker goes on, which has the
// acknowledgement then.
func TestBrokerGone(t *testing.T) {
	l := newLab(t)
	l.publish()
	l.start(l.c, nil)
	l.At(2050*time.Millisecond, func() { l.broker.StopService(topology.BrokerService) })
	l.At(4050*time.Millisecond, func() { l.broker.StartService(topology.BrokerService) })
	l.Run(4700 * time.Millisecond)
	l.want("refused", "0s c enabled", "1.1s c did 1", "2.1s c did 2", "4.15s c did 2, delivered 2 times")

	l = newLab(t)
	l.publish()
	l.start(l.c, nil)
	l.At(2050*time.Millisecond, func() { l.mq.Freeze(true) })
	l.At(30*second, func() { l.mq.Thaw() })
	l.Run(29 * second)
	l.want("silent", "0s c enabled", "1.1s c did 1", "2.1s c did 2")
	_, all := hosttest.Bodies[event.BrokerConnection](l.Lab, "c")
	if len(all) < 2 || all[1].State != "lost" || all[1].Reason != "silence" {
		t.Errorf("connections: got %v, want the second to be lost by silence", all)
	}
	l.Run(33 * second)
	if got := l.story(); len(got) != 10 || !strings.HasPrefix(got[3], "30.1s c did 3, delivered ") || got[9] != "30.7s c did 9" {
		t.Errorf("after that: got %q, want all others, one after the other", got)
	}
}

// TestHalfMessage: half a message of the broker is not done, and its end ends
// the connection.
func TestHalfMessage(t *testing.T) {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), active: true}
	l.c, l.mq = l.Add("c", "192.0.2.11/24"), l.Add("mq", "192.0.2.50/24")
	accepted := 0
	l.Program(l.mq, "half", func(p *sim.Proc) error {
		listener, err := l.mq.Listen(session.AnyAddress(5672), 8)
		if err != nil {
			return err
		}
		for {
			conn, err := listener.AcceptConn()
			if err != nil {
				return err
			}
			accepted++
			if _, err := conn.Write([]byte("message 1 0 1 queue%20orders p 1 text\nmessage 1 1 1 queue%20orders p 2 te")); err != nil {
				return err
			}
			p.Sleep(second / 2)
			conn.Close()
		}
	})
	l.start(l.c, nil)
	l.Run(2 * second)
	l.want("", "0s c enabled", "100ms c did 1")
	if accepted != 2 {
		t.Errorf("%d connections, want 2", accepted)
	}
}

// TestLease: one of two consumers has the lease. When its machine is frozen, or
// it cannot reach the broker, it does nothing more once its time is over: 3 s
// after its last request, that of 3 s. The broker waits a fiftieth longer, and
// the other one follows when it asks the next time, at 7.01 s.
func TestLease(t *testing.T) {
	for _, c := range []struct {
		name       string
		hurt, mend func(l *lab)
		want       []string
	}{
		{
			"frozen", func(l *lab) { l.c.Freeze(true) }, func(l *lab) { l.c.Thaw() },
			[]string{
				"0s c enabled: it has the lease", "1.1s c did 1", "2.1s c did 2",
				"7.01s d enabled: it has the lease", "7.11s d did 3, delivered 2 times", "7.21s d did 4", "7.31s d did 5", "7.41s d did 6",
				"7.5s c disabled: the lease has run out", "7.51s d did 7", "8.1s d did 8", "9.1s d did 9",
			},
		},
		{
			"cut off", func(l *lab) { l.c.NIC("lan").Port().Pull() }, func(l *lab) { l.c.NIC("lan").Port().Plug() },
			[]string{
				"0s c enabled: it has the lease", "1.1s c did 1", "2.1s c did 2", "3.1s c did 3", "6s c disabled: the lease has run out",
				"7.01s d enabled: it has the lease", "7.11s d did 3, delivered 2 times", "7.21s d did 4", "7.31s d did 5", "7.41s d did 6",
				"7.51s d did 7", "8.1s d did 8", "9.1s d did 9",
			},
		},
	} {
		l := newLab(t)
		d := l.Add("d", "192.0.2.12/24")
		l.publish()
		l.start(l.c, lease)
		l.At(10*time.Millisecond, func() { l.start(d, lease) })
		l.At(3050*time.Millisecond, func() { c.hurt(l) })
		l.At(7500*time.Millisecond, func() { c.mend(l) })
		l.Run(9500 * time.Millisecond)
		l.want(c.name, c.want...)
	}
}

// TestLeaseGivenBack: a member that is no longer Active gives its lease back,
// and another one has it at once.
func TestLeaseGivenBack(t *testing.T) {
	l := newLab(t)
	d := l.Add("d", "192.0.2.12/24")
	l.publish()
	l.At(250*time.Millisecond, func() {
		l.start(l.c, func(cfg *topology.Consumer) {
			lease(cfg)
			on := true
			cfg.Lease.OnlyActive = &on
		})
	})
	l.At(500*time.Millisecond, func() { l.start(d, lease) })
	l.At(2500*time.Millisecond, func() { l.active = false })
	l.Run(4300 * time.Millisecond)
	l.want("", "250ms c enabled: it has the lease", "1.1s c did 1", "2.1s c did 2", "3.1s c did 3", "3.25s c disabled: the member is not Active",
		"3.5s d enabled: it has the lease", "4.1s d did 4")
}

// TestLeaseByTheClock: work that is done when the machine's clock says that the
// lease is over does not count, although no timer has said so: the clock began
// to run twice as fast after it was set.
func TestLeaseByTheClock(t *testing.T) {
	l := newLab(t)
	l.publish()
	l.start(l.c, func(cfg *topology.Consumer) {
		lease(cfg)
		cfg.Work, cfg.Prefetch, cfg.Acknowledge = 1700*time.Millisecond, 5, topology.AcknowledgeLazy
	})
	l.At(3050*time.Millisecond, func() {
		l.mq.Freeze(false)
		l.c.Scope().Drift(1) // it says 6 s, and the lease is over, at 4.525 s
	})
	l.Run(5500 * time.Millisecond)
	l.want("", "0s c enabled: it has the lease", "2.7s c did 1", "4.4s c did 2")
}
