package standby

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/node/wire"
)

// TestTransitionTable walks RFC 2281 §5.7 row by row, for every profile.
// Method: put a member into each state with all its timers running, apply each
// event, and compare the whole machine and all actions with the cell. The rows
// below are the RFC's, letter by letter; cellWant interprets them and shares no
// code with the machine.
//
//	a AB/2 or AB/3: the virtual IP unknown or known
//	* preempt configured or not
//
// Where Cisco's routers differ, their cell follows in brackets. H in the cells
// g and j of an Active is for Config.ResignOn to decide; here it is the RFC's.
//
//	event                       1 Initial  2 Learn  3 Listen  4 Speak  5 Standby  6 Active
//	a enabled                   AB/2 AB/3  .        .         .        .          .
//	b disabled                  .          CD/1     CD/1      CD/1     CD/1       CDH/1
//	c active timer              .          .        AB/4      .        CDFI/6     .
//	d standby timer             .          .        B/4       D/5      .          .
//	e hello timer               .          .        .         F        F          F
//	f higher speaks             .          .        .  [B]    B/3      B/3        .
//	g higher is active          .          EAB/3    EA        EA       EA         AB/4
//	h lower is active           .          EAB/3    A  [EA]   A  [EA]  A  [EA]    G
//	h lower is active, preempt  .          EAB/3    BGFI/6    BGFI/6   BGFI/6     G
//	i active resigned           .          .        AB/4      A        CFI/6      .
//	j coup by a higher          .          .        .         .        .          ABH/4
//	k higher is standby         .          .        B         B/3      B/3        B
//	l lower is standby          .          .        B/4       D/5      .          B
func TestTransitionTable(t *testing.T) {
	rows := []struct {
		cause Cause
		cells string
	}{
		{CauseStart, "AB/3 . . . . ."},
		{CauseStop, ". CD/1 CD/1 CD/1 CD/1 CDH/1"},
		{CauseActiveTimer, ". . AB/4 . CDFI/6 ."},
		{CauseStandbyTimer, ". . B/4 D/5 . ."},
		{CauseHelloTimer, ". . . F F F"},
		{CauseHigherSpeak, ". . . B/3 B/3 ."},
		{CauseHigherActive, ". EAB/3 EA EA EA AB/4"},
		{CauseLowerActive, ". EAB/3 A A A G"},
		{CausePreempt, ". EAB/3 BGFI/6 BGFI/6 BGFI/6 G"},
		{CauseResign, ". . AB/4 A CFI/6 ."},
		{CauseCoup, ". . . . . ABH/4"},
		{CauseHigherStandby, ". . B B/3 B/3 B"},
		{CauseLowerStandby, ". . B/4 D/5 . B"},
	}
	routers := map[Cause]string{CauseHigherSpeak: ". . B B/3 B/3 .", CauseLowerActive: ". EAB/3 EA EA EA G"}
	beaten := map[ResignOn]map[Cause]string{
		ResignOnCoup:  {CauseHigherActive: "AB/4", CauseCoup: "ABH/4"},
		ResignOnHello: {CauseHigherActive: "ABH/4", CauseCoup: "AB/4"},
		ResignOnBoth:  {CauseHigherActive: "ABH/4", CauseCoup: "ABH/4"},
		ResignNever:   {CauseHigherActive: "AB/4", CauseCoup: "AB/4"},
	}
	checked := 0
	for _, profile := range []Profile{DataPower, IOS, RFC2281} {
		for resign, cells := range beaten {
			for _, byAddress := range []bool{false, true} {
				for _, row := range rows {
					if cells, differ := routers[row.cause]; differ && profile == IOS {
						row.cells = cells
					}
					for i, cell := range strings.Fields(row.cells) {
						state := State(i + 1)
						if beaten, ok := cells[row.cause]; ok && state == Active {
							cell = beaten
						}
						checkCell(t, profile, resign, row.cause, state, cell, byAddress)
						checked++
					}
				}
			}
		}
	}
	if want := 3 * 4 * 2 * 13 * 6; checked != want {
		t.Errorf("checked %d cells, want %d", checked, want)
	}
}

