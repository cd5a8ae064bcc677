package hunt

import (
	"hash/fnv"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// states are the states of a cluster that a run leads to, as numbers: what each
// member, gateway, proxy, consumer or cluster says that it is, where each
// client's segments arrive, and which machines and links are down. Each event
// that changes one of these leads to a state. Which faults are in force does
// not count: it multiplies the states by what the hunt does to the cluster, and
// hides what the cluster makes of it.
//
// The number of a state is a sum over its parts, so that the order in which
// they came does not count. It is the same in every process.
type states struct {
	parts map[string]uint64 // the hash of each part's present value
	sum   uint64
	now   time.Duration
	at    []time.Duration // when each of seen was reached
	seen  []uint64        // in the order in which they were reached, some of them twice
}

func newStates() *states { return &states{parts: map[string]uint64{}} }

// hashOf is the number of a value of a part.
func hashOf(part, value string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(part)) // a hash never fails to write
	h.Write([]byte{0})
	h.Write([]byte(value))
	return h.Sum64()
}

// set gives a part a value.
func (s *states) set(part, value string) {
	hash := uint64(0)
	if value != "" {
		hash = hashOf(part, value)
	}
	if old := s.parts[part]; old != hash {
		s.parts[part] = hash
		s.sum += hash - old
		s.seen = append(s.seen, s.sum)
		s.at = append(s.at, s.now)
	}
}

// observe takes in an event.
func (s *states) observe(e event.Event) {
	n := e.Node
	s.now = e.At
	switch b := e.What.(type) {
	case event.StandbyChanged:
		s.set("member "+n+" "+b.Interface, b.To)
	case event.PathChanged:
		to := b.To
		if b.Lost != "" || b.Answers {
			to += " lost"
		}
		s.set("path "+n+" "+b.IP, to)
	case event.PowerChanged:
		power := string(b.State)
		if b.State.Up() {
			power = "" // as before, whether it thawed or booted
		}
		s.set("power "+n, power)
	case event.LinkChanged:
		s.set("link "+n+" "+b.Interface, onOff(b.Up))
	case event.QuiesceChanged:
		state := b.State
		if state == event.QuiesceEnded {
			state = "" // as before
		}
		s.set("quiesce "+n, state)
	case event.ServiceChanged:
		s.set("service "+n+" "+b.Service, b.State)
	default:
		s.observeProgram(e)
	}
}

// observeProgram takes in what programs say of their state.
func (s *states) observeProgram(e event.Event) {
	n := e.Node
	switch b := e.What.(type) {
	case event.TrackChanged:
		s.set("track "+n+" "+b.Interface+" "+b.Object, b.State)
	case event.LBMemberChanged:
		s.set("lb "+n+" "+b.Group+" "+b.Member, b.To)
	case event.BalancerMemberChanged:
		s.set("balancer "+n+" "+b.Member, b.State)
	case event.ProxyPeerChanged:
		s.set("proxy "+n+" "+b.Peer, b.State)
	case event.BalanceMember:
		s.set("balance "+n+" "+b.Interface+" "+b.Member, b.State)
	case event.BalanceRecovery:
		s.set("recovery "+n+" "+b.Interface, b.State)
	case event.ClusterStateChanged:
		s.set("cluster "+n+" "+b.Instance, b.State+" "+b.Members)
	case event.ClusterCoordinatorChanged:
		s.set("coordinator "+n+" "+b.Instance, onOff(b.Coordinator))
	case event.ConsumerChanged:
		s.set("consumer "+n+" "+b.Queue, b.State)
	case event.LeaseChanged:
		s.set("lease "+n+" "+b.Lease, b.State+" "+b.Holder)
	case event.DatabaseChanged:
		s.set("database "+n, b.State)
	case event.BrokerConnection:
		s.set("broker "+n+" "+b.Program, b.State)
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
