package member_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// toy is a minimal election protocol: each member sends its address every
// second, and a member that has received no lower address for 3 s owns the
// virtual IP.
type toy struct {
	own                netip.Addr
	owner              bool
	helloDue, claimDue time.Duration
}

var (
	toyGroup = wire.MAC{3, 0, 0, 0, 0, 1} // where its frames go
	toyMAC   = wire.MAC{2, 0, 0x5e, 0, 0, 9}
)

// What the toy adds to the events and actions of every protocol.
type (
	toyHeard   struct{ from netip.Addr }
	toyHello   struct{ owner bool }
	toyChange  struct{ change standby.Change }
	toyRefusal struct{ peer netip.Addr }
)

func (toyHeard) IsEvent()          {}
func (toyHello) IsAction()         {}
func (toyChange) IsAction()        {}
func (toyRefusal) IsAction()       {}
func (toyHello) String() string    { return "say hello" }
func (c toyChange) String() string { return c.change.To }
func (toyRefusal) String() string  { return "refuse" }

func (c toyChange) Change() standby.Change         { return c.change }
func (r toyRefusal) Refusal() (netip.Addr, string) { return r.peer, "our own address" }
func (h toyHello) FromOwner() bool                 { return h.owner }
func (toyHello) Notable() string                   { return "" }

// AppendFrame makes an Ethernet frame of IEEE's local experimental type that
// holds an address.
func (toyHello) AppendFrame(dst []byte, source wire.MAC, from netip.Addr) ([]byte, error) {
	dst = append(append(append(dst, toyGroup[:]...), source[:]...), 0x88, 0xb5)
	return append(dst, from.AsSlice()...), nil
}

func newToy(own netip.Addr) *toy {
	return &toy{own: own, helloDue: standby.Never, claimDue: standby.Never}
}

func (p *toy) Step(now time.Duration, ev standby.Event) (actions []standby.Action) {
	const patience = 3 * time.Second
	switch ev := ev.(type) {
	case standby.Start:
		if p.helloDue == standby.Never {
			p.helloDue, p.claimDue = now, now+patience
		}
	case standby.Stop:
		p.helloDue, p.claimDue = standby.Never, standby.Never
		return p.drop("stopped")
	case standby.Yield:
		p.claimDue = now + 2*patience
		return p.drop("yielded")
	case toyHeard:
		if ev.from == p.own {
			return []standby.Action{toyRefusal{ev.from}}
		}
		if ev.from.Less(p.own) {
			p.claimDue = now + patience
			return p.drop("heard a lower address")
		}
	case *standby.Tick:
		if now >= p.claimDue {
			p.owner, p.claimDue = true, standby.Never
			actions = append(actions,
				toyChange{standby.Change{From: "waiting", To: "owning", Owner: true, Cause: "silence", ActiveLost: true}},
				standby.ClaimVIP{VirtualIP: vip}, standby.Announce{})
		}
		if now >= p.helloDue {
			p.helloDue += time.Second
			actions = append(actions, toyHello{p.owner})
		}
	}
	return actions
}

// drop gives up the virtual IP, if the toy owns it.
func (p *toy) drop(cause string) []standby.Action {
	if !p.owner {
		return nil
	}
	p.owner = false
	return []standby.Action{
		standby.ReleaseVIP{VirtualIP: vip}, toyChange{standby.Change{From: "owning", To: "waiting", Cause: cause}},
	}
}

func (p *toy) Deadline() time.Duration { return min(p.helloDue, p.claimDue) }

func (p *toy) Status() standby.Status { return standby.Status{VirtualIP: vip, Owner: p.owner} }

func (p *toy) Identity(standby.Action) standby.Identity {
	return standby.Identity{Group: 9, Address: p.own, VirtualMAC: toyMAC}
}

func (*toy) Matches(frame []byte) bool { return wire.MAC(frame[:6]) == toyGroup }

func (*toy) Multicast() wire.MAC { return toyGroup }

func (*toy) Parse(frame []byte) standby.Event {
	if len(frame) != wire.EthernetSize+4 {
		return nil
	}
	return toyHeard{netip.AddrFrom4([4]byte(frame[wire.EthernetSize:]))}
}

