package resolver

import (
	"fmt"
	"net/netip"
	"slices"
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

const (
	first, second = "192.0.2.11", "192.0.2.12"
	both          = first + "," + second
)

// lab is a resolver on r, whose checks the test decides, and a machine c1 that
// asks it.
type lab struct {
	*hosttest.Lab
	r, c1    *host.Host
	resolver *Resolver
	stub     *name.Stub
	watches  []string                      // that run, by the address
	changed  map[string]func(bool, string) // by the address
}

func newLab(t testing.TB, change func(*topology.Record)) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), changed: map[string]func(bool, string){}}
	l.r, l.c1 = l.Add("r", "192.0.2.53/24"), l.Add("c1", "192.0.2.201/24")
	app := topology.Record{Addresses: []netip.Addr{netip.MustParseAddr(first), netip.MustParseAddr(second)}, Check: &topology.RecordCheck{}}
	if change != nil {
		change(&app)
	}
	cfg := topology.Resolver{Records: map[string]topology.Record{"app": app}}.Complete(topology.Place{}).(*topology.Resolver)
	var err error
	if l.resolver, err = New(l.r, *cfg, l.watch); err != nil {
		t.Fatal(err)
	}
	servers := topology.Nameservers{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.53")}}
	l.stub = name.New(l.c1, servers.WithDefaults(), topology.ResolveConnection, "test")
	return l
}

func (l *lab) watch(check topology.Probe, name string, changed func(bool, string)) (func(), error) {
	target, err := topology.ParseTarget(check.Target)
	a := target.Address.Addr().String()
	if name != "app.example/"+a {
		l.TB.Errorf("the check of %s is called %s", a, name)
	}
	l.watches, l.changed[a] = append(l.watches, a), changed
	return func() { l.watches = slices.DeleteFunc(l.watches, func(other string) bool { return other == a }) }, err
}

// ask returns what the resolver says about a name, now.
func (l *lab) ask(name string) (said string) {
	said = "no answer"
	l.Program(l.c1, "asker", func(*sim.Proc) error {
		all, err := l.stub.Resolve(name)
		if said = topology.JoinAddresses(all); err != nil {
			said = err.Error()
		}
		return nil
	})
	l.Pass(15 * time.Second) // two attempts of 5 s
	return said
}

func (l *lab) wants(want ...string) {
	l.TB.Helper()
	for i, w := range want {
		if got := l.ask("app.example"); got != w {
			l.TB.Errorf("answer %d: got %s, want %s", i+1, got, w)
		}
	}
}

// TestPolicies: answers leave out what is down; if all are, they contain all or
// none.
func TestPolicies(t *testing.T) {
	rotated := second + "," + first
	for _, c := range []struct {
		policy, allDown                      string
		good, firstDown, allOfThemDown, back []string
	}{
		{"failover", "all", []string{both, both}, []string{second, second}, []string{both}, []string{first}},
		{"round-robin", "all", []string{both, rotated, both}, []string{second, second}, []string{rotated, both}, []string{first}},
		{"failover", "none", []string{both}, []string{second}, []string{"look up app.example: empty"}, []string{first}},
	} {
		l := newLab(t, func(r *topology.Record) { r.Policy, r.AllDown = c.policy, c.allDown })
		l.wants(c.good...)
		l.changed[first](true, "") // news of what it assumed
		l.changed[first](false, "timeout")
		l.wants(c.firstDown...)
		l.changed[second](false, "refused")
		l.wants(c.allOfThemDown...)
		l.changed[first](true, "")
		l.wants(c.back...)
		_, got := hosttest.Bodies[event.RecordChanged](l.Lab, "r")
		record := func(addresses, reason string) event.RecordChanged {
			return event.RecordChanged{Name: "app.example", Addresses: addresses, TTL: 30 * time.Second, Reason: reason}
		}
		all := map[string]string{"all": both, "none": "none"}[c.allDown]
		want := []event.RecordChanged{record(second, first+" is down: timeout"), record(all, second+" is down: refused"), record(first, first+" is up")}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", c.policy, got, want)
		}
	}
}

// TestNames: a name is found in any case; others do not exist, and a name
// without the domain is another one.
func TestNames(t *testing.T) {
	l := newLab(t, nil)
	for asked, want := range map[string]string{
		"app.example": both, "APP.Example": both, "app.example.": both,
		"api.example": "look up api.example: unknown", "app": "look up app: unknown",
	} {
		if got := l.ask(asked); got != want {
			t.Errorf("%s: got %s, want %s", asked, got, want)
		}
	}
}

