// Package member runs one member of a standby group on an interface of a
// machine: the thin shell around the pure machine of package standby. It sends
// what the machine says, puts virtual IPs on the interface and takes them off,
// announces them, arms one timer, and follows the carrier. It decides nothing.
package member

import (
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

// Config is what a member has beside its machine's configuration.
type Config struct {
	Machine   standby.Config
	Secondary []netip.Addr // further virtual IPs that move with the primary one
	// VirtualMAC makes the virtual IPs answer with the group's virtual MAC,
	// DataPower's "MAC takeover"; else with the interface's own, its default.
	VirtualMAC bool
	// Forms are the gratuitous ARPs of an announcement, in order: receivers
	// differ in what they believe (spec/failover.md §9.1).
	Forms []wire.ARPForm
	// FreezeConnections leaves connections to a lost virtual IP hanging; else
	// they are reset.
	FreezeConnections bool
	// Disabled is standby control that starts turned off; see Enable.
	Disabled bool
	// KeepsVirtualMAC is the defect of spec/failover.md F31: the interface goes
	// on using the virtual MAC after a warm restart.
	KeepsVirtualMAC bool
}

// Member is a running member.
type Member struct {
	host     *host.Host
	nic      *host.NIC
	cfg      Config
	acting   standby.Config // who it is on the wire: while it leaves a group, still the one who joined
	machine  standby.Machine
	timer    *sim.Timer
	socket   *host.PacketSocket
	jitter   *rand.Rand
	frame    []byte
	enabled  bool
	rejected map[standby.Rejected]bool // already logged
}

// Start runs a member on the interface until the machine crashes. Without
// carrier it waits in Initial. Each boot of the machine has jitter of its own.
func Start(h *host.Host, nic *host.NIC, cfg Config) *Member {
	m := &Member{
		host: h, nic: nic, cfg: cfg, acting: cfg.Machine, enabled: !cfg.Disabled,
		machine:  standby.New(cfg.Machine),
		jitter:   h.Loop().Stream(fmt.Sprintf("standby/%s.%s/jitter/boot/%d", h.Name(), nic.Name(), h.Boots())),
		rejected: map[standby.Rejected]bool{},
	}
	m.timer = h.Scope().NewTimer(sim.Func(m.timerFired))
	m.socket = nic.OpenPacket(wire.IsHSRP, m.received)
	m.socket.Join(wire.AllRouters)
	nic.OnCarrier(func(bool) { m.follow() })
	m.follow()
	return m
}

// Status returns what an administrator sees.
func (m *Member) Status() standby.Status { return m.machine.Status() }

// Config returns the configuration in use.
func (m *Member) Config() Config { return m.cfg }

// Interface returns the name of the interface.
func (m *Member) Interface() string { return m.nic.Name() }

// VIPs returns the primary virtual IP, if it is known, and the secondary ones.
func (m *Member) VIPs() []netip.Addr {
	var vips []netip.Addr
	if primary := m.machine.Status().VirtualIP; primary.IsValid() {
		vips = append(vips, primary)
	}
	return append(vips, m.cfg.Secondary...)
}

// Reconfigure changes the running configuration.
func (m *Member) Reconfigure(cfg standby.Config) {
	m.cfg.Machine = cfg
	m.step(standby.Reconfigure{Config: cfg})
	m.acting = cfg
}

// Yield gives the active role up, as the operator's YieldEthernetStandby does.
func (m *Member) Yield() { m.step(standby.Yield{}) }

// Enable turns standby control on the interface on or off. Off is graceful: an
// active member resigns.
func (m *Member) Enable(on bool) {
	m.enabled = on
	m.follow()
}

// Enabled reports whether standby control is turned on.
func (m *Member) Enabled() bool { return m.enabled }

// SetAddress tells the member of a new address of its interface, which makes it
// another member of the group. Without one, the zero address, it stops: there
// is nothing to send hellos from (spec/failover.md F14).
func (m *Member) SetAddress(own netip.Addr) {
	cfg := m.cfg.Machine
	cfg.Address = own
	if !own.IsValid() {
		m.cfg.Machine = cfg
		m.follow()
		return
	}
	m.Reconfigure(cfg)
	m.follow()
}

// follow starts or stops the machine as switch, carrier and address say. A
// machine that runs ignores another start, one that does not another stop.
func (m *Member) follow() {
	if m.enabled && m.nic.Carrier() && m.cfg.Machine.Address.IsValid() {
		m.step(standby.Start{})
	} else {
		m.step(standby.Stop{})
	}
}

// timerFired and received pass through the control class of the CPU: a machine
// whose control plane starves says its hellos late and hears others late.
func (m *Member) timerFired() { m.host.CPU().Do(sim.Func(m.tick)) }

func (m *Member) tick() {
	m.step(standby.Tick{Jitter: m.jitter.Float64()*2 - 1})
}

func (m *Member) received(frame []byte) {
	_, from, msg, err := wire.ParseFrame(frame)
	if err != nil {
		return // no HSRP message of ours; a member need not understand it
	}
	ev := standby.Received{From: from, Message: msg}
	if m.host.CPU().Idle(host.Control) {
		m.step(ev)
		return
	}
	m.host.CPU().Do(sim.Func(func() { m.step(ev) }))
}

// now is the instant as the machine's own clock shows it.
func (m *Member) now() time.Duration { return m.host.Scope().Elapsed() }

// step feeds the machine and carries out what it says, in its order.
func (m *Member) step(ev standby.Event) {
	now := m.now()
	machine, actions := m.machine.Step(now, ev)
	m.machine = machine
	for _, a := range actions {
		m.perform(a)
	}
	if due := m.machine.Deadline(); due == standby.Never {
		m.timer.Stop()
	} else {
		m.timer.Reset(due - now)
	}
}

func (m *Member) perform(a standby.Action) {
	group := m.acting.Group
	switch a := a.(type) {
	case standby.Transition:
		if a.From == standby.Initial { // it joins
			m.acting = m.machine.Config()
			group = m.acting.Group
		}
		m.host.Log(event.StandbyChanged{
			Interface: m.nic.Name(), Group: group,
			From: a.From.String(), To: a.To.String(), Owner: a.To.Owns(),
			Cause: a.Cause.String(), ActiveLost: a.Cause.ActiveLost(),
		})
	case standby.ClaimVIP:
		m.claim(a.VirtualIP)
	case standby.ReleaseVIP:
		m.release(a.VirtualIP)
	case standby.Announce:
		m.announce(a.Repeat)
	case standby.Send:
		m.send(a.Message)
	case standby.Rejected:
		if !m.rejected[a] {
			m.rejected[a] = true
			m.host.Log(event.StandbyRejected{
				Interface: m.nic.Name(), Group: group, Peer: a.From.String(), Reason: a.Reason.String(),
			})
		}
	}
}

// mac is the address by which the virtual IPs are reached.
func (m *Member) mac() host.MAC {
	if m.cfg.VirtualMAC {
		return wire.VirtualMAC(m.acting.Group)
	}
	return m.nic.MAC()
}

func (m *Member) claim(primary netip.Addr) {
	var virtual host.MAC
	if m.cfg.VirtualMAC {
		virtual = m.mac()
		if m.cfg.KeepsVirtualMAC {
			m.nic.Stick(virtual)
		}
	}
	for _, vip := range append([]netip.Addr{primary}, m.cfg.Secondary...) {
		m.nic.AddVIP(vip, virtual)
	}
}

func (m *Member) release(primary netip.Addr) {
	for _, vip := range append([]netip.Addr{primary}, m.cfg.Secondary...) {
		m.nic.RemoveVIP(vip, !m.cfg.FreezeConnections)
	}
	m.nic.Unstick()
}

// announce sends gratuitous ARP for each virtual IP, in each form.
func (m *Member) announce(repeat int) {
	mac := m.mac()
	for _, vip := range m.VIPs() {
		m.host.Log(event.VIPAnnounced{Interface: m.nic.Name(), VIP: vip.String(), MAC: mac.String(), Repeat: repeat})
		for _, form := range m.cfg.Forms {
			frame, err := wire.AppendGratuitousARP(m.frame[:0], form, vip, mac, mac)
			if err != nil {
				continue // an address that ARP cannot carry; validation refuses it
			}
			m.frame = frame
			m.socket.Send(frame)
		}
	}
}

// send puts a message on the wire. Its Ethernet source is the virtual MAC while
// the sender is Active, so that switches learn where it is (RFC 2281 §6.1).
func (m *Member) send(msg wire.Message) {
	source := m.nic.MAC()
	if m.cfg.VirtualMAC && msg.State == wire.StateActive {
		source = m.mac()
	}
	frame, err := wire.AppendFrame(m.frame[:0], source, m.acting.Address, msg)
	if err != nil {
		m.host.Loop().Fail(fmt.Errorf("member: %s.%s: cannot send %v: %w", m.host.Name(), m.nic.Name(), msg, err))
		return
	}
	m.frame = frame
	if msg.Opcode != wire.OpHello {
		m.host.Log(event.StandbySent{Interface: m.nic.Name(), Group: msg.Group, Opcode: msg.Opcode.String()})
	}
	m.socket.Send(frame)
}
