package throttle

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
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is a control plane, a traffic manager, a gateway, two brokers between
// them, and a machine of somebody who asks.
type lab struct {
	*hosttest.Lab
	cp, tm, gw, c *host.Host
	brokers       [2]*broker.Broker
	mq            [2]*host.Host
	control       *Throttle
	manager       *Throttle
	gateway       *Throttle
	story         []string
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.cp, l.tm, l.gw, l.c = l.Add("cp", "192.0.2.11/24"), l.Add("tm", "192.0.2.12/24"), l.Add("gw", "192.0.2.13/24"), l.Add("c", "192.0.2.201/24")
	for i := range l.mq {
		l.mq[i] = l.Add(fmt.Sprint("mq", i+1), fmt.Sprintf("192.0.2.%d/24", 51+i))
		cfg := *topology.Broker{}.Complete(topology.Place{}).(*topology.Broker)
		l.brokers[i] = broker.New(l.mq[i], cfg, broker.NewDisk(cfg))
	}
	return l
}

func at(broker int) topology.Brokers {
	none := 0
	return topology.Brokers{
		List:           []topology.BrokerAddress{{Address: netip.MustParseAddrPort(fmt.Sprintf("192.0.2.%d:5672", 51+broker)), Retries: &none}},
		ConnectTimeout: 2 * second, ReconnectDelay: second, Heartbeat: 2 * second,
	}
}

func start(h *host.Host, cfg topology.Throttle) *Throttle {
	return New(h, *cfg.Complete(topology.Place{}).(*topology.Throttle))
}

func (l *lab) startControl() {
	l.control = start(l.cp, topology.Throttle{Control: &topology.ThrottleControl{Keys: []string{"gold", "tin"}}})
}

// startManager starts a manager with one broker.
func (l *lab) startManager(change func(*topology.ThrottleManager)) {
	cfg := topology.ThrottleManager{Publishers: map[string]topology.Brokers{"local": at(0)}, Window: 3 * second}
	if change != nil {
		change(&cfg)
	}
	l.manager = start(l.tm, topology.Throttle{Manager: &cfg})
}

func (l *lab) startGateway(fail string) {
	l.gateway = start(l.gw, topology.Throttle{Gateway: &topology.ThrottleGateway{Brokers: at(0), Fail: fail}})
}

// ask asks the gateway for a key, each half second from an instant to another
// one, and notes each answer that differs from the one before.
func (l *lab) ask(key string, from, to time.Duration) {
	l.Program(l.c, "client "+key, func(p *sim.Proc) error {
		last := ""
		for now := from; now <= to; now += second / 2 {
			p.Sleep(now - l.Loop.Now())
			said := l.once(key)
			if said != last {
				l.story = append(l.story, fmt.Sprintf("%v %s %s", l.Loop.Now().Round(10*time.Millisecond), key, said))
				last = said
			}
		}
		return nil
	})
}

func (l *lab) once(key string) string {
	conn, err := l.c.Dial(netip.MustParseAddrPort("192.0.2.13:8280"), second/4)
	if err != nil {
		return host.Failure(err)
	}
	defer conn.Close()
	conn.SetTimeout(second / 4)
	link := web.NewLink(conn)
	defer link.Release()
	r := web.Request{Method: "GET", Host: "gw", Path: "/" + key}
	if err := link.Send(&r); err != nil {
		return "not sent"
	}
	head, err := link.Head(&r)
	if err != nil {
		return "no answer"
	}
	return fmt.Sprint(head.Status)
}

func (l *lab) want(what string, story ...string) {
	l.TB.Helper()
	if !slices.Equal(l.story, story) {
		l.TB.Errorf("%s: got\n  %s\nwant\n  %s", what, strings.Join(l.story, "\n  "), strings.Join(story, "\n  "))
	}
}

// changes are what a gateway logs about keys.
func (l *lab) changes() (all []string) {
	for e, b := range event.Of[event.ThrottleChanged](l.Log.Events()) {
		all = append(all, fmt.Sprintf("%v %s %s: %s", e.At.Round(10*time.Millisecond), b.Key, b.State, b.Reason))
	}
	return all
}

