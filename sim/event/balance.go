package event

import "time"

// BalanceAssigned: the owner of a virtual IP chose a member for a new
// connection, or another member, to which the client sent it by mistake, did.
// Node is the one that chose.
type BalanceAssigned struct {
	Interface string
	Service   string // ip:port of the virtual service
	Client    string // the client's ip:port
	Member    string // interface address of the member, the owner's own included
}

// BalanceWeight: the weight of a member for a service became 0, stopped being
// 0, or moved by 5 or more. Node is the member.
type BalanceWeight struct {
	Interface string
	Service   string // ip:port of the virtual service
	Member    string // its interface address
	Weight    int    // 0: it gets no new connections
	// Reason is why the weight is 0, and cpu for any other weight.
	Reason string `words:"cpu,cpu at 100 %,link down,not listening,quiesce,not balanced"`
}

// BalanceMember: a member heard the first report of another one, or has missed
// so many that it counts as gone. Node is the one that listens.
type BalanceMember struct {
	Interface string
	Member    string // interface address of the other one
	State     string `words:"heard,lost"`
}

// BalanceTable: the forwarding table of the owner has another size than at its
// last report. Node is the owner.
type BalanceTable struct {
	Interface string
	Entries   int
	Active    int // of them, those that count as active connections
}

// BalanceRecovery: a member began to find out which connections live where, or
// has ended. Until then it is blind: what it receives for a connection that it
// does not know is held, or decided by the mode.
type BalanceRecovery struct {
	Interface string
	Mode      string        `words:"none,sync,rebuild,second-chance"`
	State     string        `words:"began,ended"`
	Reason    string        `words:"takeover,heal,preempt"`
	Flows     int           // connections that the others have told it
	Held      int           // segments that waited for its end
	Undecided int           // of those, the ones that nobody claimed
	Took      time.Duration // since it began
}

// BalanceRefused: a member ignored messages of a peer. Logged once for each
// peer and reason; counters count the rest.
type BalanceRefused struct {
	Interface string
	Peer      string // its interface address
	Reason    string `words:"truncated,malformed,newer version,unknown kind,wrong authentication,replayed,our own address,damaged,too many members"`
}

// BalanceStatus is one row of what a member shows when the run ends:
// DataPower's SelfBalancedStatus (spec/failover.md §5.2), with the connections
// that the member counts. Rows whose RealServer is the member itself are its
// SelfBalancedTable. There are no domains.
type BalanceStatus struct {
	Interface   string
	VIP         string
	Port        uint16
	RealServer  string // interface address of the member that the row is about
	TargetState string `words:"active,standby"` // of the real server in its group
	ServiceName string
	ServiceKind string // such as http or management
	TLS         bool
	Weight      uint16
	ActiveConns uint32
	// InactiveConns are those that are closing, in IPVS's sense.
	InactiveConns uint32
	Quiesce       bool
	// Reason is why the real server gets no new connections of the service; empty
	// if it gets some. The kinds of services that are not balanced have one each
	// (topology.Service.Balanced).
	Reason string `words:"cpu at 100 %,link down,not listening,quiesce,lost,self-balancing is off,administrative service,HTTPS handler of the API gateway,FTP server handler,"`
}

// BalanceCounters is what a member has counted since its machine's last boot,
// logged when the run ends.
type BalanceCounters struct {
	Interface string
	Group     uint8

	Entries int    // in the forwarding table now
	Evicted uint64 // entries that had to make room for newer ones
	Full    uint64 // connections that found no room

	Local     uint64 // segments delivered on the member itself
	Forwarded uint64 // segments sent to the member that terminates the connection
	Passed    uint64 // segments passed on by a member that did not know them
	Unknown   uint64 // segments of connections that nobody knew

	Reports, ReportsReceived uint64 // sent, and received from others

	Malformed     uint64 // messages that could not be read, or of an unknown kind
	NewerVersions uint64 // messages that only a newer version can read
	AuthFailures  uint64 // messages with another authentication
	Replayed      uint64 // messages older than the last one of their sender
}

// ConnAged: so many segments of a connection to a self-balanced virtual IP have
// reached a member, counted from the client's last SYN. Logged at 3, from which
// IPVS tells other members of a connection, and at 50, when it repeats that
// (spec/failover.md §5.5). Node is the machine that sent the segment last: the
// client or a router.
type ConnAged struct {
	Client   string // its ip:port
	Service  string // ip:port of the virtual service
	Segments int
}

// Kind implements Body.
func (BalanceAssigned) Kind() string { return "balance-assigned" }

// Kind implements Body.
func (BalanceWeight) Kind() string { return "balance-weight" }

// Kind implements Body.
func (BalanceMember) Kind() string { return "balance-member" }

// Kind implements Body.
func (BalanceTable) Kind() string { return "balance-table" }

// Kind implements Body.
func (BalanceRecovery) Kind() string { return "balance-recovery" }

// Kind implements Body.
func (BalanceRefused) Kind() string { return "balance-refused" }

// Kind implements Body.
func (BalanceStatus) Kind() string { return "balance-status" }

// Kind implements Body.
func (BalanceCounters) Kind() string { return "balance-counters" }

// Kind implements Body.
func (ConnAged) Kind() string { return "conn-aged" }
