package bench

import "github.com/cablepull/cablepull/node/selfbalance"

// Schedule chooses a member for each of n new connections, and counts them. The
// first member has nearly all of the weight: then wrr walks past all others for
// most choices. It returns how many the last member got.
func Schedule(a selfbalance.Algorithm, members, n int) int {
	d := &selfbalance.Destinations{Counts: new([selfbalance.MembersMax]selfbalance.Count), Version: 1}
	for i := range members {
		slot := selfbalance.Slot(i)
		d.Order = append(d.Order, slot)
		d.IDs[slot], d.Weights[slot] = 0xc0000200+uint32(i), 1
	}
	d.Weights[d.Order[0]] = 100
	s := selfbalance.NewScheduler(a)
	f := selfbalance.Flow{Client: [4]byte{192, 0, 2, 201}, VIP: [4]byte{192, 0, 2, 100}, Port: 80}
	for range n {
		f.ClientPort++
		slot, _ := s.Schedule(f, d)
		d.Counts[slot].Active++
	}
	return int(d.Counts[d.Order[members-1]].Active)
}
