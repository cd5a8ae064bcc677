package cluster

import (
	"net/netip"
	"slices"
	"time"
)

// State is what a member is in.
type State string

// The states.
const (
	Joining State = "joining"
	Inside  State = "joined"
	GaveUp  State = "stopped"
)

// Machine is one member. It is a value: Step returns a new one, and an old copy
// never changes.
type Machine struct {
	cfg     Config
	state   State
	members []Member       // the oldest first; it is one of them unless it is joining
	master  netip.AddrPort // whom it takes for the master; invalid: nobody
	known   []netip.AddrPort
	peers   []peer // whom it has to do with, in the order in which that began
	grouped bool   // it has learned addresses from a list

	coordinator bool

	search search
	gate   gate

	beatDue, confirmDue, listDue, mergeDue time.Duration
}

// peer is what a member knows of an address.
type peer struct {
	at        netip.AddrPort
	open      bool          // there is a connection to it
	failed    bool          // there was none to be had, since the search began
	faults    int           // failed connections in a row
	heard     time.Duration // when it last said something, or became a member
	confirmed time.Duration // when it last confirmed its master, or had not to
	askUntil  time.Duration // until then it is asked, once connected, whether it is another cluster's master
}

// New returns a member that has not started.
func New(c Config) Machine {
	return Machine{cfg: c, state: Joining, known: slices.Clone(c.WellKnown)}
}

// Members returns the members that it knows, the oldest first; none while it
// joins.
func (m Machine) Members() []Member { return slices.Clone(m.members) }

// State returns its state.
func (m Machine) State() State { return m.state }

// Coordinator reports whether it takes itself for the coordinator. It stays one
// while it merges with another cluster, until it has joined that.
func (m Machine) Coordinator() bool { return m.coordinator }

// Master returns whom it takes for the master; invalid: nobody.
func (m Machine) Master() netip.AddrPort { return m.master }

// Known returns the addresses at which it looks for others.
func (m Machine) Known() []netip.AddrPort { return slices.Clone(m.known) }

// Deadline returns when the next Tick is due.
func (m Machine) Deadline() time.Duration {
	if m.state == GaveUp {
		return forever
	}
	due := min(m.beatDue, m.confirmDue, m.listDue, m.mergeDue)
	if m.state == Joining {
		due = min(due, m.search.due)
	}
	return due
}

const forever = time.Duration(1<<63 - 1)

// step is a step in progress.
type step struct {
	Machine
	now time.Duration
	out []Action
}

// Step applies an event at an instant. Instants must not decrease from step to
// step.
func (m Machine) Step(now time.Duration, ev Event) (Machine, []Action) {
	if m.state == GaveUp {
		return m, nil
	}
	m.members, m.peers = slices.Clone(m.members), slices.Clone(m.peers)
	s := &step{Machine: m, now: now}
	switch ev := ev.(type) {
	case Start:
		s.beatDue, s.confirmDue = now+m.cfg.Heartbeat, now+m.cfg.Confirmation
		s.listDue, s.mergeDue = now+m.cfg.Publish, now+m.cfg.MergeFirst
		s.look(netip.AddrPort{})
		s.search.began = now
		s.seek()
	case Tick:
		s.tick()
	case Heard:
		s.hear(ev.From)
	case Received:
		s.hearMember(ev.Message.From)
		s.receive(ev.Message)
	case Opened:
		s.opened(ev.To)
	case Failed:
		s.failed(ev.To)
	case Closed:
		s.closed(ev.With)
	}
	return s.Machine, s.out
}

func (s *step) do(a Action) { s.out = append(s.out, a) }

// send sends a message.
func (s *step) send(to netip.AddrPort, m Message) {
	m.From = s.cfg.Self
	s.do(Send{to, m})
}

// leads reports whether the member is the master.
func (s *step) leads() bool { return s.state == Inside && s.master == s.cfg.Self.Address }

// member returns the place of an address among the members; -1 if it has none.
func (m *Machine) member(at netip.AddrPort) int {
	return slices.IndexFunc(m.members, func(o Member) bool { return o.Address == at })
}

// peer returns what is known of an address.
func (s *step) peer(at netip.AddrPort) *peer {
	i := slices.IndexFunc(s.peers, func(p peer) bool { return p.at == at })
	if i < 0 {
		i = len(s.peers)
		s.peers = append(s.peers, peer{at: at})
	}
	return &s.peers[i]
}

func (s *step) forget(at netip.AddrPort) {
	s.peers = slices.DeleteFunc(s.peers, func(p peer) bool { return p.at == at })
}

// others yields the other members.
func (s *step) others() []Member {
	return slices.DeleteFunc(slices.Clone(s.members), func(m Member) bool { return m.Address == s.cfg.Self.Address })
}

// tick does what is due.
func (s *step) tick() {
	if s.state == Joining && s.now >= s.search.due {
		s.seek()
	}
	if s.now >= s.beatDue {
		s.beatDue = s.now + s.cfg.Heartbeat
		s.beat()
	}
	if s.now >= s.confirmDue {
		s.confirmDue = s.now + s.cfg.Confirmation
		if s.state == Inside && !s.leads() {
			s.send(s.master, Message{Kind: Confirmation})
		}
	}
	if s.now >= s.listDue {
		s.listDue = s.now + s.cfg.Publish
		if s.leads() {
			s.publish()
		}
	}
	if s.now >= s.mergeDue {
		s.mergeDue = s.now + s.cfg.MergeNext
		s.findClusters()
	}
}

func (s *step) receive(m Message) {
	switch m.Kind {
	case JoinRequest:
		s.requested(m.From)
	case MasterAnswer:
		s.pointed(m.Address)
	case Claim:
		s.claimed(m.From.Address)
	case ClaimAnswer:
		s.claimAnswered(m.From.Address, m.Yes)
	case List:
		s.listed(m.From, m.Members)
	case Confirmation:
		s.confirmed(m.From)
	case Removal:
		s.remove(m.From.Address, ToldTo)
	case MergeQuestion:
		if s.leads() {
			s.send(m.From.Address, Message{Kind: MergeAnswer, Members: s.members})
		}
	case MergeAnswer:
		s.found(m.From, m.Members)
	case MergeOrder:
		if s.state == Inside && m.From.Address == s.master {
			s.merge(m.Address)
		}
	}
}

func (s *step) opened(to netip.AddrPort) {
	p := s.peer(to)
	p.open, p.faults = true, 0
	switch {
	case s.state == Joining:
		s.request(to)
	case s.now < p.askUntil:
		p.askUntil = 0
		s.send(to, Message{Kind: MergeQuestion})
	}
}

func (s *step) failed(to netip.AddrPort) {
	p := s.peer(to)
	p.open = false
	p.faults++
	switch {
	case s.state == Joining:
		p.failed = true
		s.unreachable()
	case p.faults >= faultsMax:
		s.remove(to, Unreachable)
	}
}

func (s *step) closed(with netip.AddrPort) {
	if s.state == Joining { // it refuses this member, such as one of another cluster does
		s.failed(with)
		return
	}
	s.remove(with, SocketClosed)
	s.forget(with)
}