// toys runs the toy on each machine of a lab.
func toys(t *testing.T, machines int) (*lab, []*member.Shell) {
	l := newLab(t, machines)
	var shells []*member.Shell
	for i, h := range l.Hosts {
		o := member.Options{VirtualMAC: true, Forms: []wire.ARPForm{wire.ARPReply}}
		shells = append(shells, member.Run(h, h.NIC("lan"), newToy(own(i)), o))
	}
	return l, shells
}

// wantOwners fails unless exactly these machines hold the virtual IP and say
// so.
func wantOwners(t *testing.T, l *lab, shells []*member.Shell, want ...string) {
	t.Helper()
	var hold, say []string
	for i, h := range l.Hosts {
		if h.Holds(vip) {
			hold = append(hold, h.Name())
		}
		if shells[i].Status().Mode() == "active" {
			say = append(say, h.Name())
		}
	}
	if !slices.Equal(hold, want) || !slices.Equal(say, want) {
		t.Errorf("at %v: held by %v, owned by %v, want %v", l.Loop.Now(), hold, say, want)
	}
}

// TestShellRunsAnyProtocol: the shell needs only the methods of
// standby.Protocol. A toy elects, fails over, yields, and comes back, and its
// owner is announced and logged like that of HSRP.
func TestShellRunsAnyProtocol(t *testing.T) {
	l, shells := toys(t, 3)
	l.Run(2 * time.Second)
	wantOwners(t, l, shells)
	l.Run(4 * time.Second)
	wantOwners(t, l, shells, "a")
	l.wantLogged("a", 0, "waiting to owning, owner true, active lost", "gained 192.0.2.100")
	l.wantLogged("b", 0)
	l.Hosts[0].NIC("lan").Port().Pull()
	l.Run(8 * time.Second)
	l.wantLogged("a", 4*time.Second, "lost 192.0.2.100", "owning to waiting")
	wantOwners(t, l, shells, "b")
	l.Hosts[0].NIC("lan").Port().Plug()
	l.Run(9 * time.Second)
	wantOwners(t, l, shells)
	l.Run(12 * time.Second)
	wantOwners(t, l, shells, "a")
	shells[0].Yield()
	shells[0].Enable(false)
	l.Run(16 * time.Second)
	wantOwners(t, l, shells, "b")
	if len(l.sent("a", 13*time.Second)) > 0 {
		t.Error("turned off, a says hello")
	}

	_, changes := hosttest.Bodies[event.StandbyChanged](l.Lab, "b")
	want := []event.StandbyChanged{
		{Interface: "lan", Group: 9, From: "waiting", To: "owning", Owner: true, Cause: "silence", ActiveLost: true},
		{Interface: "lan", Group: 9, From: "owning", To: "waiting", Cause: "heard a lower address"},
		{Interface: "lan", Group: 9, From: "waiting", To: "owning", Owner: true, Cause: "silence", ActiveLost: true},
	}
	if !slices.Equal(changes, want) {
		t.Errorf("b logged\n%+v, want\n%+v", changes, want)
	}
}

// TestShellSpeaksForAnyProtocol: hellos of the owner and its announcement come
// from the protocol's virtual MAC, those of others from the interface's own. A
// refused message is logged once, and one that is malformed not at all.
func TestShellSpeaksForAnyProtocol(t *testing.T) {
	l, _ := toys(t, 2)
	l.Run(10 * time.Second)
	for _, f := range l.frames {
		if virtual := f.node == "a" && f.at >= 3*time.Second; virtual != (f.from == toyMAC) {
			t.Errorf("at %v %s sent %q from %v", f.at, f.node, f.text, f.from)
		}
	}
	if n := len(slices.DeleteFunc(l.sent("a", 0), func(f frame) bool { return f.text == "other" })); n != 1 {
		t.Errorf("a announced itself %d times, want once", n)
	}
	loop, err := toyHello{}.AppendFrame(nil, host.MAC{2, 0, 0, 0, 9, 9}, own(0))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		hosttest.Inject(l.Hosts[1].NIC("lan"), loop)
		hosttest.Inject(l.Hosts[1].NIC("lan"), loop[:len(loop)-1])
	}
	l.Run(11 * time.Second)
	_, refusals := hosttest.Bodies[event.StandbyRejected](l.Lab, "a")
	want := event.StandbyRejected{Interface: "lan", Group: 9, Peer: "192.0.2.11", Reason: "our own address"}
	if len(refusals) != 1 || refusals[0] != want {
		t.Errorf("a logged %+v, want %+v once", refusals, want)
	}
}