// The member under test is 192.0.2.12, between its two peers. At these instants
// all timers run, and only the one whose expiry is the event is due.
const (
	tableNow   = 100 * time.Second
	tableLater = 105 * time.Second
	ownHold    = 10 * time.Second
	heardHold  = 13 * time.Second
)

var (
	peerLow  = netip.MustParseAddr("192.0.2.11")
	peerHigh = netip.MustParseAddr("192.0.2.13")
)

// inState is a member in a state with every timer running that may run there.
// In Learn the virtual IP is unknown.
func inState(profile Profile, state State) Machine {
	cfg := configured(profile, 1, 100)
	cfg.HelloTime, cfg.HoldTime, cfg.LearnTimes = 3*time.Second, ownHold, false
	cfg.AnnounceTimes = AnnounceTimes{time.Second}
	if state == Learn {
		cfg.VirtualIP = netip.Addr{}
	}
	m := New(cfg)
	m.state = state
	if state != Initial {
		m.helloDue, m.activeDue, m.standbyDue = tableLater, tableLater+1, tableLater+2
		m.active, m.standby = peerHigh, peerLow
	}
	if state == Active {
		m.active = netip.Addr{}
	}
	return m
}

// eventFor returns an event for a cause; for timers it also sets the instant.
func eventFor(m *Machine, cause Cause, byAddress bool) Event {
	higher, lower := uint8(200), uint8(50)
	if byAddress {
		higher, lower = 100, 100
	}
	message := wire.Message{
		Hello: 4 * time.Second, Hold: heardHold, Group: m.cfg.Group, Auth: m.cfg.Auth,
		VirtualIP: netip.MustParseAddr("192.0.2.100"),
	}
	hello := func(from netip.Addr, priority uint8, state wire.State) Event {
		message.State, message.Priority = state, priority
		return Received{From: from, Message: message}
	}
	switch cause {
	case CauseStart:
		return Start{}
	case CauseStop:
		return Stop{}
	case CauseActiveTimer:
		m.activeDue = tableNow
	case CauseStandbyTimer:
		m.standbyDue = tableNow
	case CauseHelloTimer:
		m.helloDue = tableNow
	case CauseHigherSpeak:
		return hello(peerHigh, higher, wire.StateSpeak)
	case CauseHigherActive:
		return hello(peerHigh, higher, wire.StateActive)
	case CauseLowerActive, CausePreempt:
		m.cfg.Preempt = cause == CausePreempt
		return hello(peerLow, lower, wire.StateActive)
	case CauseResign:
		message.Opcode = wire.OpResign
		return hello(peerHigh, higher, wire.StateSpeak)
	case CauseCoup:
		message.Opcode = wire.OpCoup
		return hello(peerHigh, higher, wire.StateListen)
	case CauseHigherStandby:
		return hello(peerHigh, higher, wire.StateStandby)
	case CauseLowerStandby:
		return hello(peerLow, lower, wire.StateStandby)
	}
	return Tick{}
}

func checkCell(t *testing.T, profile Profile, resign ResignOn, cause Cause, state State, cell string, byAddress bool) {
	t.Helper()
	before := inState(profile, state)
	before.cfg.ResignOn = resign
	ev := eventFor(&before, cause, byAddress)
	if _, ticks := ev.(Tick); ticks && state == Initial {
		return // no timer runs in Initial
	}
	want := cellWant{Machine: before}
	want.bookkeeping(cause, ev)
	want.read(cell, cause)
	got, actions := before.Step(tableNow, ev)
	if got != want.Machine {
		t.Errorf("%s %c in %s, resigns on %s, cell %s: machine (-want +got)\n%s", profile, cause.Letter(), state, resign, cell,
			cmp.Diff(want.Machine, got, cmp.AllowUnexported(Machine{}, Config{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })))
	}
	if texts(actions) != texts(want.actions) {
		t.Errorf("%s %c in %s, cell %s: actions\ngot  %s\nwant %s", profile, cause.Letter(), state, cell, texts(actions), texts(want.actions))
	}
}

func texts(actions []Action) string {
	var all []string
	for _, a := range actions {
		all = append(all, a.String())
	}
	return strings.Join(all, ", ")
}

// cellWant is a second, plainer reading of the RFC's notation.
type cellWant struct {
	Machine
	actions []Action
}

