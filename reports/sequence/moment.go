package sequence

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Moment is a change of a machine, as a note in a diagram.
type Moment struct {
	At   time.Duration
	Node string
	Text string
	Tone Tone

	turn   bool // frames before and after it are never shown as one arrow
	healed bool // the end of a fault
}

// Tone is how a moment looks.
type Tone uint8

// The tones.
const (
	Plain Tone = iota
	Good
	Bad
	Strike // a fault, or its end: no machine's
)

// momentsMax is how many moments are kept.
const momentsMax = 1 << 13

// note remembers an event that changes a machine.
func (f *Frames) note(e event.Event) {
	if len(f.moments) == momentsMax {
		return
	}
	m := momentOf(e)
	if m.Text == "" {
		return
	}
	m.At = e.At
	if m.Tone != Strike {
		m.Node = e.Node
	}
	f.moments = append(f.moments, m)
}

// momentOf says what an event changes; without text: nothing that is shown.
func momentOf(e event.Event) Moment {
	switch b := e.What.(type) {
	case event.FaultApplied:
		return Moment{Text: b.Fault, Tone: Strike, turn: true}
	case event.FaultHealed:
		return Moment{Text: "healed: " + b.Fault, Tone: Strike, turn: true, healed: true}
	case event.PowerChanged:
		return power(b.State)
	case event.LinkChanged:
		if b.Up {
			return Moment{Text: b.Interface + " has carrier"}
		}
		return Moment{Text: b.Interface + " lost its carrier", Tone: Bad}
	case event.StandbyChanged:
		m := Moment{Text: b.To, turn: b.From == event.StateActive || b.To == event.StateActive}
		if b.To == event.StateActive {
			m.Tone = Good
		}
		return m
	case event.VIPGained:
		return Moment{Text: "has " + b.VIP, Tone: Good, turn: true}
	case event.VIPLost:
		return Moment{Text: "gives up " + b.VIP, Tone: Bad, turn: true}
	case event.NeighbourChanged:
		if b.MAC == "" {
			return Moment{}
		}
		return Moment{Text: b.IP + " is at …" + b.MAC[max(0, len(b.MAC)-5):]}
	case event.ProgramEnded:
		return Moment{Text: b.Program + " ended", Tone: Bad}
	case event.QuiesceChanged:
		return Moment{Text: "quiesce: " + b.State}
	case event.LoadChanged:
		return Moment{Text: fmt.Sprintf("%s CPU: %.0f %% taken", b.Class, 100*b.Share), Tone: Bad}
	case event.MemoryChanged:
		if b.Refusing {
			return Moment{Text: "memory: refuses connections", Tone: Bad}
		}
		return Moment{Text: "memory: enough again"}
	}
	return momentOfGroup(e)
}

// momentOfGroup is momentOf for events of programs that watch others.
func momentOfGroup(e event.Event) Moment {
	switch b := e.What.(type) {
	case event.TrackChanged:
		return verdict(b.Object, b.State)
	case event.ProbeChanged:
		return verdict("check "+b.By, b.State)
	case event.BalanceMember:
		return verdict(b.Member, b.State)
	case event.BalanceRecovery:
		if b.State == "began" {
			return Moment{Text: "recovers connections", turn: true}
		}
		return Moment{Text: fmt.Sprintf("knows %d connections", b.Flows), Tone: Good, turn: true}
	case event.LBMemberChanged:
		return verdict(b.Member, b.To)
	case event.BalancerMemberChanged:
		return verdict(b.Member, b.State)
	case event.ProxyPeerChanged:
		return verdict(fmt.Sprintf("worker %d: %s", b.Worker, b.Peer), b.State)
	case event.RecordChanged:
		return Moment{Text: b.Name + ": " + b.Addresses}
	case event.NameResolved:
		return Moment{Text: b.Name + " is " + b.Addresses}
	}
	return Moment{}
}

// verdict is what a machine found out about another one.
func verdict(what, state string) Moment {
	m := Moment{Text: what + ": " + state, turn: true}
	switch state {
	case "up", "heard":
		m.Tone = Good
	case "down", "lost", "softdown":
		m.Tone = Bad
	case "":
		m.Text = what + ": removed"
	}
	return m
}

func power(p event.Power) Moment {
	switch {
	case p.Lost():
		return Moment{Text: "no power", Tone: Bad, turn: true}
	case p == event.PowerFrozen:
		return Moment{Text: "frozen", Tone: Bad, turn: true}
	case p == event.PowerUp:
		return Moment{Text: "is up", turn: true}
	}
	return Moment{Text: string(p), turn: true}
}
