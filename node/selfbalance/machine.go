package selfbalance

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// Machine is one member of a self-balancing group. Every member runs one,
// whatever its role: the owner of the virtual IPs decides about the segments of
// clients, the others report what they can serve and terminate what the owner
// forwards to them.
//
// It is not a value: its table may have a million entries.
type Machine struct {
	cfg     Config
	running bool
	owner   bool
	quiesce bool
	ready   bool // it has prepared itself, see Config.Prepares

	peers    []*peer // by slot; the first is the member itself
	slots    map[netip.Addr]Slot
	offers   []LocalService
	services map[Service]*service
	order    []*service // by index
	table    *Table
	weigher  Weigher
	weight   uint16  // of the own services that can serve
	busy     float64 // at the last report

	sequence  uint32
	epoch     uint32
	reportAt  time.Duration // when the next report is due
	prepareAt time.Duration // when to learn the connections of the present owner
	reported  TableChanged
	rebuild   *rebuild
	sendings  []*sending
	sync      syncQueue
	flight    fragments
	refused   map[Refusal]bool
	counters  Counters

	actions []Action
}

// Counters count what a member has seen since it was created. They only grow.
type Counters struct {
	ReportsSent, ReportsReceived uint64
	FlowsSent, FlowsReceived     uint64
	SyncsSent, SyncsReceived     uint64

	Malformed     uint64 // messages that could not be read, or of an unknown kind
	NewerVersions uint64 // messages that only a newer version can read
	AuthFailures  uint64 // messages with another authentication
	Replayed      uint64 // messages that came before, or are older than such

	Assigned  uint64 // new connections for which the member chose another, or itself
	Local     uint64 // segments delivered here
	Forwarded uint64 // segments sent to the member that terminates the connection
	PassedOn  uint64 // segments passed on because this member does not have the connection
	Held      uint64 // segments that waited for the end of a rebuild
	Unknown   uint64 // segments of connections that nobody knew
	Dropped   uint64
	Refused   uint64 // SYNs for which there was no member
}

// weightMax is the weight of a member with an idle CPU.
const weightMax = 100

// New returns a machine that is stopped.
func New(c Config) *Machine {
	m := &Machine{
		cfg: c, slots: map[netip.Addr]Slot{}, services: map[Service]*service{}, refused: map[Refusal]bool{},
		table:    NewTable(c.Table),
		weigher:  Weigher{Smoothing: c.Smoothing, FullSamples: c.FullSamples},
		reportAt: Never, prepareAt: Never, weight: c.Weight,
	}
	if m.weight == 0 {
		m.weight = weightMax
	}
	m.slotOf(c.Address)
	return m
}

// Step applies an event at an instant and returns what the shell must do, in
// order. The result is valid until the next call.
func (m *Machine) Step(now time.Duration, ev Event) []Action {
	clear(m.actions)
	m.actions = m.actions[:0]
	switch ev := ev.(type) {
	case Start:
		m.start(now)
	case Stop:
		m.stop(now)
	case Role:
		m.changeRole(now, ev.Owner)
	case *Tick:
		m.tick(now, ev.Busy)
	case Offer:
		m.offer(now, ev.Services)
	case Quiesce:
		m.quiesce = ev.On
		m.report(now)
	case *Heard:
		m.hear(now, ev.Message, ev.MAC)
	case *HeardSync:
		m.hearSync(now, ev)
	case Rejected:
		m.refuse(ev.From, ev.Reason)
	case Live:
		m.live(now, ev)
	default:
		panic(fmt.Sprintf("selfbalance: unknown event %T", ev))
	}
	return m.actions
}

func (m *Machine) do(a Action) { m.actions = append(m.actions, a) }

func (m *Machine) start(now time.Duration) {
	if !m.running {
		m.running = true
		m.report(now)
		m.expectOwner(now)
	}
}

// stop forgets who else there is: without a carrier nobody is heard. The table
// stays, and a link that flaps costs no connection.
func (m *Machine) stop(now time.Duration) {
	if !m.running {
		return
	}
	m.running, m.reportAt, m.prepareAt = false, Never, Never
	m.sendings = nil
	for _, p := range m.peers[1:] {
		m.lose(p)
	}
	m.endRebuild(now)
	m.report(now) // to nobody, but the own weights are 0
}

// changeRole applies what the election has decided.
func (m *Machine) changeRole(now time.Duration, owner bool) {
	if m.owner == owner {
		return
	}
	m.owner = owner
	m.endRebuild(now)
	m.prepareAt, m.ready = Never, owner
	m.expectOwner(now)
	m.report(now)
	if owner && m.running {
		m.recover(now)
	}
}

// expectOwner sets when a member that would take the role from another prepares
// itself at the latest: an owner that does not balance sends no reports.
func (m *Machine) expectOwner(now time.Duration) {
	if m.cfg.Prepares && m.running && !m.ready {
		m.prepareAt = now + m.cfg.LostTime()
	}
}

// Owner reports whether the member owns the virtual IPs.
func (m *Machine) Owner() bool { return m.owner }

// tick does what is due.
func (m *Machine) tick(now time.Duration, busy float64) {
	if now >= m.reportAt {
		m.sample(busy)
		m.report(now)
		m.noteTable()
	}
	for _, p := range m.peers[1:] {
		if p.alive && now >= p.lostAt {
			m.lose(p)
			m.reweigh()
		}
	}
	if now >= m.prepareAt {
		m.prepareAt = Never
		m.prepare(now)
	}
	if m.rebuild != nil {
		m.askAgain(now)
	}
	m.sendAgain(now)
	m.flushSync(now)
	m.table.Expire(now)
}

// Deadline is the earliest instant at which something is due, or Never.
func (m *Machine) Deadline() time.Duration {
	due := min(m.reportAt, m.prepareAt, m.table.NextExpiry(), m.sync.due())
	for _, p := range m.peers[1:] {
		if p.alive {
			due = min(due, p.lostAt)
		}
	}
	if m.rebuild != nil {
		due = min(due, m.rebuild.due())
	}
	for _, s := range m.sendings {
		due = min(due, s.again)
	}
	return due
}

// ReportDue reports whether the next Tick sends a report: the shell then says
// how busy the machine is, and what it serves.
func (m *Machine) ReportDue(now time.Duration) bool { return now >= m.reportAt }

// Reasons of a Refusal. There are more.
const (
	ReasonVersion  = "newer version"
	ReasonAuth     = "wrong authentication"
	ReasonReplayed = "replayed"
)

// refuse notes that a message was ignored.
func (m *Machine) refuse(peer netip.Addr, reason string) {
	switch reason {
	case ReasonVersion:
		m.counters.NewerVersions++
	case ReasonAuth:
		m.counters.AuthFailures++
	case ReasonReplayed:
		m.counters.Replayed++
	default:
		m.counters.Malformed++
	}
	r := Refusal{peer, reason}
	if len(m.refused) < refusalsMax && !m.refused[r] {
		m.refused[r] = true
		m.do(r)
	}
}

// refusalsMax bounds what is remembered of forged senders.
const refusalsMax = 1024

// readable is the lowest version that can read our messages: later ones only
// add fields, which an earlier one skips.
const readable = 1

// header returns the header of the next message.
func (m *Machine) header(kind balance.Kind, epoch uint32) balance.Header {
	m.sequence++
	return balance.Header{
		Version: m.cfg.Version, Needs: readable, Kind: kind, Group: m.cfg.Group,
		Sender: m.cfg.Address, Boot: m.cfg.Boot, Sequence: m.sequence, Epoch: epoch,
	}
}
