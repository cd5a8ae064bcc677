package name_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/name"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// lab is a machine c1 that asks, and two that may answer.
type lab struct {
	*hosttest.Lab
	c1, first, second *host.Host
	asked             []string // the server and the instant of each question
}

func newLab(t *testing.T) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.c1, l.first, l.second = l.Add("c1", "192.0.2.201/24"), l.Add("ns1", "192.0.2.53/24"), l.Add("ns2", "192.0.2.54/24")
	return l
}

// reply makes a question its answer, and reports whether there is one.
type reply func(*dnsmessage.Message) bool

// answers makes a machine answer questions.
func (l *lab) answers(h *host.Host, answer reply) {
	l.Program(h, "server", func(*sim.Proc) error {
		u, err := h.OpenUDP(netip.MustParseAddrPort("0.0.0.0:53"))
		if err != nil {
			return err
		}
		data := make([]byte, 512)
		for {
			n, from, err := u.Receive(data)
			if err != nil {
				return err
			}
			l.asked = append(l.asked, fmt.Sprintf("%s %s", h.Name(), h.Now().Round(100*time.Millisecond)))
			var m dnsmessage.Message
			if err := m.Unpack(data[:n]); err != nil {
				return err
			}
			m.Response = true
			if !answer(&m) {
				continue
			}
			text, err := m.Pack()
			if err == nil {
				err = u.Send(text, from)
			}
			if err != nil {
				return err
			}
		}
	})
}

// with adds addresses to an answer, each with a TTL in seconds.
func with(addresses map[string]uint32) reply {
	return func(m *dnsmessage.Message) bool {
		for _, a := range topology.Names(addresses) {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET, TTL: addresses[a]},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
			})
		}
		return true
	}
}

func code(c dnsmessage.RCode) reply {
	return func(m *dnsmessage.Message) bool {
		m.RCode = c
		return true
	}
}

func silent(*dnsmessage.Message) bool { return false }

// stub returns a stub of c1 with the defaults of resolv.conf.
func (l *lab) stub(keep string, servers ...string) *name.Stub {
	var cfg topology.Nameservers
	for _, s := range servers {
		cfg.Addresses = append(cfg.Addresses, netip.MustParseAddr(s))
	}
	return name.New(l.c1, cfg.WithDefaults(), keep, "test")
}

// outcome is the end of a lookup.
type outcome struct {
	got  string // addresses, or the reason of the failure
	took time.Duration
}

// lookUp looks up app.example at an instant.
func (l *lab) lookUp(s *name.Stub, at time.Duration) *outcome {
	o := &outcome{got: "still waiting"}
	l.At(at, func() {
		l.Program(l.c1, "asker", func(*sim.Proc) error {
			all, err := s.Resolve("app.example")
			o.got, o.took = topology.JoinAddresses(all), (l.Loop.Now() - at).Round(100*time.Millisecond)
			var failed *name.Error
			if errors.As(err, &failed) {
				o.got, err = failed.Reason, nil
			}
			return err
		})
	})
	return o
}

var (
	one  = with(map[string]uint32{"192.0.2.11": 10})
	both = with(map[string]uint32{"192.0.2.11": 10, "192.0.2.12": 5})
)

// TestServers: an attempt goes on to the next server after 5 s without an
// answer, and at once when the server refuses or fails; there are two attempts
// (resolv.conf(5)). That a name does not exist is an answer.
func TestServers(t *testing.T) {
	for _, c := range []struct {
		what          string
		first, second reply // nil: nobody listens
		want          outcome
	}{
		{"the first answers", both, silent, outcome{"192.0.2.11,192.0.2.12", 0}},
		{"the first is silent", silent, one, outcome{"192.0.2.11", 5 * time.Second}},
		{"nobody listens on the first", nil, one, outcome{"192.0.2.11", 0}},
		{"the first fails", code(dnsmessage.RCodeServerFailure), one, outcome{"192.0.2.11", 0}},
		{"the first refuses", code(dnsmessage.RCodeRefused), one, outcome{"192.0.2.11", 0}},
		{"there is no such name", code(dnsmessage.RCodeNameError), one, outcome{name.Unknown, 0}},
		{"it has no address", with(nil), one, outcome{name.Empty, 0}},
		{"both are silent", silent, silent, outcome{host.Timeout, 20 * time.Second}},
		{"nobody listens", nil, nil, outcome{host.Refused, 0}},
		{"one is silent, nobody listens on the other", silent, nil, outcome{host.Refused, 10 * time.Second}},
		{"both fail", code(dnsmessage.RCodeServerFailure), code(dnsmessage.RCodeServerFailure), outcome{name.Failed, 0}},
	} {
		l := newLab(t)
		for i, answer := range []reply{c.first, c.second} {
			if answer != nil {
				l.answers([]*host.Host{l.first, l.second}[i], answer)
			}
		}
		got := l.lookUp(l.stub(topology.ResolveTTL, "192.0.2.53", "192.0.2.54"), time.Second)
		l.Run(time.Minute)
		if *got != c.want {
			t.Errorf("%s: got %v, want %v", c.what, *got, c.want)
		}
	}
}

