package standby

import (
	"errors"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// TestMachineIsAValue: an old copy never changes, two machines with the same
// history are equal, and the same event at the same instant gives the same
// result.
func TestMachineIsAValue(t *testing.T) {
	before := inState(DataPower, Standby)
	ev := eventFor(&before, CauseHigherStandby, false)
	kept := before
	one, actionsOne := before.Step(tableNow, ev)
	two, actionsTwo := before.Step(tableNow, ev)
	if before != kept {
		t.Error("Step changed the machine it was called on")
	}
	if one != two || texts(actionsOne) != texts(actionsTwo) {
		t.Error("the same event at the same instant gave two results")
	}
	if one == before {
		t.Error("the event should have changed the machine")
	}
}

// TestIgnored: an event without a row in the table changes at most a counter.
func TestIgnored(t *testing.T) {
	message := func(op wire.Opcode, state wire.State, priority uint8) Event {
		from := peerLow
		if priority > 100 {
			from = peerHigh
		}
		return Received{From: from, Message: wire.Message{
			Opcode: op, State: state, Priority: priority, Hello: 4 * time.Second, Hold: heardHold,
			Group: 7, Auth: wire.AuthDataPower, VirtualIP: configured(DataPower, 0, 0).VirtualIP,
		}}
	}
	for name, ev := range map[string]Event{
		"lower member speaks":      message(wire.OpHello, wire.StateSpeak, 50),
		"higher member in Listen":  message(wire.OpHello, wire.StateListen, 200),
		"higher member in Learn":   message(wire.OpHello, wire.StateLearn, 200),
		"higher member in Initial": message(wire.OpHello, wire.StateInitial, 200),
		"coup by a lower member":   message(wire.OpCoup, wire.StateListen, 50),
		"resign by another":        message(wire.OpResign, wire.StateSpeak, 50),
		"early tick":               Tick{Jitter: 1},
		"start of a running one":   Start{},
		"yield":                    Yield{},
		"nothing new":              Reconfigure{},
	} {
		for state := Initial; state <= Active; state++ {
			before := inState(DataPower, state)
			before.cfg.Auth = wire.AuthDataPower
			switch ev.(type) {
			case Reconfigure:
				ev = Reconfigure{before.cfg}
			case Start:
				if state == Initial {
					continue
				}
			case Yield:
				if state == Active {
					continue
				}
			}
			after, actions := before.Step(tableNow, ev)
			after.counters = before.counters
			if after != before || len(actions) != 0 {
				t.Errorf("%s in %s: got %s with %s, want no change", name, state, after.State(), texts(actions))
			}
		}
	}
}

// TestUnknownOpcode: an Advertise is never parsed into a Message, but a caller
// could construct one.
func TestUnknownOpcode(t *testing.T) {
	m := inState(DataPower, Listen)
	after, actions := m.Step(tableNow, Received{From: peerHigh, Message: wire.Message{Opcode: wire.OpAdvertise}})
	if after != m || len(actions) != 1 || actions[0] != (Rejected{peerHigh, ReasonOpcode}) {
		t.Errorf("got %s, want it rejected", texts(actions))
	}
}

// TestSteadyStateIsCheap: receiving a hello allocates nothing; sending one
// allocates the list and the message in it.
func TestSteadyStateIsCheap(t *testing.T) {
	standby := inState(DataPower, Standby)
	heard := eventFor(&standby, CauseHigherActive, false)
	if got := testing.AllocsPerRun(100, func() { standby, _ = standby.Step(tableNow, heard) }); got != 0 {
		t.Errorf("receiving a hello: got %v allocations, want 0", got)
	}
	active := inState(DataPower, Active)
	now := tableNow
	if got := testing.AllocsPerRun(100, func() {
		now += 3 * time.Second
		active, _ = active.Step(now, Tick{})
	}); got > 2 {
		t.Errorf("sending a hello: got %v allocations, want at most 2", got)
	}
}

// TestNames: every value has a name, an unknown value shows its number, and
// text parses back to its value.
func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Active.String(): "Active", State(9).String(): "State(9)",
		CauseCoup.String(): "coup by a higher member", CauseNone.String(): "Cause(0)", Cause(99).String(): "Cause(99)",
		string(CauseLowerStandby.Letter()): "l", string(CauseYield.Letter()): "-", string(Cause(99).Letter()) + "x": "-x",
		ReasonAuth.String(): "wrong authentication", Reason(0).String(): "Reason(0)",
		RFC2281.String(): "rfc2281", Profile(9).String(): "Profile(9)",
		Warning.String(): "warning", Error.String(): "error",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, p := range []Profile{DataPower, IOS, RFC2281} {
		var back Profile
		if text, err := p.MarshalText(); err != nil || back.UnmarshalText(text) != nil || back != p {
			t.Errorf("%s: reads back as %s, %v", p, back, err)
		}
	}
	for _, v := range []VIPMismatch{AcceptMismatch, IgnoreMismatch} {
		var back VIPMismatch
		if text, err := v.MarshalText(); err != nil || back.UnmarshalText(text) != nil || back != v {
			t.Errorf("%s: reads back as %s, %v", v, back, err)
		}
	}
	var p Profile
	var v VIPMismatch
	if err := p.UnmarshalText([]byte("cisco")); !errors.Is(err, ErrProfile) {
		t.Errorf("got %v, want ErrProfile", err)
	}
	if _, err := Profile(9).MarshalText(); !errors.Is(err, ErrProfile) {
		t.Errorf("got %v, want ErrProfile", err)
	}
	if err := v.UnmarshalText([]byte("")); !errors.Is(err, ErrMismatch) {
		t.Errorf("got %v, want ErrMismatch", err)
	}
}

// TestStates: the ordinals are the RFC's; the codes on the wire differ.
func TestStates(t *testing.T) {
	for state, want := range map[State]wire.State{
		Initial: 0, Learn: 1, Listen: 2, Speak: 4, Standby: 8, Active: 16,
	} {
		if state.Wire() != want || state.Wire().String() != state.String() {
			t.Errorf("%s: got %d (%s), want %d", state, state.Wire(), state.Wire(), want)
		}
	}
	if Initial != 1 || Active != 6 {
		t.Errorf("got ordinals %d to %d, want 1 to 6", Initial, Active)
	}
}

// BenchmarkIdleGroup: a settled group of three on the test's network; the
// figure includes its queue and map.
func BenchmarkIdleGroup(b *testing.B) {
	n := group(DataPower, 200, 150, 100)
	for i := range n.members {
		n.start(i, 0)
	}
	n.run(time.Minute)
	b.ReportAllocs()
	for b.Loop() {
		n.run(n.now + time.Minute)
	}
	b.ReportMetric(60*float64(b.N)/b.Elapsed().Seconds(), "simulated-s/s")
}

// TestActiveLost: these causes do not end the Active's role; all others do.
func TestActiveLost(t *testing.T) {
	silent := map[Cause]bool{
		CauseNone: true, CauseStart: true, CauseStop: true, CauseStandbyTimer: true, CauseHelloTimer: true,
		CauseHigherSpeak: true, CauseHigherStandby: true, CauseLowerStandby: true, causeCount: true,
	}
	for c := CauseNone; c <= causeCount; c++ {
		if got := c.ActiveLost(); got == silent[c] {
			t.Errorf("%v: active lost: got %v", c, got)
		}
	}
}
