package publisher

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

const second = time.Second

// lab is a publisher that has something to say each second, and a machine on
// which a program plays the broker.
type lab struct {
	*hosttest.Lab
	p, mq *host.Host
	port  *session.Port
	disk  *Disk
	// answers is what the broker says to a message, after which it goes on or ends
	// the connection.
	answers func(m session.Message) (answer []session.Message, ends bool)
	got     []string
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), disk: &Disk{}}
	l.p, l.mq = l.Add("p", "192.0.2.60/24"), l.Add("mq", "192.0.2.50/24")
	l.port = session.Listen(l.mq, "broker", session.AnyAddress(5672), l)
	l.answers = func(m session.Message) ([]session.Message, bool) {
		return []session.Message{session.New("confirmed", m.Field(1))}, false
	}
	return l
}

// start starts the publisher.
func (l *lab) start(change func(*topology.Publisher)) {
	none := 0
	cfg := topology.Publisher{Queue: "orders", Rate: 1, Start: second, Size: 3, Brokers: topology.Brokers{
		List:           []topology.BrokerAddress{{Address: netip.MustParseAddrPort("192.0.2.50:5672"), Retries: &none}},
		ConnectTimeout: 2 * second, ReconnectDelay: second / 2,
	}}
	change(&cfg)
	New(l.p, *cfg.Complete(topology.Place{}).(*topology.Publisher), l.disk)
}

func plain(*topology.Publisher) {}

func (l *lab) Open(_ *sim.Proc, k *session.Link) session.Session { return &talk{l, k} }

type talk struct {
	*lab
	link *session.Link
}

func (*talk) Close() {}

func (k *talk) Receive(_ *sim.Proc, m session.Message) bool {
	if m.Verb != "publish" {
		return true
	}
	k.got = append(k.got, fmt.Sprintf("%v %v", k.Loop.Now().Round(10*time.Millisecond), m))
	answer, ends := k.answers(m)
	k.link.Post(answer...)
	return !ends
}

// story is what the publisher has done with which messages.
func (l *lab) story() (all []string) {
	for _, e := range l.Log.Events() {
		at := e.At.Round(10 * time.Millisecond)
		switch b := e.What.(type) {
		case event.MessagePublished:
			all = append(all, fmt.Sprintf("%v %d %v", at, b.Number, b.Confirmed))
		case event.MessageFailed:
			all = append(all, fmt.Sprintf("%v %d %s", at, b.Number, b.Reason))
		}
	}
	return all
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// TestPublished: messages come at their rate, with numbers and the address that
// the publisher sends to, and none after its end.
func TestPublished(t *testing.T) {
	l := newLab(t)
	l.start(func(cfg *topology.Publisher) { cfg.Queue, cfg.Topic, cfg.Stop = "", "news", 3500*time.Millisecond })
	l.Run(10 * second)
	same(t, "broker", l.got, []string{"1s publish topic%20news 1 p on xxx", "2s publish topic%20news 2 p on xxx", "3s publish topic%20news 3 p on xxx"})
	same(t, "publisher", l.story(), []string{"1s 1 true", "2s 2 true", "3s 3 true"})
}

// TestSilentBroker: a publisher that waits for ever sends nothing more to a
// broker that is silent. With a time limit it asks again, about the same
// message; without confirmation nothing holds it up.
func TestSilentBroker(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*topology.Publisher)
		want   []string
	}{
		{"for ever", plain, nil},
		{"two seconds", func(cfg *topology.Publisher) { cfg.Timeout = 2 * second }, []string{"3s 1 timeout", "5.5s 1 timeout"}},
		{"unconfirmed", func(cfg *topology.Publisher) { off := false; cfg.Confirm = &off }, []string{"1s 1 false", "2s 2 false", "3s 3 false", "4s 4 false", "5s 5 false"}},
	} {
		l := newLab(t)
		l.answers = func(session.Message) ([]session.Message, bool) { return nil, false }
		l.start(c.change)
		l.Run(5900 * time.Millisecond)
		same(t, c.name, l.story(), c.want)
		for _, m := range l.got {
			if c.name != "unconfirmed" && !strings.Contains(m, " 1 p on") {
				t.Errorf("%s: it sent %s, want the first message only", c.name, m)
			}
		}
	}
}