// TestOtherMessages: only the answer to the question counts, and not what
// another machine says.
func TestOtherMessages(t *testing.T) {
	for what, change := range map[string]func(*dnsmessage.Message){
		"another number":     func(m *dnsmessage.Message) { m.ID++ },
		"not a response":     func(m *dnsmessage.Message) { m.Response = false },
		"another name":       func(m *dnsmessage.Message) { m.Questions[0].Name = dnsmessage.MustNewName("api.example.") },
		"another type":       func(m *dnsmessage.Message) { m.Questions[0].Type = dnsmessage.TypeTXT },
		"without a question": func(m *dnsmessage.Message) { m.Questions = nil },
	} {
		l := newLab(t)
		l.answers(l.first, func(m *dnsmessage.Message) bool {
			one(m)
			change(m)
			return true
		})
		got := l.lookUp(l.stub(topology.ResolveTTL, "192.0.2.53"), time.Second)
		l.Run(time.Minute)
		if want := (outcome{host.Timeout, 10 * time.Second}); *got != want {
			t.Errorf("%s: got %v, want %v", what, *got, want)
		}
	}
}

// TestKeeping: with the TTL an answer is used for as long as the shortest of
// its TTLs, 5 s; once, for ever; and for connections never.
func TestKeeping(t *testing.T) {
	for keep, want := range map[string]string{
		topology.ResolveTTL:        "[ns1 1s ns1 6s]",
		topology.ResolveOnce:       "[ns1 1s]",
		topology.ResolveConnection: "[ns1 1s ns1 5.9s ns1 6s ns1 10s]",
	} {
		l := newLab(t)
		l.answers(l.first, both)
		s := l.stub(keep, "192.0.2.53")
		for _, at := range []time.Duration{1 * time.Second, 5900 * time.Millisecond, 6010 * time.Millisecond, 10 * time.Second} {
			defer func(got *outcome) {
				if got.got != "192.0.2.11,192.0.2.12" {
					t.Errorf("%s: got %v", keep, got)
				}
			}(l.lookUp(s, at))
		}
		l.Run(time.Minute)
		if got := fmt.Sprint(l.asked); got != want {
			t.Errorf("%s: asked %s, want %s", keep, got, want)
		}
	}
}

// TestExpiredAnswers: an answer that has outlived its TTL is not used even if
// no server answers any more; one that is used once is.
func TestExpiredAnswers(t *testing.T) {
	for keep, want := range map[string]outcome{
		topology.ResolveTTL:  {host.Timeout, 10 * time.Second},
		topology.ResolveOnce: {"192.0.2.11", 0},
	} {
		l := newLab(t)
		l.answers(l.first, one)
		s := l.stub(keep, "192.0.2.53")
		l.lookUp(s, time.Second)
		l.At(2*time.Second, func() { l.first.Crash(false) })
		before, after := l.lookUp(s, 10900*time.Millisecond), l.lookUp(s, 11100*time.Millisecond)
		l.Run(time.Minute)
		if *before != (outcome{"192.0.2.11", 0}) {
			t.Errorf("%s: within the TTL: got %v", keep, *before)
		}
		if *after != want {
			t.Errorf("%s: after the TTL: got %v, want %v", keep, *after, want)
		}
	}
}

// TestWhatIsLogged: a name is logged when its addresses change, not when only
// their order does, and a failure when it begins.
func TestWhatIsLogged(t *testing.T) {
	l := newLab(t)
	turn := 0
	l.answers(l.first, func(m *dnsmessage.Message) bool {
		switch turn++; turn {
		case 1:
			both(m)
		case 2:
			both(m)
			m.Answers[0], m.Answers[1] = m.Answers[1], m.Answers[0]
		case 3:
			one(m)
		case 4, 5:
			m.RCode = dnsmessage.RCodeNameError
		default:
			one(m)
		}
		return true
	})
	s := l.stub(topology.ResolveConnection, "192.0.2.53")
	for i := range 6 {
		l.lookUp(s, time.Duration(i+1)*time.Second)
	}
	l.Run(time.Minute)
	_, resolved := hosttest.Bodies[event.NameResolved](l.Lab, "c1")
	at, failed := hosttest.Bodies[event.NameFailed](l.Lab, "c1")
	app := event.NameResolved{Name: "app.example", Addresses: "192.0.2.11", TTL: 10 * time.Second, Server: "192.0.2.53"}
	first := app
	first.Addresses, first.TTL = "192.0.2.11,192.0.2.12", 5*time.Second
	if got, want := fmt.Sprint(resolved), fmt.Sprint([]event.NameResolved{first, app, app}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(failed), fmt.Sprint([]event.NameFailed{{Name: "app.example", Reason: "unknown"}}); got != want || at[0] < 4*time.Second || at[0] > 5*time.Second {
		t.Errorf("got %s at %v, want %s in the fourth second", got, at, want)
	}
}
