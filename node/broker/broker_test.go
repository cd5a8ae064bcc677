package broker

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// lab is a broker and a machine whose programs speak to it by hand.
type lab struct {
	*hosttest.Lab
	mq, k  *host.Host
	broker *Broker
	disk   *Disk
	story  []string
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), disk: NewDisk(topology.Broker{Depth: 3})}
	l.mq, l.k = l.Add("mq", "192.0.2.50/24"), l.Add("k", "192.0.2.60/24")
	l.start()
	return l
}

func (l *lab) start() {
	l.broker = New(l.mq, *topology.Broker{Depth: 3}.Complete(topology.Place{}).(*topology.Broker), l.disk)
}

func (l *lab) say(format string, args ...any) {
	l.story = append(l.story, fmt.Sprintf("%v ", l.Loop.Now().Round(10*time.Millisecond))+fmt.Sprintf(format, args...))
}

// talk connects at an instant, says the lines and notes what comes, for as long
// as the connection lives.
func (l *lab) talk(at time.Duration, name string, lines ...string) {
	l.At(at, func() {
		l.k.Go(name, func(*sim.Proc) {
			link, err := session.Dial(l.k, netip.MustParseAddrPort("192.0.2.50:5672"), 5*second)
			if err != nil {
				l.say("%s: %s", name, host.Failure(err))
				return
			}
			defer link.Close()
			if _, err := link.Conn().Write([]byte(strings.Join(lines, "\n"))); err != nil {
				l.say("%s: write: %v", name, err)
			}
			for {
				m, err := link.Receive(0)
				if err != nil {
					l.say("%s: ended %s", name, host.Failure(err))
					return
				}
				if m.Verb != "ping" {
					l.say("%s: %v", name, m)
				}
			}
		})
	})
}

func (l *lab) want(story ...string) {
	l.TB.Helper()
	if !slices.Equal(l.story, story) {
		l.TB.Errorf("got\n  %s\nwant\n  %s", strings.Join(l.story, "\n  "), strings.Join(story, "\n  "))
	}
}

func publish(number int, kept string) string {
	return fmt.Sprintf("publish queue%%20orders %d p %s text", number, kept)
}

// TestMessages: a message is confirmed, delivered and acknowledged, and then it
// is nowhere; a queue that is full refuses.
func TestMessages(t *testing.T) {
	l := newLab(t)
	l.talk(second, "p", publish(1, "on"), publish(2, "off"), publish(3, "on"), publish(4, "on"), "")
	l.talk(2*second, "c", "subscribe 1 queue%20orders 2 0", "")
	l.talk(3*second, "other", "ack 1 0", "")
	l.At(4*second, func() { l.broker.Finish() })
	l.Run(5 * second)
	l.want(
		"1s p: confirmed 1", "1s p: confirmed 2", "1s p: confirmed 3", "1s p: refused publish 0 4 full",
		"2s c: message 1 0 1 queue%20orders p 1 text", "2s c: message 1 1 1 queue%20orders p 2 text",
		"3s other: refused acknowledge 1 0 not%20yours",
	)
	if _, all := hosttest.Bodies[event.BrokerStatus](l.Lab, "mq"); !slices.Equal(all, []event.BrokerStatus{{Queue: "orders", Messages: 3}}) {
		t.Errorf("got %v, want three messages, which nobody has acknowledged", all)
	}
}

// TestNonsense: half a message is none, and what makes no sense ends the
// connection without an effect.
func TestNonsense(t *testing.T) {
	for _, line := range []string{
		"hello\n", "publish queue%20orders x p on text\n", "publish orders 1 p on text\n", "subscribe x queue%20orders 1 0\n",
		"acquire orders k 0 -1s 0.01\n", "acquire orders k 0 1s x\n", "open 1.2 -5s\n", "publish %zz\n",
	} {
		l := newLab(t)
		l.talk(second, "k", line)
		l.talk(2*second, "half", strings.TrimSuffix(publish(1, "on"), "xt"))
		l.At(3*second, func() { l.broker.Finish() })
		l.Run(4 * second)
		if len(l.story) != 1 || !strings.HasPrefix(l.story[0], "1s k: ended") {
			t.Errorf("%q: got %q, want the end of the connection", line, l.story)
		}
		if n := hosttest.Count[event.BrokerStatus](l.Lab, "mq"); n != 0 {
			t.Errorf("%q: %d queues, want none", line, n)
		}
	}
}