// bookkeeping applies what happens to counters, timers and remembered members
// regardless of the cell.
func (w *cellWant) bookkeeping(cause Cause, ev Event) {
	if w.state == Initial {
		return
	}
	switch cause {
	case CauseActiveTimer:
		w.activeDue, w.active, w.leaderless = Never, netip.Addr{}, true
	case CauseStandbyTimer:
		w.standbyDue, w.standby = Never, netip.Addr{}
	case CauseHelloTimer:
		w.helloDue = tableNow + 3*time.Second
	case CauseCoup:
		w.counters.CoupsReceived++
	case CauseResign:
		w.counters.ResignsReceived++
		w.active, w.leaderless = netip.Addr{}, true
	}
	received, ok := ev.(Received)
	if !ok || received.Message.Opcode != wire.OpHello {
		return
	}
	w.counters.HellosReceived++
	switch received.Message.State {
	case wire.StateActive:
		w.leaderless = false
		if w.state != Active {
			w.active = received.From
		} else {
			w.active = netip.Addr{}
		}
		if w.standby == received.From {
			w.standby = netip.Addr{}
		}
	case wire.StateStandby:
		w.standby = received.From
	}
	if cause == CauseHigherActive && w.state == Active {
		w.active = received.From // it outranks us
	}
}

// read applies a cell, such as CDFI/6.
func (w *cellWant) read(cell string, cause Cause) {
	if cell == "." {
		return
	}
	letters, digit, moves := strings.Cut(cell, "/")
	has := func(letter string) bool { return strings.Contains(letters, letter) }
	hold := func(heard bool) time.Duration {
		if heard {
			return tableNow + heardHold
		}
		return tableNow + w.holdTime
	}
	if has("E") && !w.cfg.VirtualIP.IsValid() {
		w.vip = netip.MustParseAddr("192.0.2.100")
	}
	if has("E") && w.cfg.Profile == IOS { // the Active's override ours
		w.helloTime, w.holdTime = 4*time.Second, heardHold
	}
	if has("A") {
		w.activeDue = hold(cause == CauseHigherActive || cause == CauseLowerActive || cause == CausePreempt)
	}
	if has("B") {
		w.standbyDue = hold(cause == CauseHigherStandby || cause == CauseLowerStandby)
	}
	if has("C") {
		w.activeDue = Never
	}
	if has("D") {
		w.standbyDue = Never
	}
	if has("G") {
		w.send(wire.OpCoup, &w.counters.CoupsSent)
	}
	if moves {
		w.move(State(digit[0]-'0'), cause)
	}
	if has("I") {
		w.counters.Announcements++
		w.announceAt, w.announceDue = tableNow, tableNow+time.Second
		w.actions = append(w.actions, Announce{0})
	}
	if has("F") {
		w.send(wire.OpHello, &w.counters.HellosSent)
	}
	if has("H") {
		w.send(wire.OpResign, &w.counters.ResignsSent)
	}
	if moves && w.cfg.Profile == IOS && w.state >= Speak {
		if w.state != Active {
			w.send(wire.OpHello, &w.counters.HellosSent)
		}
		w.helloDue = tableNow + 3*time.Second
	}
}

func (w *cellWant) move(to State, cause Cause) {
	if w.state == Active {
		w.actions = append(w.actions, ReleaseVIP{w.vip})
	}
	w.actions = append(w.actions, Transition{w.state, to, cause})
	w.counters.Transitions++
	w.changedAt = tableNow
	if w.state == Initial {
		w.helloDue = tableNow + 3*time.Second
	}
	w.state = to
	switch to {
	case Initial:
		w.helloDue, w.active, w.standby = Never, netip.Addr{}, netip.Addr{}
	case Standby:
		w.standby = netip.Addr{}
	case Active:
		w.active, w.leaderless = netip.Addr{}, false
		w.actions = append(w.actions, ClaimVIP{w.vip})
	}
}

func (w *cellWant) send(op wire.Opcode, count *uint64) {
	*count++
	w.actions = append(w.actions, Send{wire.Message{
		Opcode: op, State: w.state.Wire(), Hello: 3 * time.Second, Hold: ownHold,
		Priority: 100, Group: 7, Auth: w.cfg.Auth, VirtualIP: w.vip,
	}})
}
