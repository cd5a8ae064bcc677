package selfbalance

import "strconv"

// State is the state of a connection as a balancer sees it that is passed only
// by the segments of the client. The numbers are those of IPVS, which its
// messages carry.
type State uint8

// The states, in the order of IPVS's tables.
const (
	None State = iota
	Established
	SynSent
	SynRecv
	FinWait
	TimeWait
	Close
	CloseWait
	LastAck
	Listen
	SynAck

	stateCount = iota
)

// stateNames are the names that ipvsadm prints.
var stateNames = [stateCount]string{
	"NONE", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "SYNACK",
}

// String names the state as ipvsadm does.
func (s State) String() string {
	if !s.Known() {
		return "State(" + strconv.Itoa(int(s)) + ")"
	}
	return stateNames[s]
}

// Known reports whether s is one of the states. A number from a message need
// not be one.
func (s State) Known() bool { return s < stateCount }

// Active reports whether the connection counts as active. The others count as
// inactive, which weighs 1/256 of it.
func (s State) Active() bool {
	switch s {
	case Established, SynSent, SynRecv, SynAck:
		return true
	}
	return false
}

// Reusable reports whether a SYN begins a new connection, for which a member is
// chosen again, although the table still has one of the same addresses and
// ports in state s. It is conn_reuse_mode 3 of IPVS, the default (TimeWait and
// Close) and the bit for balancers that see one side only: for them a closed
// connection remains in FinWait, so that without the bit a client that uses a
// port again would be bound to the old member, even one of weight 0.
func Reusable(s State) bool { return s == TimeWait || s == Close || s == FinWait }

// After returns the state that follows when a segment of the client passes.
func (s State) After(seg Segment) State {
	if !s.Known() || seg > RST {
		return s
	}
	return transitions[seg][s]
}

// transitions is IPVS's table for balancers that see only the client's side:
// tcp_states, INPUT-ONLY, of ip_vs_proto_tcp.c. Newer kernels have Established
// where ACK meets None; here it is Close, as in those that the table was read
// from. It concerns only connections that were noted without a SYN.
var transitions = [...][stateCount]State{
	//             None     Established  SynSent      SynRecv      FinWait   TimeWait  Close    CloseWait  LastAck  Listen   SynAck
	OtherSegment: {None, Established, SynSent, SynRecv, FinWait, TimeWait, Close, CloseWait, LastAck, Listen, SynAck},
	SYN:          {SynRecv, Established, Established, SynRecv, SynRecv, SynRecv, SynRecv, SynRecv, SynRecv, SynRecv, SynRecv},
	FIN:          {Close, FinWait, SynSent, TimeWait, FinWait, TimeWait, Close, CloseWait, LastAck, Listen, TimeWait},
	ACK:          {Close, Established, SynSent, Established, FinWait, TimeWait, Close, CloseWait, Close, Listen, Established},
	RST:          {Close, Close, Close, SynRecv, Close, Close, Close, Close, LastAck, Listen, Close},
}
