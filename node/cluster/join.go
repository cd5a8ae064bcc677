package cluster

import (
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/planted"
)

// search is how far a member has come that looks for a cluster.
type search struct {
	began   time.Duration // to join: after MaxJoin it gives up
	since   time.Duration // this round of looking
	due     time.Duration // of the next requests
	merging bool          // the master is that of a cluster to merge with

	claiming bool
	claimed  bool             // in this round
	answers  []netip.AddrPort // to the claim, that are missing
	until    time.Duration    // claiming, or looking for a master after that
}

// gate is what the master knows of members that want to join.
type gate struct {
	waiting []applicant
	first   time.Duration // when the first of them asked
	open    time.Duration // they join when one of them asks after this
}

// applicant is a member that wants to join.
type applicant struct {
	Member
	asked time.Duration // last
}

// idle returns the gate without those that ask no more, because they have gone
// or joined another cluster. That is ours: Hazelcast remembers them, and looks
// for no other clusters as long as it does.
func (g gate) idle(now time.Duration) gate {
	g.waiting = slices.DeleteFunc(slices.Clone(g.waiting), func(a applicant) bool { return now-a.asked > patience*joinTime })
	return g
}

// patience is how many requests of a member may be lost.
const patience = 5

// look begins a round: at a master to merge with, or at the known addresses.
func (s *step) look(target netip.AddrPort) {
	s.state, s.master, s.gate = Joining, target, gate{}
	s.search = search{began: s.search.began, since: s.now, due: s.now, merging: target.IsValid()}
	for i := range s.peers {
		s.peers[i].failed = false
	}
}

// seek does what a joining member does every half second.
func (s *step) seek() {
	s.search.due = s.now + joinTime
	round := s.now - s.search.since
	switch {
	case s.now-s.search.began >= s.cfg.MaxJoin:
		s.state, s.master = GaveUp, netip.AddrPort{}
		if s.coordinator {
			s.coordinator = false
			s.do(Elected{false})
		}
		s.do(Stopped{"could not join within " + s.cfg.MaxJoin.String()})
		return
	case s.search.merging && round >= targetTime, s.master.IsValid() && round >= s.cfg.MaxWaitJoin+masterTime:
		s.look(netip.AddrPort{})
		s.search.due = s.now + joinTime
	case s.master.IsValid():
		s.request(s.master)
		return
	}
	s.ask()
}

// ask asks everybody whom a joining member knows, and may make it the master.
func (s *step) ask() {
	candidates := s.candidates()
	connected := false
	for _, at := range candidates {
		if p := s.peer(at); p.open {
			connected = true
			s.request(at)
		} else {
			s.do(Connect{at})
		}
	}
	late := s.now-s.search.since >= s.cfg.Connect
	switch {
	case len(candidates) == 0, late && !connected:
		s.lead()
	case !late:
	case s.search.claiming && s.now >= s.search.until:
		s.claimFailed()
	case s.search.claiming:
	case s.search.claimed && s.now >= s.search.until:
		s.look(netip.AddrPort{})
		s.search.due = s.now + joinTime
	case s.search.claimed:
	default:
		s.claim(candidates)
	}
}

// candidates are the known addresses where there may be a member.
func (s *step) candidates() (all []netip.AddrPort) {
	for _, at := range s.known {
		if at != s.cfg.Self.Address && !s.peer(at).failed {
			all = append(all, at)
		}
	}
	return all
}

// request asks to join.
func (s *step) request(to netip.AddrPort) { s.send(to, Message{Kind: JoinRequest}) }

// unreachable makes the member the master if nobody is left to ask.
func (s *step) unreachable() {
	if !s.search.merging && len(s.candidates()) == 0 {
		s.lead()
	}
}

// claim asks the others to be the master, if its hash is the lowest of those
// that are connected.
func (s *step) claim(candidates []netip.AddrPort) {
	s.search.claimed = true
	var others []netip.AddrPort
	for _, at := range candidates {
		if s.peer(at).open {
			others = append(others, at)
		}
	}
	if slices.ContainsFunc(others, func(at netip.AddrPort) bool { return hash(at) < hash(s.cfg.Self.Address) }) {
		s.search.until = s.now + lookTime
		return
	}
	s.search.claiming, s.search.until, s.search.answers = true, s.now+claimTime, others
	for _, at := range others {
		s.send(at, Message{Kind: Claim})
	}
}

func (s *step) claimed(by netip.AddrPort) {
	yes := !s.search.claiming && !s.leads() && (!s.master.IsValid() || s.master == by)
	s.send(by, Message{Kind: ClaimAnswer, Yes: yes})
}