// TestSilence: a client that has announced heartbeats and is silent is cut off,
// and what it has is delivered to another one; without heartbeats it is not.
func TestSilence(t *testing.T) {
	for every, cut := range map[string]bool{"2s": true, "0s": false} { // order: worlds apart
		l := newLab(t)
		l.talk(second, "p", publish(1, "on"), "")
		l.talk(2*second, "mute", "open 1.2 "+every, "subscribe 1 queue%20orders 1 0", "")
		l.talk(3*second, "c", "subscribe 1 queue%20orders 1 0", "")
		l.Run(20 * second)
		want := []string{"1s p: confirmed 1", "2s mute: message 1 0 1 queue%20orders p 1 text"}
		if cut {
			want = append(want, "6s c: message 1 0 2 queue%20orders p 1 text", "6s mute: ended reset")
		}
		slices.Sort(l.story)
		l.want(want...)
	}
}

// TestStopped: a stopped broker refuses and resets, keeps what is persistent,
// and counts what is lost; so does one whose machine crashes.
func TestStopped(t *testing.T) {
	for _, crash := range []bool{false, true} {
		l := newLab(t)
		l.talk(second, "p", publish(1, "on"), publish(2, "off"), "")
		if crash {
			l.At(2*second, func() { l.mq.Crash(false) })
			l.At(4*second, func() { l.mq.PowerOn() })
			l.At(5*second, l.start)
		} else {
			l.At(2*second, func() {
				if err := l.broker.StopService("other"); err == nil {
					t.Error("another service: got no error")
				}
				l.broker.StopService(topology.BrokerService)
				l.broker.StopService(topology.BrokerService) // it is stopped
			})
			l.talk(3*second, "refused", "")
			l.At(5*second, func() { l.broker.StartService(topology.BrokerService) })
		}
		l.talk(6*second, "c", "subscribe 1 queue%20orders 5 0", "")
		l.Run(7 * second)
		want := []string{"1s p: confirmed 1", "1s p: confirmed 2", "2s p: ended reset", "3s refused: refused"}
		if crash {
			want = want[:2]
		}
		l.want(append(want, "6s c: message 1 0 1 queue%20orders p 1 text")...)
		if _, all := hosttest.Bodies[event.BrokerRestarted](l.Lab, "mq"); !slices.Equal(all, []event.BrokerRestarted{{Kept: 1, Lost: 1}}) {
			t.Errorf("crash %v: got %v, want one message kept and one lost, once", crash, all)
		}
	}
}

// TestStoppedWhileBlocked: a subscriber that does not read blocks nobody else,
// and the broker can be stopped while it waits for it.
func TestStoppedWhileBlocked(t *testing.T) {
	l := newLab(t)
	l.At(second, func() {
		l.k.Go("deaf", func(p *sim.Proc) {
			link, err := session.Dial(l.k, netip.MustParseAddrPort("192.0.2.50:5672"), 5*second)
			if err != nil {
				t.Error(err)
				return
			}
			block := session.New("publish", "topic news", "1", "p", "on", strings.Repeat("x", 60_000))
			link.Post(session.New("subscribe", "1", "topic news", "60000", "0"))
			for range 200 { // 12 MB come back to it
				if link.Send(p, 2*second, block) != nil {
					break // the broker does not read while it cannot write
				}
			}
			p.Sleep(100 * second)
		})
	})
	l.talk(3*second, "p", publish(1, "on"), "")
	l.At(30*second, func() { l.broker.StopService(topology.BrokerService) })
	l.talk(31*second, "refused", "")
	l.Run(40 * second)
	l.want("3s p: confirmed 1", "30s p: ended reset", "31s refused: refused")
}

// TestFenced: a lease is granted once. At its end, by time (1 s, and what both
// clocks may be off) or before, the subscriptions that it allowed end, and who
// has an old token is named.
func TestFenced(t *testing.T) {
	l := newLab(t)
	l.talk(second, "a", "acquire orders a 0 1s 0.01", "subscribe 1 queue%20orders 1 1", "")
	l.talk(2*second, "b", "acquire orders b 0 1s 0.01", "")
	l.talk(5*second, "c", "acquire orders c 0 1s 0.01", "subscribe 1 queue%20orders 1 2", "release orders c 2", "")
	l.talk(6*second, "a again", "subscribe 1 queue%20orders 1 1", "")
	l.Run(10 * second)
	l.want(
		"1s a: granted 1", "2s b: refused acquire 0 0 held", "2.02s a: fenced 1", "5s c: granted 2", "5s c: fenced 1",
		"6s a again: refused subscribe 1 0 old%20token",
	)
	var states []string
	_, leases := hosttest.Bodies[event.LeaseChanged](l.Lab, "mq")
	for _, b := range leases {
		states = append(states, b.Holder+" "+b.State)
	}
	if want := []string{"a granted", "a expired", "c granted", "c released"}; !slices.Equal(states, want) {
		t.Errorf("leases: got %q, want %q", states, want)
	}
	if n := hosttest.Count[event.ConsumerFenced](l.Lab, "mq"); n != 3 {
		t.Errorf("got %d events of who is fenced, want 3", n)
	}
}
