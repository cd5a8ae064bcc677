package standby

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/facts"
)

// The tests of this file put our machine in the place of a router of a campus
// network (facts.Campus): it receives what the router received, and must do
// what the router did at the same instant. Takeovers came 9.998 s to 10.001 s
// after the last hello, returns 1 ms to 3 ms after the hello that the router
// answered with a Coup.

// slack covers the inaccuracy of a router's timers and its response time.
const slack = 3 * time.Millisecond

// subnet is one group: what each of its two routers sent.
type subnet struct {
	third       int // byte of the addresses
	three, four []facts.Fact
}

// campus returns a group of the table.
func campus(t *testing.T, third int) subnet {
	t.Helper()
	all, err := facts.Load(facts.Campus)
	if err != nil {
		t.Fatal(err)
	}
	s := subnet{third: third}
	for _, f := range all {
		switch {
		case f.Opcode == wire.OpAdvertise:
		case f.From == s.address(3):
			s.three = append(s.three, f)
		case f.From == s.address(4):
			s.four = append(s.four, f)
		}
	}
	return s
}

func (s subnet) address(host byte) netip.Addr {
	return netip.AddrFrom4([4]byte{172, 16, byte(s.third), host})
}

// router is the configuration of one of the two.
func (s subnet) router(host byte, priority uint8) Config {
	return Config{
		Profile: IOS, Group: 1, VirtualIP: s.address(1), Address: s.address(host), Priority: priority, Preempt: true,
		HelloTime: 3 * time.Second, HoldTime: 10 * time.Second, Auth: wire.AuthCisco, ResignOn: ResignOnHello,
	}
}

// step is a change of a router's state, as seen on the wire.
type step struct {
	at time.Duration
	to State
}

// states are in the order of the wire's codes.
var states = map[wire.State]State{
	wire.StateListen: Listen, wire.StateSpeak: Speak, wire.StateStandby: Standby, wire.StateActive: Active,
}

// steps returns the state changes that a router's messages show. A Coup always
// says Listen, so it does not count.
func steps(said []facts.Fact) (all []step) {
	for _, f := range said {
		to := states[f.Message.State]
		if f.Opcode == wire.OpHello && (len(all) == 0 || all[len(all)-1].to != to) {
			all = append(all, step{f.At, to})
		}
	}
	return all
}

// replay runs our machine in place of a router.
type replay struct {
	Machine
	steps []step
	sent  []string // messages other than hellos, and when
	ads   []facts.Fact
}

// hear starts a machine and feeds it the given messages only.
func hear(cfg Config, start time.Duration, heard []facts.Fact, until time.Duration) *replay {
	r := &replay{Machine: New(cfg)}
	r.do(start, Start{})
	r.listen(slices.DeleteFunc(slices.Clone(heard), func(f facts.Fact) bool { return f.At <= start }), until)
	return r
}

// listen feeds the machine messages and its timers up to an instant.
func (r *replay) listen(heard []facts.Fact, until time.Duration) {
	for _, f := range heard {
		if f.At <= until {
			r.tick(f.At)
			r.do(f.At, Received{f.From, f.Message})
		}
	}
	r.tick(until)
}

// tick runs the timers that are due before an instant.
func (r *replay) tick(until time.Duration) {
	for r.Deadline() < until {
		r.do(r.Deadline(), Tick{})
	}
}

func (r *replay) do(now time.Duration, ev Event) {
	var actions []Action
	r.Machine, actions = r.Step(now, ev)
	for _, a := range actions {
		switch a := a.(type) {
		case Transition:
			r.steps = append(r.steps, step{now, a.To})
		case Advertise:
			r.ads = append(r.ads, facts.Fact{At: now, From: r.cfg.Address, Opcode: wire.OpAdvertise, Advertise: a.Message})
		case Send:
			if a.Message.Opcode != wire.OpHello {
				r.sent = append(r.sent, fmt.Sprintf("%s %s at %v", a.Message.Opcode, a.Message.State, now))
			}
		}
	}
}

// since returns the steps from an instant on.
func since(at time.Duration, all []step) []step {
	return slices.DeleteFunc(slices.Clone(all), func(s step) bool { return s.at < at })
}

// sameSteps compares our machine's steps with the router's, which may lag by
// the time that late gives for a state.
func sameSteps(t *testing.T, ours, real []step, late map[State]time.Duration) {
	t.Helper()
	if len(ours) != len(real) {
		t.Fatalf("our machine did %v, the router %v", ours, real)
	}
	for i, r := range real {
		if d := r.at - ours[i].at; ours[i].to != r.to || d < -slack || d > max(slack, late[r.to]) {
			t.Errorf("step %d: our machine is %s at %v, the router %s at %v", i+1, ours[i].to, ours[i].at, r.to, r.at)
		}
	}
}

