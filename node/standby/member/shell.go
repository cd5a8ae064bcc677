package member

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// Options set how an interface holds and announces virtual addresses, under any
// election protocol.
type Options struct {
	Secondary []netip.Addr // further virtual IPs that move with the primary one
	// VirtualMAC makes the virtual IPs answer with the group's virtual MAC,
	// DataPower's "MAC takeover", instead of the interface's own, its default.
	VirtualMAC bool
	// Forms are the gratuitous ARPs of an announcement, in order: receivers differ
	// in which they accept (spec/failover.md §9.1).
	Forms []wire.ARPForm
	// FreezeConnections leaves connections to a lost virtual IP hanging instead of
	// resetting them.
	FreezeConnections bool
	// Disabled starts with standby control turned off; see Enable.
	Disabled bool
	// Balanced keeps the virtual IPs on the interface, hidden, whenever the member
	// does not own them, so that it can serve connections that the owner forwards.
	// Giving up the role then resets no connection.
	Balanced bool
	// OnOwner, if set, is called when the member has claimed the virtual IPs,
	// before it announces them, and again before it releases them. A crash does not
	// call it. What it asks of the member is done after the present step.
	OnOwner func(owner bool)
	// Peers are the machines to which messages go, one by one, instead of to the
	// group. Messages then come from the interface's own MAC address, whatever the
	// state, and wait for ARP. Empty: they are multicast, as the protocol says.
	Peers []netip.Addr
	// KeepsVirtualMAC is the defect of spec/failover.md F31: the interface keeps
	// using the virtual MAC after a warm restart.
	KeepsVirtualMAC bool
}

// Shell runs an election protocol on an interface. All decisions are the
// protocol's.
type Shell struct {
	host     *host.Host
	nic      *host.NIC
	options  Options
	protocol standby.Protocol
	timer    *sim.Timer
	ticking  standby.Tick // the event of the present tick
	socket   *host.PacketSocket
	direct   *host.UDPSocket // to the peers; nil: not open
	jitter   *rand.Rand
	frame    []byte
	enabled  bool
	mute     bool                    // there is no address to send from
	fault    bool                    // what it tracks keeps it out of the group
	linkedAt time.Duration           // when the carrier came up; 0: before the start
	hidden   netip.Addr              // primary virtual IP that is held even when not owned; see Options.Balanced
	refused  map[standby.Action]bool // already logged
	stepping bool
	next     []standby.Event // that came during a step
}

// Run runs a protocol on the interface until the machine crashes. Without
// carrier it is not started. Each boot of the machine has its own jitter.
func Run(h *host.Host, nic *host.NIC, p standby.Protocol, o Options) *Shell {
	s := newShell(h, nic, p, o)
	s.follow()
	return s
}

func newShell(h *host.Host, nic *host.NIC, p standby.Protocol, o Options) *Shell {
	s := &Shell{
		host: h, nic: nic, options: o, protocol: p, enabled: !o.Disabled,
		jitter:  h.Loop().Stream(fmt.Sprintf("standby/%s.%s/jitter/boot/%d", h.Name(), nic.Name(), h.Boots())),
		refused: map[standby.Action]bool{},
	}
	s.timer = h.Scope().NewTimer(sim.Func(s.timerFired))
	s.socket = nic.OpenPacket(p.Matches, s.received)
	s.socket.Join(p.Multicast())
	nic.OnCarrier(func(bool) {
		s.linkedAt = s.now()
		s.follow()
	})
	return s
}

// Status returns what an administrator sees.
func (s *Shell) Status() standby.Status { return s.protocol.Status() }

// Interface returns the name of the interface.
func (s *Shell) Interface() string { return s.nic.Name() }

// VIPs returns the primary virtual IP, if it is known, and the secondary ones.
func (s *Shell) VIPs() []netip.Addr {
	var vips []netip.Addr
	if primary := s.protocol.Status().VirtualIP; primary.IsValid() {
		vips = append(vips, primary)
	}
	return append(vips, s.options.Secondary...)
}

// Yield gives up the active role, as the operator's YieldEthernetStandby does.
func (s *Shell) Yield() { s.step(standby.Yield{}) }

// Enable turns standby control on the interface on or off. Off is graceful: an
// active member resigns.
func (s *Shell) Enable(on bool) {
	s.enabled = on
	s.follow()
}

// Enabled reports whether standby control is turned on.
func (s *Shell) Enabled() bool { return s.enabled }

// follow starts or stops the protocol according to switch, carrier, address and
// what the member tracks. A running protocol ignores a start, a stopped one a
// stop.
func (s *Shell) follow() {
	if s.enabled && !s.mute && !s.fault && s.nic.Carrier() {
		s.step(standby.Start{LinkedAt: s.linkedAt})
	} else {
		s.step(standby.Stop{})
	}
}

// timerFired and received pass through the control class of the CPU: a machine
// whose control plane starves sends its hellos late and receives others late.
func (s *Shell) timerFired() { s.host.CPU().Do(sim.Func(s.tick)) }

func (s *Shell) tick() {
	s.ticking.Jitter = s.jitter.Float64()*2 - 1
	s.step(&s.ticking)
}

func (s *Shell) received(frame []byte) {
	ev := s.protocol.Parse(frame)
	if ev == nil {
		return // a member need not understand it
	}
	if s.host.CPU().Idle(host.Control) {
		s.step(ev)
		return
	}
	later := bytes.Clone(frame) // which is borrowed, as the event is
	s.host.CPU().Do(sim.Func(func() { s.step(s.protocol.Parse(later)) }))
}

