package distributor

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/ipvs"
	"github.com/cablepull/cablepull/sim"
)

// Config is the configuration of a Distributor.
type Config struct {
	Machine selfbalance.Config
	Token   wire.Auth // of the standby group; it authenticates the messages
	VIPs    []netip.Addr
	// Services lists what the machine serves. The Distributor asks before each
	// report, and whenever Changed is called.
	Services func() []selfbalance.LocalService
	// Ready is called with true once the member may take the role from the present
	// owner, and with false when it may not any longer. Both come as events of
	// their own.
	Ready func(bool)
}

// Distributor is a running member.
type Distributor struct {
	host    *host.Host
	nic     *host.NIC
	cfg     Config
	machine *selfbalance.Machine
	timer   *sim.Timer
	ticking selfbalance.Tick
	socket  *host.PacketSocket
	reader  *balance.Reader
	gauge   *host.Gauge
	frame   []byte
	vips    []uint32                         // as numbers
	macs    [selfbalance.MembersMax]host.MAC // by slot
	sources []uint64                         // those of other members as numbers
	held    []*host.HeldFrame
	decided int // segments that the last Decide routed
	unknown int // segments of connections that nobody knew, since then
	stopped bool
}

// heldMax is how many segments wait at most: those of 500 ms at 20,000 per
// second.
const heldMax = 10_000

// Start runs a member on the interface until the machine crashes.
func Start(h *host.Host, nic *host.NIC, cfg Config) *Distributor {
	d := &Distributor{
		host: h, nic: nic, cfg: cfg, machine: selfbalance.New(cfg.Machine),
		reader: balance.NewReader(cfg.Machine.Version, cfg.Token), gauge: h.CPU().Gauge(host.Service),
	}
	for _, vip := range cfg.VIPs {
		d.vips = append(d.vips, binary.BigEndian.Uint32(vip.AsSlice()))
	}
	d.timer = h.Scope().NewTimer(sim.Func(d.timerFired))
	d.socket = nic.OpenPacket(d.matches, d.received)
	d.socket.Join(balance.All.MAC)
	d.socket.Join(wire.MulticastMAC(ipvs.Group.As4()))
	if _, err := nic.Ingress().Insert(host.IngressAcks, host.Stage{Name: Stage, Do: d.route}); err != nil {
		h.Loop().Fail(err)
	}
	nic.Divert(host.Diversion{Wants: d.balances, Route: d.routeOwn})
	nic.OnCarrier(func(bool) { d.follow() })
	d.step(selfbalance.Offer{Services: cfg.Services()})
	d.follow()
	return d
}

// Stage is the name of the distributor's stage of the interface.
const Stage = "distributor"

// Status returns what an administrator sees.
func (d *Distributor) Status() selfbalance.Status { return d.machine.Status() }

// Interface returns the name of the interface.
func (d *Distributor) Interface() string { return d.nic.Name() }

// SetOwner tells the member that it has become the owner of the virtual IPs, or
// is no longer.
func (d *Distributor) SetOwner(owner bool) {
	d.step(selfbalance.Role{Owner: owner})
	if !owner && d.cfg.Machine.Prepares {
		d.ready(false)
	}
}

// ready tells who wants to know, after the present event: it may be a step of
// the election, which must not be interrupted.
func (d *Distributor) ready(yes bool) {
	if d.cfg.Ready != nil {
		d.host.Scope().Post(sim.Func(func() { d.cfg.Ready(yes) }))
	}
}

// Enable makes the member take part, or not.
func (d *Distributor) Enable(on bool) {
	d.stopped = !on
	d.follow()
}

// Quiesce announces that the member is about to leave, or no longer.
func (d *Distributor) Quiesce(on bool) { d.step(selfbalance.Quiesce{On: on}) }

// Changed tells the member that the services of its machine have changed.
func (d *Distributor) Changed() { d.step(selfbalance.Offer{Services: d.cfg.Services()}) }

// follow starts or stops the machine with the carrier.
func (d *Distributor) follow() {
	if d.nic.Carrier() && !d.stopped {
		d.step(selfbalance.Start{})
	} else {
		d.step(selfbalance.Stop{})
	}
}

// matches selects the messages of members.
func (d *Distributor) matches(frame []byte) bool {
	return balance.Matches(frame) || d.synchronizes() && ipvs.Matches(frame)
}

func (d *Distributor) synchronizes() bool {
	return d.cfg.Machine.Recovery == selfbalance.RecoverBySync
}

// received passes through the control class of the CPU, as the election's
// messages do.
func (d *Distributor) received(frame []byte) {
	if d.host.CPU().Idle(host.Control) {
		d.hear(frame)
		return
	}
	later := bytes.Clone(frame) // which is borrowed
	d.host.CPU().Do(sim.Func(func() { d.hear(later) }))
}

// hear reads a message and gives it to the machine.
func (d *Distributor) hear(frame []byte) {
	from := wire.IPv4Of(frame).From()
	if ipvs.Matches(frame) {
		d.hearSync(frame)
		return
	}
	payload := balance.PayloadOf(frame)
	if payload == nil {
		d.step(selfbalance.Rejected{From: from, Reason: "damaged"}) // a stack would drop it
		return
	}
	m, err := d.reader.Parse(payload)
	if err != nil {
		d.step(selfbalance.Rejected{From: from, Reason: reason(err)})
		return
	}
	heard := selfbalance.Heard{Message: m}
	if m.Head().Sender == from {
		heard.MAC = wire.EthernetOf(frame).Source()
	}
	d.step(&heard)
}

// hearSync reads a message of IPVS's synchronization.
func (d *Distributor) hearSync(frame []byte) {
	payload := ipvs.PayloadOf(frame)
	if payload == nil {
		return
	}
	s, err := ipvs.Parse(payload)
	if err != nil {
		d.step(selfbalance.Rejected{From: wire.IPv4Of(frame).From(), Reason: reason(err)})
		return
	}
	d.step(&selfbalance.HeardSync{Message: s})
}

// moved notes the Ethernet address of a member.
func (d *Distributor) moved(s selfbalance.Slot, mac host.MAC) {
	d.macs[s] = mac
	d.sources = d.sources[:0]
	for _, mac := range d.macs {
		if !mac.IsZero() {
			d.sources = append(d.sources, mac.Number())
		}
	}
}

// timerFired passes through the control class of the CPU.
func (d *Distributor) timerFired() { d.host.CPU().Do(sim.Func(d.tick)) }

func (d *Distributor) tick() {
	now := d.now()
	if d.machine.ReportDue(now) {
		d.ticking.Busy = d.gauge.Busy()
		d.step(selfbalance.Offer{Services: d.cfg.Services()})
	}
	d.step(&d.ticking)
}

// now is the instant by the machine's own clock.
func (d *Distributor) now() time.Duration { return d.host.Scope().Elapsed() }

// step gives an event to the machine, and carries out its actions in order.
func (d *Distributor) step(ev selfbalance.Event) {
	now := d.now()
	for _, a := range slices.Clone(d.machine.Step(now, ev)) {
		d.perform(a)
	}
	d.arm(now)
}

// arm sets the timer.
func (d *Distributor) arm(now time.Duration) {
	if due := d.machine.Deadline(); due == selfbalance.Never {
		d.timer.Stop()
	} else {
		d.timer.Reset(due - now)
	}
}