func (s *step) claimAnswered(by netip.AddrPort, yes bool) {
	if s.state != Joining || !s.search.claiming {
		return
	}
	s.search.answers = slices.DeleteFunc(slices.Clone(s.search.answers), func(at netip.AddrPort) bool { return at == by })
	switch {
	case !yes:
		s.claimFailed()
	case len(s.search.answers) == 0:
		s.lead()
	}
}

func (s *step) claimFailed() {
	s.search.claiming, s.search.until = false, s.now+lookTime
}

// pointed is told who the master is.
func (s *step) pointed(at netip.AddrPort) {
	if s.state == Joining && !s.master.IsValid() && at.IsValid() && at != s.cfg.Self.Address {
		s.master = at
		s.request(at)
	}
}

// lead makes the member the master of a new cluster.
func (s *step) lead() { s.enter([]Member{s.cfg.Self}) }

// requested answers somebody who wants to join.
func (s *step) requested(by Member) {
	if s.state != Inside {
		return
	}
	if i := s.member(by.Address); i == 0 && s.members[0] != by { // the master has restarted
		s.remove(by.Address, Restarted)
	}
	if !s.leads() {
		s.send(by.Address, Message{Kind: MasterAnswer, Address: s.master})
		return
	}
	if i := s.member(by.Address); i >= 0 {
		if s.members[i] == by {
			s.send(by.Address, Message{Kind: List, Members: s.members})
			return
		}
		s.remove(by.Address, Restarted)
	}
	s.gate = s.gate.idle(s.now)
	g := &s.gate
	if len(g.waiting) == 0 {
		g.first = s.now
	}
	known := slices.IndexFunc(g.waiting, func(a applicant) bool { return a.Member == by })
	if known < 0 {
		g.waiting = slices.DeleteFunc(g.waiting, func(a applicant) bool { return a.Address == by.Address })
		g.waiting, known = append(g.waiting, applicant{Member: by}), len(g.waiting)
		s.send(by.Address, Message{Kind: MasterAnswer, Address: s.cfg.Self.Address})
		if s.now-g.first < s.cfg.MaxWaitJoin {
			g.open = s.now + s.cfg.WaitJoin
		}
	}
	g.waiting[known].asked = s.now
	if s.now > g.open {
		for _, a := range g.waiting {
			s.add(a.Member)
		}
		s.gate = gate{}
		s.publish()
	}
}

// add makes somebody a member.
func (s *step) add(m Member) {
	s.members = append(s.members, m)
	if m.Address == s.cfg.Self.Address {
		return
	}
	p := s.peer(m.Address)
	p.heard, p.confirmed, p.faults = s.now, s.now, 0
	s.do(Added{m})
}

// publish sends the list to all other members.
func (s *step) publish() {
	for _, m := range s.others() {
		s.send(m.Address, Message{Kind: List, Members: s.members})
	}
}

// listed takes a list of members.
func (s *step) listed(from Member, list []Member) {
	switch {
	case s.state == Joining && slices.Contains(list, s.cfg.Self) && (!s.master.IsValid() || s.master == from.Address):
		s.enter(list)
	case s.state != Inside || from.Address != s.master:
	case !slices.Contains(list, s.cfg.Self):
		s.remove(from.Address, ToldTo)
	default:
		for _, m := range s.others() {
			if !slices.Contains(list, m) {
				s.remove(m.Address, NotListed)
			}
		}
		for _, m := range list {
			if s.member(m.Address) < 0 {
				s.add(m)
			}
		}
		s.members = slices.Clone(list) // in its order: whoever was lost and came back has its old place
		s.elect(true)
	}
}

// enter makes the member one of a cluster.
func (s *step) enter(list []Member) {
	s.state, s.members, s.gate = Inside, nil, gate{}
	s.do(Joined{slices.Clone(list)})
	for _, m := range list {
		s.add(m)
	}
	s.master = s.members[0].Address
	if !s.grouped {
		s.grouped = true
		s.known = append(slices.Clone(s.known), s.cfg.learned(list)...)
	}
	s.elect(true)
}

// elect makes the oldest member the coordinator. Whoever is one and is not the
// oldest learns that when somebody was added.
func (s *step) elect(added bool) {
	oldest := s.members[0].Address == s.cfg.Self.Address
	if oldest == s.coordinator || !oldest && (!added || planted.In(planted.TwoCoordinators)) {
		return
	}
	s.coordinator = oldest
	s.do(Elected{oldest})
}