// TestSet: an operator changes the addresses and the TTL, and deletes the
// record. What is checked follows.
func TestSet(t *testing.T) {
	l := newLab(t, nil)
	set := func(property, value, watched string) {
		t.Helper()
		if err := l.resolver.Set(property, value); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(l.watches); got != watched {
			t.Errorf("%s %s: checks %s, want %s", property, value, got, watched)
		}
	}
	l.changed[first](false, "timeout")
	l.wants(second)
	set("record.app", first+",192.0.2.13", "[192.0.2.11 192.0.2.13]")
	l.wants("192.0.2.13") // the first one is still down
	set("record.app", second, "[192.0.2.12]")
	l.wants(second)
	set("record.app", both, "[192.0.2.11 192.0.2.12]")
	l.wants(both) // that it was down is forgotten
	set("record.app.ttl", "5s", "[192.0.2.11 192.0.2.12]")
	set("record.app", "none", "[]")
	l.wants("look up app.example: unknown")
	_, got := hosttest.Bodies[event.RecordChanged](l.Lab, "r")
	if last := got[len(got)-1]; last != (event.RecordChanged{Name: "app.example", Addresses: "none", TTL: 5 * time.Second, Reason: "set"}) {
		t.Errorf("got %v last", last)
	}
	if err := l.resolver.Set("record.api", first); err == nil {
		t.Error("a record that it has not can be set")
	}
}

// TestStopping: while the service is stopped, whoever asks is refused.
func TestStopping(t *testing.T) {
	l := newLab(t, nil)
	l.wants(both)
	for _, step := range []struct {
		change func(string) error
		want   string
	}{
		{l.resolver.StopService, "look up app.example: refused"},
		{l.resolver.StopService, "look up app.example: refused"},
		{l.resolver.StartService, both},
		{l.resolver.StartService, both},
	} {
		if err := step.change(topology.ResolverService); err != nil {
			t.Error(err)
		}
		l.wants(step.want)
		if step.change("web") == nil {
			t.Error("it has a service web")
		}
	}
	_, got := hosttest.Bodies[event.ServiceChanged](l.Lab, "r")
	if want := "[{dns listening } {dns stopped } {dns listening }]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// TestBusy: a resolver without CPU time answers nobody.
func TestBusy(t *testing.T) {
	l := newLab(t, nil)
	l.r.Hog(host.Service, 1)
	l.wants("look up app.example: timeout")
	l.r.Hog(host.Service, 0)
	l.wants(both)
}

// TestReply: what is no question has no answer, and what is asked for something
// else than addresses has none in it.
func TestReply(t *testing.T) {
	l := newLab(t, nil)
	app := dnsmessage.Question{Name: dnsmessage.MustNewName("app.example."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
	text := app
	text.Type = dnsmessage.TypeTXT
	for _, c := range []struct {
		what    string
		asks    dnsmessage.Message
		code    dnsmessage.RCode
		answers int // -1: there is no answer
	}{
		{"a question", dnsmessage.Message{Questions: []dnsmessage.Question{app}}, dnsmessage.RCodeSuccess, 2},
		{"another type", dnsmessage.Message{Questions: []dnsmessage.Question{text}}, dnsmessage.RCodeSuccess, 0},
		{"another operation", dnsmessage.Message{Header: dnsmessage.Header{OpCode: 5}, Questions: []dnsmessage.Question{app}}, dnsmessage.RCodeNotImplemented, 0},
		{"no question", dnsmessage.Message{}, 0, -1},
		{"two questions", dnsmessage.Message{Questions: []dnsmessage.Question{app, app}}, 0, -1},
		{"an answer", dnsmessage.Message{Header: dnsmessage.Header{Response: true}, Questions: []dnsmessage.Question{app}}, 0, -1},
	} {
		c.asks.ID = 4711
		asked, err := c.asks.Pack()
		if err != nil {
			t.Fatal(err)
		}
		data := l.resolver.reply(asked)
		if c.answers < 0 {
			if data != nil {
				t.Errorf("%s: it is answered", c.what)
			}
			continue
		}
		var got dnsmessage.Message
		if err := got.Unpack(data); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if got.ID != 4711 || !got.Response || !got.Authoritative || got.RCode != c.code || len(got.Answers) != c.answers {
			t.Errorf("%s: got %+v, want code %v and %d addresses", c.what, got, c.code, c.answers)
		}
	}
}

// TestLongestAnswer: the longest name with the most addresses fits into a
// message by UDP.
func TestLongestAnswer(t *testing.T) {
	l := newLab(t, nil)
	long := ""
	for len(long) < 253-62 {
		long += "a23456789-a23456789-a23456789-a23456789-a23456789-a23456789-a."
	}
	app := l.resolver.records["app"]
	l.resolver.names[long[:len(long)-1]], app.Check = app, nil
	all := make([]netip.Addr, 15)
	for i := range all {
		all[i] = netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})
	}
	if err := l.resolver.Set("record.app", topology.JoinAddresses(all)); err != nil {
		t.Fatal(err)
	}
	m := dnsmessage.Message{Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(long), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}}
	asked, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(l.resolver.reply(asked)); got > messageMax || got < 15*16 {
		t.Errorf("got %d bytes, want at most %d", got, messageMax)
	}
}

func FuzzReply(f *testing.F) {
	m := dnsmessage.Message{Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName("app.example."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}}
	seed, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	l := newLab(f, nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		var got dnsmessage.Message
		if text := l.resolver.reply(data); text != nil && got.Unpack(text) != nil {
			t.Errorf("%x: its answer %x cannot be read", data, text)
		}
	})
}
