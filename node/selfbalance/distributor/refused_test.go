package distributor

import (
	"bytes"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/sim/event"
)

// refusals is how many messages a member has refused, by reason.
type refusals struct{ malformed, newer, auth, replayed uint64 }

func refusalsOf(c selfbalance.Counters) refusals {
	return refusals{c.Malformed, c.NewerVersions, c.AuthFailures, c.Replayed}
}

// header is the size of a message's header.
const header = 24

// attack is a message that a member must refuse.
type attack struct {
	name  string
	frame func(l *lab, recorded []byte) []byte
	want  refusals
}

// reportOf returns a report in a member's name, which offers nothing.
func reportOf(t testing.TB, l *lab, name string, token wire.Auth, change func(*balance.Report)) []byte {
	t.Helper()
	m := l.member(name)
	r := &balance.Report{Header: balance.Header{
		Version: 2, Needs: 1, Kind: balance.KindReport, Group: 30, Sender: m.nic.Address().Addr(), Boot: 9, Sequence: 1,
	}}
	if change != nil {
		change(r)
	}
	frame, err := balance.AppendFrame(nil, l.client.NIC("lan").MAC(), balance.All, r, token)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// reseal makes the checksums of a datagram right after its payload was changed.
func reseal(frame []byte, change func(payload []byte)) []byte {
	frame = bytes.Clone(frame)
	change(frame[wire.EthernetSize+wire.IPv4Size+wire.UDPSize:])
	clear(frame[wire.EthernetSize+10 : wire.EthernetSize+12])
	clear(frame[wire.EthernetSize+wire.IPv4Size+6 : wire.EthernetSize+wire.IPv4Size+wire.UDPSize])
	wire.SealDatagram(frame)
	return frame
}

func attacks(t testing.TB) []attack {
	all := []attack{
		{"garbage", func(_ *lab, r []byte) []byte {
			return reseal(r, func(p []byte) { copy(p, "garbage, garbage, garbage") })
		}, refusals{malformed: 1}},
		{"damaged in transit", func(_ *lab, r []byte) []byte { r = bytes.Clone(r); r[len(r)-1] ^= 1; return r }, refusals{malformed: 1}},
		{"another token", func(l *lab, _ []byte) []byte { return reportOf(t, l, "b", wire.Auth{'X'}, nil) }, refusals{auth: 1}},
		{"another weight", func(_ *lab, r []byte) []byte { return reseal(r, func(p []byte) { p[len(p)-balance.AuthSize-1] ^= 1 }) }, refusals{auth: 1}},
		{"needs a later version", func(_ *lab, r []byte) []byte { return reseal(r, func(p []byte) { p[4], p[5] = 3, 3 }) }, refusals{newer: 1}},
		{"replayed", func(_ *lab, r []byte) []byte { return r }, refusals{replayed: 1}},
		{"replayed from another MAC", func(l *lab, r []byte) []byte {
			r = bytes.Clone(r)
			wire.EthernetOf(r).SetSource(l.client.NIC("lan").MAC())
			return r
		}, refusals{replayed: 1}},
		{"an earlier boot", func(l *lab, _ []byte) []byte {
			return reportOf(t, l, "b", token, func(r *balance.Report) { r.Boot, r.Sequence = 0, 1000 })
		}, refusals{replayed: 1}},
		{"in our own name", func(l *lab, _ []byte) []byte { return reportOf(t, l, "a", token, nil) }, refusals{malformed: 1}},
		{"of another group", func(l *lab, _ []byte) []byte {
			return reportOf(t, l, "b", token, func(r *balance.Report) { r.Group = 31 })
		}, refusals{}},
	}
	const whole = 120 // more than a report has
	for n := 1; n < whole; n++ {
		cut := func(r []byte) []byte { return r[:max(wire.EthernetSize+wire.IPv4Size+wire.UDPSize, len(r)-n)] }
		all = append(all,
			attack{"truncated in transit", func(_ *lab, r []byte) []byte { return cut(r) }, refusals{malformed: 1}},
			attack{"truncated by its sender", func(_ *lab, r []byte) []byte { return reseal(cut(r), func([]byte) {}) }, refusals{}},
		)
	}
	return all
}

// TestRefusedMessages: a message that is no member's, not new or for another
// group changes nothing, and is counted.
func TestRefusedMessages(t *testing.T) {
	l := newBalancedLab(t, 2, host.MAC{}, []netip.Addr{vip}, nil)
	a, b := l.member("a"), l.member("b")
	l.own(a, true)
	for _, attack := range attacks(t) {
		l.Pass(lapse(l))
		before, macs, sources := a.d.Status(), a.d.macs, slices.Clone(a.d.sources)
		recorded := lastReport(t, l, "b")
		frame := attack.frame(l, recorded)
		sender := l.client.NIC("lan")
		if wire.EthernetOf(frame).Source() == b.nic.MAC() {
			sender = b.nic // the switch need not learn anything false
		}
		hosttest.Inject(sender, frame)
		l.Pass(ms)
		after := a.d.Status()
		was, is := refusalsOf(before.Counters), refusalsOf(after.Counters)
		if payload := balance.PayloadOf(frame); attack.name == "truncated by its sender" {
			attack.want = refusals{auth: 1}
			if len(payload) < header+balance.AuthSize {
				attack.want = refusals{malformed: 1}
			}
		}
		if got := (refusals{is.malformed - was.malformed, is.newer - was.newer, is.auth - was.auth, is.replayed - was.replayed}); got != attack.want {
			t.Errorf("%s: counted %+v, want %+v", attack.name, got, attack.want)
		}
		after.Counters = before.Counters
		if !reflect.DeepEqual(after, before) || a.d.macs != macs || !slices.Equal(a.d.sources, sources) {
			t.Errorf("%s: changed %+v to %+v, addresses %v to %v", attack.name, before, after, macs, a.d.macs)
		}
	}
	want := map[string]bool{
		"malformed": true, "damaged": true, "truncated": true, "wrong authentication": true,
		"newer version": true, "replayed": true, "our own address": true,
	}
	_, refused := hosttest.Bodies[event.BalanceRefused](l.Lab, "a")
	for _, r := range refused {
		if !want[r.Reason] {
			t.Errorf("refused %+v, which was expected once or not at all", r)
		}
		if r.Peer == b.nic.Address().Addr().String() || r.Reason == "our own address" {
			delete(want, r.Reason)
		}
	}
	if len(want) > 0 {
		t.Errorf("not said: %v, in %v", want, refused)
	}
}

// lapse is the time until no report is sent for a while.
func lapse(l *lab) time.Duration {
	return l.Loop.Now().Truncate(time.Second) + 1500*ms - l.Loop.Now()
}

// lastReport returns the last frame that a member has sent to all members.
func lastReport(t testing.TB, l *lab, name string) []byte {
	t.Helper()
	all := l.seen.SentBy(name, 0, func(f hosttest.Frame) bool { return balance.Matches(f.Data) && f.To() == balance.All.MAC })
	if len(all) == 0 {
		t.Fatalf("%s has reported nothing", name)
	}
	return all[len(all)-1].Data
}