// now is the instant by the machine's own clock.
func (s *Shell) now() time.Duration { return s.host.Scope().Elapsed() }

// step feeds an event to the protocol and carries out its actions in order.
func (s *Shell) step(ev standby.Event) {
	if s.stepping {
		s.next = append(s.next, ev)
		return
	}
	s.stepping = true
	now := s.now()
	for _, a := range s.protocol.Step(now, ev) {
		s.perform(a, s.protocol.Identity(a))
	}
	if s.options.Balanced {
		s.hide(s.protocol.Status().VirtualIP)
	}
	if due := s.protocol.Deadline(); due == standby.Never {
		s.timer.Stop()
	} else {
		s.timer.Reset(due - now)
	}
	s.stepping = false
	if len(s.next) > 0 {
		ev, s.next = s.next[0], s.next[1:]
		s.step(ev)
	}
}

func (s *Shell) perform(a standby.Action, as standby.Identity) {
	switch a := a.(type) {
	case standby.ClaimVIP:
		s.claim(a.VirtualIP, as)
	case standby.ReleaseVIP:
		s.release(a.VirtualIP)
	case standby.Announce:
		s.announce(a.Repeat, as)
	case standby.Sending:
		s.send(a, as)
	case standby.Changing:
		c := a.Change()
		s.host.Log(event.StandbyChanged{
			Interface: s.nic.Name(), Group: as.Group,
			From: c.From, To: c.To, Owner: c.Owner, Cause: c.Cause, ActiveLost: c.ActiveLost,
		})
	case standby.Refusing:
		if !s.refused[a] {
			s.refused[a] = true
			peer, reason := a.Refusal()
			s.host.Log(event.StandbyRejected{Interface: s.nic.Name(), Group: as.Group, Peer: peer.String(), Reason: reason})
		}
	default:
		s.host.Loop().Fail(fmt.Errorf("member: %s.%s: no shell for action %T", s.host.Name(), s.nic.Name(), a))
	}
}

// mac is the Ethernet address of the virtual IPs.
func (s *Shell) mac(as standby.Identity) host.MAC {
	if s.options.VirtualMAC {
		return as.VirtualMAC
	}
	return s.nic.MAC()
}

func (s *Shell) claim(primary netip.Addr, as standby.Identity) {
	var virtual host.MAC
	if s.options.VirtualMAC {
		virtual = as.VirtualMAC
		if s.options.KeepsVirtualMAC {
			s.nic.Stick(virtual)
		}
	}
	if s.options.Balanced {
		s.hide(primary)
	}
	for _, vip := range s.with(primary) {
		s.nic.AddVIP(vip, virtual)
	}
	if s.options.OnOwner != nil {
		s.options.OnOwner(true)
	}
}

func (s *Shell) release(primary netip.Addr) {
	if s.options.OnOwner != nil {
		s.options.OnOwner(false)
	}
	for _, vip := range s.with(primary) {
		if s.options.Balanced {
			s.nic.HideVIP(vip)
		} else {
			s.nic.RemoveVIP(vip, !s.options.FreezeConnections)
		}
	}
	s.nic.Unstick()
}

// with returns all virtual IPs.
func (s *Shell) with(primary netip.Addr) []netip.Addr {
	return append([]netip.Addr{primary}, s.options.Secondary...)
}

// hide holds the virtual IPs of a balanced member without owning them, once the
// primary one is known. A member that learned it and forgot it again keeps it
// until it knows another one.
func (s *Shell) hide(primary netip.Addr) {
	if !primary.IsValid() || primary == s.hidden {
		return
	}
	if s.hidden.IsValid() {
		s.nic.RemoveVIP(s.hidden, !s.options.FreezeConnections)
	}
	s.hidden = primary
	for _, vip := range s.with(primary) {
		s.nic.HideVIP(vip)
	}
}

// announce sends gratuitous ARP for each virtual IP, in each form.
func (s *Shell) announce(repeat int, as standby.Identity) {
	mac := s.mac(as)
	for _, vip := range s.VIPs() {
		s.host.Log(event.VIPAnnounced{Interface: s.nic.Name(), VIP: vip.String(), MAC: mac.String(), Repeat: repeat})
		for _, form := range s.options.Forms {
			frame, err := wire.AppendGratuitousARP(s.frame[:0], form, vip, mac, mac)
			if err != nil {
				continue // an address that ARP cannot carry; validation refuses it
			}
			s.frame = frame
			s.socket.Send(frame)
		}
	}
}

// send puts a message on the wire.
func (s *Shell) send(a standby.Sending, as standby.Identity) {
	source := s.nic.MAC()
	if a.FromOwner() {
		source = s.mac(as)
	}
	frame, err := a.AppendFrame(s.frame[:0], source, as.Address)
	if err != nil {
		s.host.Loop().Fail(fmt.Errorf("member: %s.%s: cannot %v: %w", s.host.Name(), s.nic.Name(), a, err))
		return
	}
	s.frame = frame
	if opcode := a.Notable(); opcode != "" {
		s.host.Log(event.StandbySent{Interface: s.nic.Name(), Group: as.Group, Opcode: opcode})
	}
	if len(s.options.Peers) > 0 {
		s.sendToPeers(frame)
		return
	}
	s.socket.Send(frame)
}
