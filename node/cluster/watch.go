package cluster

import "net/netip"

// hear notes that a member lives.
func (s *step) hear(from netip.AddrPort) {
	if s.member(from) >= 0 {
		s.peer(from).heard = s.now
	}
}

// hearMember does so unless what came is from another life.
func (s *step) hearMember(from Member) {
	if i := s.member(from.Address); i >= 0 && s.members[i] == from {
		s.peer(from.Address).heard = s.now
	}
}

// beat sends heartbeats, and removes members that have been silent for too
// long: the master looks at all of them, the others at the master only.
func (s *step) beat() {
	if s.state != Inside {
		return
	}
	for _, m := range s.others() {
		p := s.peer(m.Address)
		switch leads := s.leads(); {
		case (leads || m.Address == s.master) && s.now-p.heard > s.cfg.MaxNoHeartbeat:
			s.remove(m.Address, NoHeartbeat)
		case leads && s.now-p.confirmed > s.cfg.MaxNoConfirmation:
			s.remove(m.Address, NoConfirmation)
		default:
			s.send(m.Address, Message{Kind: Heartbeat})
		}
	}
}

// confirmed takes a confirmation. To somebody who is no member any more it says
// so.
func (s *step) confirmed(by Member) {
	i := s.member(by.Address)
	if s.state == Joining {
		return
	}
	if i < 0 || s.members[i] != by || !s.leads() {
		s.send(by.Address, Message{Kind: Removal})
		return
	}
	s.peer(by.Address).confirmed = s.now
}

// remove removes a member. If that was the master, the oldest of the others
// becomes it.
func (s *step) remove(at netip.AddrPort, reason string) {
	i := s.member(at)
	if s.state != Inside || i < 0 || at == s.cfg.Self.Address {
		return
	}
	led := s.leads()
	gone := s.members[i]
	s.members = append(s.members[:i:i], s.members[i+1:]...)
	s.forget(at)
	if reason != Restarted { // then the connection is that of its next life
		s.do(Disconnect{at})
	}
	s.do(Removed{gone, reason})
	if at == s.master {
		s.master = s.members[0].Address
	}
	if s.leads() {
		for _, m := range s.others() { // each has its time to confirm
			s.peer(m.Address).confirmed = s.now
		}
		if led {
			s.publish()
		}
	}
	s.elect(false)
}