// TestCampusStandby: in three groups the standby stops hearing its active,
// takes over when the hold time of the last hello ends, and yields to the Coup
// of the returning active. This happens twice.
func TestCampusStandby(t *testing.T) {
	const before = 60 * time.Second // assume the same before the table begins
	takeovers := 0
	for _, third := range []int{1, 10, 20} {
		t.Run(fmt.Sprint(third), func(t *testing.T) {
			s := campus(t, third)
			heard, said := []facts.Fact{}, steps(s.four)
			first := s.three[0]
			for f := first; f.At > first.At-before; f.At -= 3 * time.Second {
				heard = append(heard, f)
			}
			slices.Reverse(heard)
			ours := hear(s.router(4, 100), first.At-before, append(heard, s.three[1:]...), 260*time.Second)

			got := since(first.At, ours.steps)
			want := []State{Active, Speak, Standby, Active, Speak, Standby}
			if said[0].to != Standby || !slices.Equal(statesOf(said[1:]), want) {
				t.Fatalf("the router was seen %v, want Standby, then %v", said, want)
			}
			// A router announces Speak up to 4 ms after it received the Coup; our machine
			// changes state on receipt.
			sameSteps(t, got, said[1:], map[State]time.Duration{Speak: 4 * time.Millisecond})
			for _, step := range said[1:] {
				last := lastBefore(step.at, s.three)
				switch waited := step.at - last.At; {
				case step.to == Active && (waited < 9998*time.Millisecond || waited > 10002*time.Millisecond):
					t.Errorf("the router took over %v after the last hello", waited)
				case step.to == Active:
					takeovers++
				}
			}
			// By RFC 2281 §5.7 an Active that receives a Coup from a higher member resigns.
			// These routers, and our machine, sent only hellos.
			if i := slices.IndexFunc(s.four, func(f facts.Fact) bool { return f.Opcode != wire.OpHello }); i >= 0 {
				t.Errorf("the router said %s at %v, want hellos only", s.four[i].Message, s.four[i].At)
			}
			if len(ours.sent) != 0 {
				t.Errorf("our machine sent %q, want hellos only", ours.sent)
			}
		})
	}
	if takeovers != 6 {
		t.Errorf("got %d takeovers, want 6", takeovers)
	}
}

// TestCampusReturn: in three groups the higher router comes back. It answers
// the first hello of the lower active with a Coup and becomes Active.
func TestCampusReturn(t *testing.T) {
	returns := 0
	for _, third := range []int{1, 10, 20} {
		s := campus(t, third)
		for i, f := range s.three {
			if f.Opcode != wire.OpCoup {
				continue
			}
			returns++
			answered, active := lastBefore(f.At, s.four), s.three[i+1]
			ours := hear(s.router(3, 150), answered.At-time.Second, s.four, active.At)
			want := []step{{answered.At - time.Second, Listen}, {answered.At, Active}}
			if !slices.Equal(ours.steps, want) || !slices.Equal(ours.sent, []string{fmt.Sprintf("Coup Listen at %v", answered.At)}) {
				t.Errorf("172.16.%d.3: our machine did %v and sent %q, want %v and a Coup", third, ours.steps, ours.sent, want)
			}
			if f.Message.State != wire.StateListen || active.Message.State != wire.StateActive || active.At-answered.At > 3*time.Millisecond || active.At-answered.At < time.Millisecond {
				t.Errorf("172.16.%d.3: the router said %s, and after %v %s", third, f.Message, active.At-answered.At, active.Message)
			}
		}
	}
	if returns != 6 {
		t.Errorf("got %d returns, want 6", returns)
	}
}

// TestCampusRestart: in two groups the standby restarts, twice. It listens for
// one hold time, speaks for another, and does not disturb the active.
func TestCampusRestart(t *testing.T) {
	restarts := 0
	for _, third := range []int{30, 40} {
		s := campus(t, third)
		seen := steps(s.three)
		for i, speaks := range seen {
			if speaks.to != Speak {
				continue
			}
			restarts++
			start := speaks.at - 10*time.Second
			ours := hear(s.router(3, 100), start, s.four, seen[i+1].at+20*time.Second)
			sameSteps(t, since(start+1, ours.steps), seen[i:i+2], nil)
			if len(ours.sent) != 0 {
				t.Errorf("172.16.%d.3: our machine sent %q, want hellos only", third, ours.sent)
			}
		}
	}
	if restarts != 4 {
		t.Errorf("got %d restarts, want 4", restarts)
	}
}

func statesOf(all []step) (to []State) {
	for _, s := range all {
		to = append(to, s.to)
	}
	return to
}

// lastBefore returns the last hello before an instant.
func lastBefore(at time.Duration, said []facts.Fact) (last facts.Fact) {
	for _, f := range said {
		if f.At < at && f.Opcode == wire.OpHello {
			last = f
		}
	}
	return last
}