// TestThrottled: a key that is over its limit gets 429 until its last decision
// is too old, and no other key does.
func TestThrottled(t *testing.T) {
	l := newLab(t)
	l.startGateway(topology.FailOpen)
	l.At(second, func() { l.startManager(func(cfg *topology.ThrottleManager) { cfg.Keys = []string{"gold"} }) })
	l.At(3200*time.Millisecond, func() { l.manager.manager.Set("tin", true) })
	l.At(5200*time.Millisecond, func() {
		l.manager.manager.Set("gold", false)
		l.manager.manager.Set("gold", false)
	})
	l.ask("gold", second/4, 12*second)
	l.ask("tin", second/4, 12*second)
	l.ask("iron", second/4, 12*second)
	l.Run(12 * second)
	slices.SortStableFunc(l.story, func(a, b string) int { return strings.Compare(a[strings.Index(a, " "):], b[strings.Index(b, " "):]) })
	l.want("", "250ms gold 200", "8.25s gold 200", "1.25s gold 429", "250ms iron 200", "250ms tin 200", "4.25s tin 429")
	if got, want := l.changes(), []string{"1s gold throttled: decision", "4s tin throttled: decision", "8s gold free: expired"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStale: when no decision comes any more, because the broker is stopped or
// silent, a gateway that fails open lets the key through once the last one is
// too old, and one that fails closed does not.
func TestStale(t *testing.T) {
	for _, fail := range []string{topology.FailOpen, topology.FailClosed} {
		for name, hurt := range map[string]func(l *lab){ // order: worlds apart
			"stopped": func(l *lab) { l.brokers[0].StopService(topology.BrokerService) },
			"frozen":  func(l *lab) { l.mq[0].Freeze(false) },
			"manager": func(l *lab) { l.tm.Crash(false) },
		} {
			l := newLab(t)
			l.startGateway(fail)
			l.At(second, func() { l.startManager(func(cfg *topology.ThrottleManager) { cfg.Keys = []string{"gold"} }) })
			l.At(4500*time.Millisecond, func() { hurt(l) })
			l.ask("gold", second/4, 30*second)
			l.Run(30 * second)
			want := []string{"250ms gold 200", "1.25s gold 429", "7.25s gold 200"}
			if fail == topology.FailClosed {
				want = want[:2]
			}
			l.want(name+", "+fail, want...)
		}
	}
}

// TestLate: a decision that was too old when it came throttles nobody, and what
// is no decision is passed over.
func TestLate(t *testing.T) {
	l := newLab(t)
	l.startGateway(topology.FailOpen)
	client := jms.New(l.tm, "hand", topology.Publisher{Brokers: at(0)}.Complete(topology.Place{}).(*topology.Publisher).Brokers)
	l.Program(l.tm, "hand", func(p *sim.Proc) error {
		p.Sleep(2 * second)
		for i, text := range []string{"half a", "gold 1 2 3", Decision{"gold", second, second / 2}.String(), Decision{"tin", 5 * second, 2 * second}.String()} {
			m := queue.Message{Publisher: "hand", Number: uint64(i + 1), Text: text}
			if err := client.Send(p, queue.Address{Topic: true, Name: topology.ThrottleTopic}, m); err != nil {
				return err
			}
		}
		return nil
	})
	l.Run(10 * second)
	if got, want := l.changes(), []string{"2s gold free: late", "2s tin throttled: decision", "5s tin free: expired"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPolicies: a manager asks for its policies at the start: once, or until it
// has them. A control plane that refuses, is silent or says half of it has not
// answered.
func TestPolicies(t *testing.T) {
	half := func(l *lab) {
		l.Program(l.cp, "half", func(p *sim.Proc) error {
			listener, err := l.cp.Listen(session.AnyAddress(5676), 8)
			if err != nil {
				return err
			}
			conn, err := listener.AcceptConn()
			if err != nil {
				return err
			}
			_, err = conn.Write([]byte("policies gold ti"))
			p.Sleep(second)
			conn.Close()
			listener.Close()
			return err
		})
	}
	for _, c := range []struct {
		name  string
		retry time.Duration
		hurt  func(l *lab)
		mend  func(l *lab)
		want  []string
	}{
		{"there", 0, func(l *lab) { l.startControl() }, func(*lab) {}, []string{"2s 2 "}},
		{"refused", 0, func(*lab) {}, func(l *lab) { l.startControl() }, []string{"2s 0 refused"}},
		{"refused, again", 4 * second, func(*lab) {}, func(l *lab) { l.startControl() }, []string{"2s 0 refused", "6s 0 refused", "10s 2 "}},
		{"silent", 4 * second, func(l *lab) {
			l.startControl()
			l.At(1500*time.Millisecond, func() { l.cp.Freeze(true) })
		}, func(l *lab) { l.cp.Thaw() }, []string{"7s 0 timeout", "11s 2 "}},
		{"half", 4 * second, half, func(l *lab) { l.startControl() }, []string{"3s 0 reset", "7s 0 refused", "11s 2 "}},
		{"stopped", 4 * second, func(l *lab) {
			l.startControl()
			l.control.StopService(topology.ThrottleControlService)
		}, func(l *lab) { l.control.StartService(topology.ThrottleControlService) }, []string{"2s 0 refused", "6s 0 refused", "10s 2 "}},
	} {
		l := newLab(t)
		l.At(second, func() { c.hurt(l) })
		l.At(2*second, func() {
			l.startManager(func(cfg *topology.ThrottleManager) {
				cfg.Control, cfg.Retry = netip.MustParseAddrPort("192.0.2.11:5676"), c.retry
			})
		})
		l.At(9*second, func() { c.mend(l) })
		l.Run(30 * second)
		var got []string
		for e, b := range event.Of[event.PoliciesLoaded](l.Log.Events()) {
			got = append(got, fmt.Sprintf("%v %d %s", e.At.Round(10*time.Millisecond), b.Policies, b.Reason))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		published := hosttest.Count[event.MessagePublished](l.Lab, "tm")
		if loaded := strings.Contains(c.want[len(c.want)-1], " 2 "); (published > 0) != loaded {
			t.Errorf("%s: %d decisions, with policies: %v", c.name, published, loaded)
		}
	}
}

// TestThreads: while a publisher connects to a black hole, a thread that serves
// both says nothing to the other broker either; with two threads it does.
func TestThreads(t *testing.T) {
	for _, threads := range []string{topology.ThreadsShared, topology.ThreadsOwn} {
		l := newLab(t)
		l.startGateway(topology.FailOpen)
		l.At(second, func() {
			l.startManager(func(cfg *topology.ThrottleManager) {
				dead := at(1)
				dead.Heartbeat, dead.ConnectTimeout = 0, 0
				cfg.Publishers = map[string]topology.Brokers{"local": at(0), "peer": dead}
				cfg.Keys, cfg.Threads, cfg.Window = []string{"gold"}, threads, 2*second
			})
		})
		l.At(second/2, func() { l.mq[1].Freeze(false) })
		l.ask("gold", second/4, 3900*time.Millisecond)
		l.Run(4 * second) // then the stack gives up, for want of an answer to ARP
		want := []string{"250ms gold 200", "1.25s gold 429"}
		if threads == topology.ThreadsShared {
			want = append(want, "3.25s gold 200")
		}
		l.want(threads, want...)
	}
}

// TestServices: what is stopped refuses and can be started again; a part that
// the node does not have cannot be.
func TestServices(t *testing.T) {
	l := newLab(t)
	l.startGateway(topology.FailOpen)
	l.startControl()
	l.At(second, func() { l.gateway.StopService(topology.ThrottleGatewayService) })
	l.At(3*second, func() { l.gateway.StartService(topology.ThrottleGatewayService) })
	l.ask("gold", second/4, 5*second)
	l.Run(6 * second)
	l.want("", "250ms gold 200", "1.25s gold refused", "3.25s gold 200")
	for _, err := range []error{
		l.gateway.StopService(topology.ThrottleControlService), l.control.StartService(topology.ThrottleGatewayService), l.control.StopService("x"),
	} {
		if err == nil {
			t.Error("a service that is not there: got no error")
		}
	}
}

// TestReboot: a gateway knows nothing after its boot, until the next decision
// comes.
func TestReboot(t *testing.T) {
	l := newLab(t)
	l.startGateway(topology.FailClosed)
	l.At(second, func() {
		l.startManager(func(cfg *topology.ThrottleManager) { cfg.Keys, cfg.Every = []string{"gold"}, 4*second })
	})
	l.At(2*second, func() { l.gw.Crash(false) })
	l.At(2100*time.Millisecond, func() { l.gw.PowerOn() })
	l.At(3*second, func() { l.startGateway(topology.FailClosed) })
	l.ask("gold", second/4, 7*second)
	l.Run(7 * second)
	l.want("", "250ms gold 200", "1.25s gold 429", "2.25s gold refused", "3.25s gold 200", "5.25s gold 429")
}
