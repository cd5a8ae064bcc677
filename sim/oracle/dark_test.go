package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// TestDarkTime: a owns the virtual IP from 20 s on, and the run ends at 60 s.
func TestDarkTime(t *testing.T) {
	const secondary = "192.0.2.101"
	fault := func(line string) event.Body { return event.FaultApplied{Fault: line} }
	healed := func(line string) event.Body { return event.FaultHealed{Fault: line} }
	power := func(p event.Power) event.Body { return event.PowerChanged{State: p} }
	carrier := func(up bool) event.Body { return event.LinkChanged{Interface: "lan", Up: up} }
	lost := event.VIPLost{Interface: "lan", VIP: vip}
	takesOver := func(l *log, at float64) *log { return l.takes(at, "b", "Standby", standby.CauseActiveTimer) }
	for _, c := range []struct {
		name          string
		then          func(*log)
		time, longest float64 // seconds
	}{
		{"lit", func(*log) {}, 0, 0},
		{"no power", func(l *log) { takesOver(l.at(40, "a", power(event.PowerCrashed)), 50) }, 10, 10},
		{"no power any more", func(l *log) { l.at(40, "a", power(event.PowerOff)) }, 20, 20},
		{"frozen", func(l *log) { l.at(40, "a", power(event.PowerFrozen)).at(45, "a", power(event.PowerThawed)) }, 5, 5},
		{"two spans", func(l *log) {
			l.at(30, "a", power(event.PowerFrozen)).at(33, "a", power(event.PowerThawed)).
				at(40, "a", power(event.PowerFrozen)).at(47, "a", power(event.PowerThawed))
		}, 10, 7},
		{"the other one is lit", func(l *log) { takesOver(l, 39).at(40, "a", power(event.PowerFrozen)) }, 0, 0},
		{"given up in good order", func(l *log) { takesOver(l.gives(40, "a", "Listen", standby.CauseYield), 40) }, 0, 0},
		{"owner without the address", func(l *log) { l.at(40, "a", lost).at(42, "a", event.VIPGained{Interface: "lan", VIP: vip}) }, 2, 2},
		{"address without an owner", func(l *log) { l.at(40, "a", turn("Active", "Listen", standby.CauseCoup)) }, 20, 20},
		// A pulled Active is Active, and nobody can ask it.
		{"no carrier", func(l *log) { takesOver(l.at(40, "a", carrier(false)), 48) }, 8, 8},
		{"another carrier", func(l *log) { l.at(40, "a", event.LinkChanged{Interface: "dmz"}) }, 0, 0},
		{"no carrier, and a port that does not forward yet", func(l *log) { l.at(40, "a", carrier(false)).at(42, "a", blocked(45), carrier(true)) }, 5, 5},
		{"two ports that do not forward yet", func(l *log) {
			takesOver(l.at(40, "a", carrier(false)), 41).at(41, "b", blocked(44)).at(43, "a", blocked(46), carrier(true))
		}, 4, 4},
		{"pulled silently", func(l *log) { l.at(40, "", fault("pull a.lan silently")).at(44, "", healed("pull a.lan silently")) }, 4, 4},
		{"deaf", func(l *log) { takesOver(l.at(40, "", fault("pull a.lan silently in")), 42) }, 2, 2},
		{"the other cable", func(l *log) { l.at(40, "", fault("pull b.lan silently")) }, 0, 0},
		{"all is lost", func(l *log) { l.at(40, "", fault("impair a~lan loss 100%")) }, 20, 20},
		{"half is lost", func(l *log) { l.at(40, "", fault("impair a~lan loss 50%")) }, 0, 0},
		{"mute", func(l *log) { l.at(40, "", fault("drop all from a")) }, 20, 20},
		{"mute to its only client", func(l *log) { l.at(40, "", fault("drop all from a to c1")) }, 20, 20},
		{"mute to another", func(l *log) { l.at(40, "", fault("drop all from a to b")) }, 0, 0},
		{"mute for a moment", func(l *log) { l.at(40, "", fault("drop all from a first 2")) }, 0, 0},
		{"foreign sources blocked", func(l *log) { l.at(40, "", fault("block a.lan foreign")) }, 0, 0},
		{"hellos dropped", func(l *log) { l.at(40, "", fault("drop hello from a")) }, 0, 0},
		{"parted from its clients", func(l *log) { takesOver(l.at(40, "", fault("partition a | b c1")), 50) }, 10, 10},
		{"no way to it", func(l *log) { takesOver(l.at(40, "", fault("partition one-way c1 -> a")), 50) }, 10, 10},
		{"parted from the other one", func(l *log) { l.at(40, "", fault("partition a | b")) }, 0, 0},
	} {
		l := (&log{}).takes(20, "a", "Standby", standby.CauseNoActive)
		c.then(l)
		f := paper(60 * time.Second)
		f.Members[0].Secondary = []string{secondary} // nobody ever has it
		want := []Dark{{VIP: vip, Lit: true, Time: instant(c.time), Longest: instant(c.longest)}, {VIP: secondary}}
		same(t, c.name, Measure(l.in(), f).Dark, want)
	}
}

// TestDarkTimeOfNobody: an address that nobody ever had was not lit for no time
// at all; its row has no figures.
func TestDarkTimeOfNobody(t *testing.T) {
	f := paper(60 * time.Second)
	f.Members[0].Secondary = []string{"192.0.2.101"}
	m := Measure((&log{}).takes(20, "a", "Standby", standby.CauseNoActive).in(), f)
	rows := darkTable(&m).Rows
	if len(rows) != 2 || len(rows[0].Figures) != 2 || len(rows[1].Figures) != 0 {
		t.Errorf("got %+v, want figures of the first address only", rows)
	}
}

// TestDarkTimeOfReals: a real program owns what its kernel has, and need not
// say so; who is not asked by name is parted from nobody.
func TestDarkTimeOfReals(t *testing.T) {
	f := realPaper(60 * time.Second)
	f.Clients[0].Target = "192.0.2.1"
	l := (&log{}).has(10, "a").at(30, "a", event.FaultApplied{Fault: "partition a | b c1"}).
		at(40, "a", event.VIPLost{Interface: "lan", VIP: vip}).has(43, "b")
	same(t, "dark", Measure(l.in(), f).Dark, []Dark{{VIP: vip, Lit: true, Time: 3 * time.Second, Longest: 3 * time.Second}})
}

// TestDarkTimeOfAVirtualMAC: behind a port that loses foreign sources its owner
// is mute.
func TestDarkTimeOfAVirtualMAC(t *testing.T) {
	l := (&log{}).takes(20, "a", "Standby", standby.CauseNoActive).
		at(40, "", event.FaultApplied{Fault: "block a.lan foreign"}).at(47, "", event.FaultHealed{Fault: "block a.lan foreign"})
	f := paper(60 * time.Second)
	f.Members[0].VirtualMAC = true
	same(t, "dark", Measure(l.in(), f).Dark, []Dark{{VIP: vip, Lit: true, Time: 7 * time.Second, Longest: 7 * time.Second}})
}
