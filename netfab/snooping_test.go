package netfab

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// The groups of the tests: all routers, which is local and never pruned, and
// one that snooping applies to.
var (
	routersGroup = MAC{1, 0, 0x5e, 0, 0, 2}
	farGroup     = MAC{1, 0, 0x5e, 1, 1, 1} // 239.1.1.1
)

// igmp sends an IGMP message as the station.
func (s *station) igmp(message ...byte) {
	f := s.fabric.NewFrame(wire.EthernetSize + 20 + len(message))
	d := f.Data()
	clear(d)
	copy(d, []byte{1, 0, 0x5e, 0, 0, 22})
	copy(d[6:], s.mac[:])
	d[12], d[14], d[17], d[23] = 8, 0x45, byte(len(d)-wire.EthernetSize), byte(wire.ProtocolIGMP)
	copy(d[wire.EthernetSize+20:], message)
	s.Send(f)
}

func record(mode wire.IGMPMode, sources ...byte) []byte {
	r := []byte{byte(mode), 0, 0, byte(len(sources) / 4), 239, 1, 1, 1}
	return append(r, sources...)
}

func reportV3(records ...[]byte) []byte {
	m := []byte{byte(wire.IGMPReportV3), 0, 0, 0, 0, 0, 0, byte(len(records))}
	for _, r := range records {
		m = append(m, r...)
	}
	return m
}

// snoopingLab has a talker a and listeners b and c, whose NICs take both
// groups.
func snoopingLab(t *testing.T, s Snooping) (l *lab, a, b, c *station) {
	l = newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{Snooping: s}), "a", "b", "c")
	for _, x := range st[1:] {
		x.Filter().Add(routersGroup)
		x.Filter().Add(farGroup)
	}
	l.introduce(st...)
	return l, st[0], st[1], st[2]
}

// TestSnoopingModes: which stations receive which groups without any IGMP
// report.
func TestSnoopingModes(t *testing.T) {
	for _, tt := range []struct {
		mode       Snooping
		local, far bool
	}{
		{SnoopingOff, true, true}, {SnoopingOn, true, false}, {SnoopingPrune, false, false},
	} {
		l, a, b, c := snoopingLab(t, tt.mode)
		var want []string
		for _, send := range []struct {
			to   MAC
			name string
			pass bool
		}{{routersGroup, "local", tt.local}, {farGroup, "far", tt.far}, {wire.Broadcast, "all", true}} {
			a.say(send.to, send.name)
			if send.pass {
				want = append(want, send.name)
			}
		}
		a.say(b.mac, "unicast")
		l.run(time.Second)
		l.want(c, want...)
		l.want(b, append(want, "unicast")...)
		if tt.local {
			l.wantLost()
		} else {
			l.wantLost("a.lan: prune multicast lan")
		}
	}
}

// TestSnoopingReports: each form of report adds a member and each form of
// leaving removes it, on that port only.
func TestSnoopingReports(t *testing.T) {
	group := []byte{0, 0, 0, 239, 1, 1, 1}
	for _, tt := range []struct {
		name    string
		message []byte
		member  bool
	}{
		{"v1 report", append([]byte{byte(wire.IGMPReportV1)}, group...), true},
		{"v2 report", append([]byte{byte(wire.IGMPReportV2)}, group...), true},
		{"v2 leave", append([]byte{byte(wire.IGMPLeave)}, group...), false},
		{"v3 exclude nothing", reportV3(record(wire.IGMPIsExclude)), true},
		{"v3 change to exclude", reportV3(record(wire.IGMPToExclude)), true},
		{"v3 include a source", reportV3(record(wire.IGMPIsInclude, 1, 2, 3, 4)), true},
		{"v3 allow a source", reportV3(record(wire.IGMPAllowNew, 1, 2, 3, 4)), true},
		{"v3 change to include nothing", reportV3(record(wire.IGMPToInclude)), false},
		{"v3 second record", reportV3(record(wire.IGMPToExclude, 1, 2, 3, 4), record(wire.IGMPToInclude)), false},
	} {
		for _, before := range []bool{false, true} {
			l, a, b, c := snoopingLab(t, SnoopingOn)
			if before {
				b.igmp(reportV3(record(wire.IGMPIsExclude))...)
			}
			b.igmp(tt.message...)
			l.run(time.Second)
			a.say(farGroup, "x")
			l.run(time.Second)
			if got := len(b.payloads()) == 1; got != tt.member {
				t.Errorf("%s, member before %v: member %v, want %v", tt.name, before, got, tt.member)
			}
			l.want(c)
			l.wantLost()
		}
	}
}

// TestSnoopingForgets: without a querier a membership ends after 260 s, which
// is how multicast breaks in the field; a lost link ends it at once. A router's
// port receives all groups.
func TestSnoopingForgets(t *testing.T) {
	l, a, b, c := snoopingLab(t, SnoopingOn)
	send := func(step string, wantB, wantC bool) {
		t.Helper()
		a.say(farGroup, "x")
		l.run(time.Millisecond)
		if gotB, gotC := len(b.payloads()) == 1, len(c.payloads()) == 1; gotB != wantB || gotC != wantC {
			t.Errorf("%s: b gets it %v, c gets it %v; want %v, %v", step, gotB, gotC, wantB, wantC)
		}
	}
	b.igmp(byte(wire.IGMPReportV2), 0, 0, 0, 239, 1, 1, 1)
	c.igmp(byte(wire.IGMPQuery), 100, 0, 0, 0, 0, 0, 0)
	l.run(time.Millisecond)
	send("fresh", true, true)
	l.run(querierTime)
	send("querier gone", true, false)
	l.run(membershipTime - querierTime)
	send("membership over", false, false)
	b.igmp(byte(wire.IGMPReportV2), 0, 0, 0, 239, 1, 1, 1)
	c.igmp(byte(wire.IGMPQuery), 100, 0, 0, 0, 0, 0, 0)
	send("reported again", true, true)
	for _, s := range []*station{b, c} {
		s.Pull()
		s.Plug()
	}
	send("link lost", false, false)
}

// TestPrune: the fault drops 224.0.0.x and nothing else, nests, and undoing
// twice has no further effect.
func TestPrune(t *testing.T) {
	l, a, b, c := snoopingLab(t, SnoopingOff)
	lan := l.Segment("lan")
	first, second := lan.Prune(), lan.Prune()
	for i, undo := range []func(){first, second, func() {}} {
		a.say(routersGroup, "local")
		a.say(farGroup, "far")
		a.say(b.mac, "unicast")
		l.run(time.Second)
		if i < 2 {
			l.want(b, "far", "unicast")
			l.want(c, "far")
			l.wantLost("a.lan: prune multicast lan")
		} else {
			l.want(b, "local", "far", "unicast")
			l.want(c, "local", "far")
			l.wantLost()
		}
		undo()
		undo()
	}
}
