package standby

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/cablepull/cablepull/node/wire"
)

// Action is what the shell must do after a step of a Machine: ClaimVIP,
// ReleaseVIP, Announce, Send, Advertise, Transition or Rejected. Other
// protocols also have the first three; see Changing, Sending and Refusing for
// the rest. Actions are comparable values; carry them out in the order given.
// The order is guaranteed:
//
//   - Leaving Active: the last hello as Active (only with
//     Config.SpeakBeforeStepDown), ReleaseVIP, Transition, then Send(Resign).
//     We must stop answering for the address before anyone hears that we
//     resigned.
//   - Becoming Active: Send(Coup) when we preempt, Transition, ClaimVIP,
//     Announce, then Send(Hello). The switch must know the address's port
//     before anyone hears our hello.
//   - So we hold the address only from a Transition to Active until the next
//     one away from it.
//   - A message sent before the Transition carries the old state; one sent
//     after it carries the new state.
type Action interface {
	fmt.Stringer
	IsAction()
}

// ClaimVIP puts the virtual IP, and what moves with it (secondary addresses,
// the virtual MAC), on the interface.
type ClaimVIP struct{ VirtualIP netip.Addr }

// ReleaseVIP removes what ClaimVIP added.
type ReleaseVIP struct{ VirtualIP netip.Addr }

// Announce sends gratuitous ARP for the virtual IP, in the forms that the shell
// is configured to use.
type Announce struct {
	Repeat int // 0 at the takeover, then 1, 2, … as Config.AnnounceTimes says
}

// Send multicasts a message to the group.
type Send struct{ Message wire.Message }

// Transition reports that the state changed, for timelines. The shell need not
// act on it.
type Transition struct {
	From, To State
	Cause    Cause
}

// Rejected reports a message that the machine ignored. The shell need not act
// on it.
type Rejected struct {
	From   netip.Addr
	Reason Reason
}

// Reason is why a message was rejected, in the order of the checks
// (spec/failover.md §1.9).
type Reason uint8

// The reasons.
const (
	ReasonOpcode      Reason = 1 + iota // none of Hello, Coup, Resign
	ReasonGroup                         // another group
	ReasonSelf                          // our own address: a loop in the network, or two members with one address
	ReasonAuth                          // another authentication string
	ReasonVIPMismatch                   // another virtual IP, and the policy ignores such messages
)

var reasonTexts = [...]string{
	ReasonOpcode: "unknown opcode", ReasonGroup: "other group", ReasonSelf: "our own address",
	ReasonAuth: "wrong authentication", ReasonVIPMismatch: "other virtual IP",
}

// String describes the reason.
func (r Reason) String() string {
	if r == 0 || int(r) >= len(reasonTexts) {
		return "Reason(" + strconv.Itoa(int(r)) + ")"
	}
	return reasonTexts[r]
}

// IsAction implements Action.
func (ClaimVIP) IsAction() {}

// IsAction implements Action.
func (ReleaseVIP) IsAction() {}

// IsAction implements Action.
func (Announce) IsAction() {}

// IsAction implements Action.
func (Send) IsAction() {}

// IsAction implements Action.
func (Transition) IsAction() {}

// IsAction implements Action.
func (Rejected) IsAction() {}

func (a ClaimVIP) String() string   { return "claim-vip " + a.VirtualIP.String() }
func (a ReleaseVIP) String() string { return "release-vip " + a.VirtualIP.String() }
func (a Announce) String() string   { return "announce " + strconv.Itoa(a.Repeat) }

// String is short: it omits what all messages of a member have in common
// (group, authentication, address).
func (a Send) String() string {
	m := a.Message
	return fmt.Sprintf("send %s(%s, prio %d, %s/%s)", m.Opcode, m.State, m.Priority, m.Hello, m.Hold)
}

func (a Transition) String() string {
	return fmt.Sprintf("%s -> %s (%c: %s)", a.From, a.To, a.Cause.Letter(), a.Cause)
}

func (a Rejected) String() string { return fmt.Sprintf("rejected from %s: %s", a.From, a.Reason) }

// AppendFrame implements Sending.
func (a Send) AppendFrame(dst []byte, source wire.MAC, from netip.Addr) ([]byte, error) {
	return wire.AppendFrame(dst, source, from, a.Message)
}

// FromOwner implements Sending (RFC 2281 §6.1).
func (a Send) FromOwner() bool { return a.Message.State == wire.StateActive }

// Notable implements Sending: a hello is not.
func (a Send) Notable() string {
	if a.Message.Opcode == wire.OpHello {
		return ""
	}
	return a.Message.Opcode.String()
}

// Change implements Changing.
func (a Transition) Change() Change {
	return Change{
		From: a.From.String(), To: a.To.String(), Owner: a.To.Owns(),
		Cause: a.Cause.String(), ActiveLost: a.Cause.ActiveLost(),
	}
}

// Refusal implements Refusing.
func (a Rejected) Refusal() (peer netip.Addr, reason string) { return a.From, a.Reason.String() }

var (
	_ Sending  = Send{}
	_ Changing = Transition{}
	_ Refusing = Rejected{}
)