// TestBrokerEnds: what a broker has taken and not confirmed is sent again, on
// another connection and under the same number; half an answer and one about
// another message confirm nothing.
func TestBrokerEnds(t *testing.T) {
	for name, answer := range map[string][]session.Message{ // order: worlds apart
		"nothing": nil, "another number": {session.New("confirmed", "7")}, "half": {session.New("confirmed")}, "refused": {session.New("refused", "publish", "0", "1", "full")},
	} {
		l := newLab(t)
		calls := 0
		right := l.answers
		l.answers = func(m session.Message) ([]session.Message, bool) {
			if calls++; calls == 1 {
				return answer, name != "refused"
			}
			return right(m)
		}
		l.start(func(cfg *topology.Publisher) { cfg.Stop = 2 * second })
		l.Run(10 * second)
		want := []string{"1s 1 lost", "1s 1 true", "2s 2 true"}
		if name == "refused" {
			want = []string{"1s 1 refused", "1.5s 1 true", "2s 2 true"}
		}
		same(t, name, l.story(), want)
	}
}

// TestRefused: as long as nobody listens, the first message waits, and those
// that came due meanwhile follow at once.
func TestRefused(t *testing.T) {
	l := newLab(t)
	l.At(second/2, func() { l.port.StopService("broker") })
	l.At(3200*time.Millisecond, func() { l.port.StartService("broker") })
	l.start(func(cfg *topology.Publisher) { cfg.Stop = 4 * second })
	l.Run(10 * second)
	same(t, "publisher", l.story(), []string{
		"1s 1 unreachable", "1.5s 1 unreachable", "2s 1 unreachable", "2.5s 1 unreachable", "3s 1 unreachable",
		"3.5s 1 true", "3.5s 2 true", "3.5s 3 true", "4s 4 true",
	})
}

// TestReboot: after a loss of power, also while it is blocked, a publisher goes
// on with the number that it has not done with. One whose disk is lost begins
// anew.
func TestReboot(t *testing.T) {
	for _, lost := range []bool{false, true} {
		l := newLab(t)
		right := l.answers
		l.answers = func(m session.Message) ([]session.Message, bool) {
			if m.Field(1) == "3" && l.Loop.Now() < 4*second {
				return nil, false // it is blocked from 3 s on
			}
			return right(m)
		}
		var done []uint64
		l.disk.OnChange = func(n uint64) { done = append(done, n) }
		l.start(plain)
		l.At(3500*time.Millisecond, func() { l.p.Crash(false) })
		l.At(4500*time.Millisecond, func() { l.p.PowerOn() })
		l.At(5500*time.Millisecond, func() {
			if lost {
				l.disk = &Disk{OnChange: l.disk.OnChange}
			}
			l.start(func(cfg *topology.Publisher) { cfg.Stop = 5 * second })
		})
		l.Run(10 * second)
		want, numbers := []string{"1s 1 true", "2s 2 true", "5.5s 3 true", "5.5s 4 true", "5.5s 5 true"}, []uint64{1, 2, 3, 4, 5}
		if lost {
			want = append(want[:2], "5.5s 1 true", "5.5s 2 true", "5.5s 3 true", "5.5s 4 true", "5.5s 5 true")
			numbers = []uint64{1, 2, 1, 2, 3, 4, 5}
		}
		same(t, fmt.Sprint("lost ", lost), l.story(), want)
		if !slices.Equal(done, numbers) {
			t.Errorf("lost %v: the disk was told %v, want %v", lost, done, numbers)
		}
	}
}
