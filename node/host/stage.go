package host

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
)

// Verdict is what a stage decides about a frame.
type Verdict uint8

// The verdicts.
const (
	Pass Verdict = iota // the next stage sees the frame
	Take                // the stage takes the frame; later stages do not see it
	Drop                // the frame is dropped
)

// Stage is one step of frames through an interface. Stages run on the hottest
// path, so they must not allocate.
//
// An ingress stage borrows the frame and must not change its bytes: the other
// receivers share them. A stage that decides later takes the frame and keeps it
// with NIC.Hold.
//
// An egress stage may change the bytes. A stage that takes a frame owns it: it
// must send or release it. It may run on a goroutine of the stack while the
// loop waits for it, so it must not deliver a frame to this machine or wake a
// program.
type Stage struct {
	Name string
	Do   func(*netfab.Frame) Verdict
}

// The stages of every interface, in order. Programs insert their own stages
// with Path.Insert; a distributor is inserted before IngressAcks, where no part
// of the stack has seen the frame yet.
//
// Two checks come before the first ingress stage: the MAC filter, which the
// fabric applies because it is part of the hardware, and power: a machine that
// is off or frozen gets no frame. Power also comes before the first egress
// stage: a machine that is off sends no frame.
const (
	IngressSockets  = "raw sockets"           // takes what a PacketSocket matches
	IngressARP      = "ARP policy"            // drops ARP that the stack must not see, see ARPPolicy and HideVIP
	IngressAcks     = "acknowledgement delay" // records the segment that the stack is about to answer
	IngressUnknown  = "unknown connections"   // drops segments of connections that the machine does not have, if Config says so
	IngressShortcut = "shortcut"              // takes whole TCP segments, bypassing the stack's IPv4
	IngressStack    = "stack"                 // takes everything else

	EgressARP    = "ARP policy"            // drops the reply to a request that the policy made up, disguises hidden senders
	EgressSource = "source address"        // writes virtual MACs, passes
	EgressAcks   = "acknowledgement delay" // holds bare acknowledgements for a while; raw frames enter after it
	EgressWire   = "wire"                  // takes everything
)

// newPaths makes the stages of both directions. This is the one place that
// knows their order.
func (n *NIC) newPaths() {
	n.ingress.builtin = []*Stage{
		{IngressSockets, n.takeRaw},
		{IngressARP, n.judgeARP},
		{IngressAcks, n.acks.arrive},
		{IngressShortcut, n.takeShortcut},
		{IngressStack, n.takeStack},
	}
	if n.host.cfg.DropUnknown {
		n.ingress.builtin = slices.Insert(n.ingress.builtin, 3, &Stage{IngressUnknown, n.dropUnknown})
	}
	n.egress.builtin = []*Stage{
		{EgressARP, n.silenceARP},
		{EgressSource, n.writeSource},
		{EgressAcks, n.acks.leave},
		{EgressWire, n.putOnWire},
	}
	n.ingress.reset()
	n.egress.reset()
}

// Errors of Path.Insert, to be matched with errors.Is.
var (
	ErrUnknownStage   = errors.New("unknown stage")
	ErrDuplicateStage = errors.New("stage exists already")
)

// Path is the stages of one direction, in order.
type Path struct {
	builtin []*Stage
	stages  []*Stage // replaced, never modified: a stage may insert another
}

// Ingress returns the stages that received frames go through.
func (n *NIC) Ingress() *Path { return &n.ingress }

// Egress returns the stages that frames go through before they are sent.
func (n *NIC) Egress() *Path { return &n.egress }

// Names returns the names of the stages in order.
func (p *Path) Names() []string {
	var all []string
	for _, s := range p.stages {
		all = append(all, s.Name)
	}
	return all
}

// Insert puts a stage right before another, until remove is called or the
// machine crashes.
func (p *Path) Insert(before string, s Stage) (remove func(), err error) {
	if p.index(s.Name) >= 0 {
		return nil, fmt.Errorf("host: insert stage %q: %w", s.Name, ErrDuplicateStage)
	}
	i := p.index(before)
	if i < 0 {
		return nil, fmt.Errorf("host: insert stage %q before %q: %w, want one of %s", s.Name, before, ErrUnknownStage, strings.Join(p.Names(), ", "))
	}
	p.stages = slices.Insert(slices.Clone(p.stages), i, &s)
	return func() {
		p.stages = slices.DeleteFunc(slices.Clone(p.stages), func(o *Stage) bool { return o == &s })
	}, nil
}

// reset leaves only the stages that every interface has.
func (p *Path) reset() { p.stages = p.builtin }

func (p *Path) index(name string) int {
	return slices.IndexFunc(p.stages, func(s *Stage) bool { return s.Name == name })
}

// after returns the stages after a named one; all of them if there is none.
func (p *Path) after(name string) []*Stage { return p.stages[p.index(name)+1:] }

// walk passes a frame to the stages until one does not Pass, and returns its
// verdict and name.
func walk(stages []*Stage, f *netfab.Frame) (Verdict, string) {
	for _, s := range stages {
		if v := s.Do(f); v != Pass {
			return v, s.Name
		}
	}
	return Drop, ""
}

// Receive implements netfab.Receiver: a frame has passed the MAC filter.
func (n *NIC) Receive(f *netfab.Frame) {
	h := n.host
	if h.kernelState == nil || h.kernel.Frozen() || n.dispatcher == nil {
		return
	}
	n.enter(n.ingress.stages, f)
}

// enter passes a received frame to ingress stages.
func (n *NIC) enter(stages []*Stage, f *netfab.Frame) {
	walk(stages, f)
	n.acks.settled()
}

// send takes over a frame of the stack and passes it to all egress stages.
func (n *NIC) send(f *netfab.Frame) { n.leave(n.egress.stages, f) }

// sendRaw sends a frame that is not the stack's. An interface that has not
// released a virtual MAC sends from that.
func (n *NIC) sendRaw(f *netfab.Frame) {
	if !n.stuck.IsZero() {
		wire.EthernetOf(f.Data()).SetSource(n.stuck)
	}
	n.leave(n.egress.after(EgressAcks), f)
}

// leave takes over a frame and passes it to egress stages.
func (n *NIC) leave(stages []*Stage, f *netfab.Frame) {
	if v, _ := walk(stages, f); v != Take {
		f.Release()
	}
}

// Redirect forwards a copy of a received frame to another machine's interface,
// as a distributor does: only the Ethernet addresses change. An interface that
// has not released a virtual MAC sends from that.
func (n *NIC) Redirect(f *netfab.Frame, to MAC) {
	from := n.mac
	if !n.stuck.IsZero() {
		from = n.stuck
	}
	n.RedirectAs(f, to, from)
}

// RedirectAs is Redirect from another source address.
func (n *NIC) RedirectAs(f *netfab.Frame, to, from MAC) {
	if n.closed {
		return
	}
	c := n.port.Fabric().NewFrame(len(f.Data()))
	copy(c.Data(), f.Data())
	eth := wire.EthernetOf(c.Data())
	eth.Set(to, from, eth.Type())
	n.leave(n.egress.after(EgressAcks), c)
}

// putOnWire is EgressWire.
func (n *NIC) putOnWire(f *netfab.Frame) Verdict {
	n.port.Send(f)
	return Take
}
