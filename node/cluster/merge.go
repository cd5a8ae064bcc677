package cluster

import (
	"net/netip"
	"slices"
)

// findClusters looks for masters of other clusters at the known addresses. Only
// a master does, and only while nobody waits to join.
func (s *step) findClusters() {
	if s.gate = s.gate.idle(s.now); !s.leads() || len(s.gate.waiting) > 0 {
		return
	}
	for _, at := range s.known {
		if s.member(at) >= 0 || at == s.cfg.Self.Address {
			continue
		}
		if p := s.peer(at); p.open {
			s.send(at, Message{Kind: MergeQuestion})
		} else {
			p.askUntil = s.now + askTime
			s.do(Connect{at})
		}
	}
}

// found learns of another cluster. The smaller one merges with the larger one;
// of two equals that whose master's address has the higher hash. Whoever should
// not merge does nothing: the other one has to find it.
func (s *step) found(master Member, list []Member) {
	if !s.leads() || s.member(master.Address) >= 0 || slices.Contains(list, s.cfg.Self) {
		return
	}
	fewer := len(s.members) < len(list)
	equal := len(s.members) == len(list)
	if fewer || equal && hash(s.cfg.Self.Address) > hash(master.Address) {
		for _, m := range s.others() {
			s.send(m.Address, Message{Kind: MergeOrder, Address: master.Address})
		}
		s.merge(master.Address)
	}
}

// merge leaves the cluster and joins another one, as if the member had just
// started. It forgets the others, but remains coordinator until it has joined.
func (s *step) merge(target netip.AddrPort) {
	s.do(Merging{target})
	for _, m := range s.others() {
		s.forget(m.Address)
		s.do(Disconnect{m.Address})
		s.do(Removed{m, ForMerging})
	}
	s.members = nil
	s.look(target)
	s.search.began = s.now
	s.seek()
}
