package oracle

import "time"

// Measures are the results of a run. Slices are in a fixed order: by instant,
// then by name.
type Measures struct {
	Takeovers   []Takeover    `json:"takeovers"`
	Outages     []Outage      `json:"outages"` // the longest of each client
	Gaps        []Outage      `json:"gaps"`    // all outages longer than two intervals
	Connections []Connections `json:"connections"`
	Survival    []Survival    `json:"survival"` // of connections to self-balanced virtual IPs
	Requests    []Requests    `json:"requests"`
	Groups      []Group       `json:"groups"`
	Dark        []Dark        `json:"dark"`
	Spread      []Spread      `json:"spread"`
	Balance     []Balance     `json:"balance"`    // of self-balanced services
	Recoveries  []Recovery    `json:"recoveries"` // of the connections of self-balanced groups
	Forwarding  []Forwarding  `json:"forwarding"` // tables of self-balanced groups
	Loads       []Load        `json:"loads"`      // of gateways with load-balancer groups
	LBMembers   []LBMember    `json:"lb_members"` // of load-balancer groups
	Sessions    []Sessions    `json:"sessions"`   // of clients that keep cookies
	Activities  []Activities  `json:"activities"` // of a cluster's coordinator
	Files       []Files       `json:"files"`      // that were copied, by machine
	Exchanges   []Exchange    `json:"exchanges"`  // of business documents, by sender
	// Stores are the persistence stores of those who exchange documents.
	Stores     []PersistenceStore `json:"stores"`
	Ledgers    []Ledger           `json:"ledgers"`    // of the books of tellers
	Deliveries []Delivery         `json:"deliveries"` // of queues and topics
	Portals    []Portal           `json:"portals"`    // of developers at API managers
	Works      []Work             `json:"works"`      // of machines, by class
	Queues     []Queue            `json:"queues"`     // of brokers
	// Members are all members except real programs, by node, then interface. Their
	// status is known after the run has finished: see event.StandbyStatus.
	Members []MemberStatus `json:"members"`
	// Balanced and BalanceCounters are what members of self-balanced groups show
	// when the run has finished.
	Balanced        []BalancedStatus  `json:"balanced"`
	BalanceCounters []BalanceCounters `json:"balance_counters"`

	// ByAge is Connections by age, for pictures: a reader of run.json has the
	// events.
	ByAge []ByAge `json:"-"`
	// Own is the tables of measures that are not built in.
	Own []Table `json:"-"`
}

// measure is the fold of one measure, and the tables that list its results.
type measure struct {
	fold   func(*scene) recorder
	tables []func(*Measures) Table
}

// measures has a row for each measure. The status of members is mostly words,
// so it has no figures.
var measures = []measure{
	{newTakeovers, []func(*Measures) Table{takeoverTable}},
	{newOutages, []func(*Measures) Table{longestTable, gapTable}},
	{newConnections, []func(*Measures) Table{connectionTable, survivalTable}},
	{newRequests, []func(*Measures) Table{requestTable}},
	{newGroups, []func(*Measures) Table{groupTable}},
	{newDarkTimes, []func(*Measures) Table{darkTable}},
	{newSpread, []func(*Measures) Table{spreadTable}},
	{newBalances, []func(*Measures) Table{balanceTable}},
	{newRecoveries, []func(*Measures) Table{recoveryTable}},
	{newForwardings, []func(*Measures) Table{forwardingTable}},
	{newLoads, []func(*Measures) Table{loadTable}},
	{newLBMembers, []func(*Measures) Table{lbMemberTable}},
	{newSessions, []func(*Measures) Table{sessionTable}},
	{newActivities, []func(*Measures) Table{activityTable}},
	{newFiles, []func(*Measures) Table{fileTable}},
	{newExchanges, []func(*Measures) Table{exchangeTable, storeTable}},
	{newLedgers, []func(*Measures) Table{ledgerTable}},
	{newDeliveries, []func(*Measures) Table{deliveryTable}},
	{newPortals, []func(*Measures) Table{portalTable}},
	{newUsage, []func(*Measures) Table{workTable, queueTable}},
	{newMembers, nil},
	{newBalancedStatus, nil},
}

// Outage is a time in which a client missed answers: the gap between two
// successful answers, minus the client's own interval between requests. An open
// outage has no later answer, although requests were still due. The time before
// a client's first answer is an outage if no answer ever came; and from when
// something first broke: the cluster was not ready by then, or was no more.
//
// A closed-loop client has no such interval: its users ask nothing while they
// think or wait. Its outage begins when the first of them has waited for as
// long as the quickest answer so far took.
//
// Its parts add up to Duration. They follow what the client itself asks: where
// that arrives (event.PathChanged), and what becomes of it there. Other clients
// do not count. The owner of an address is a member that owns a virtual IP and
// may act, or the server whose own address it is.
//
// While what the client asks arrives at an owner:
//
//   - Service is the time in which that owner fails the client: from the first
//     connection or request that was refused, broke, timed out or was answered
//     with an error, to the end of the last one; and from when the answer to
//     what has none yet is late, compared with the last answer before the
//     outage. A connection that another owner accepted, and what was asked before
//     the owner was reached, tell nothing about it.
//   - Retry is the rest: the owner could answer, and the client waited, for its
//     next attempt or for a dead connection to time out.
//
// While it arrives at no owner, until the next owner that it arrives at:
//
//   - Detection ends when a member first acts on the loss of the active: its
//     active timer expires, it hears a resign or a coup, it preempts, or it is
//     told to. The old active noticing its own cable does not count: it can tell
//     no other member.
//   - Election ends when the next owner becomes it.
//   - Announcement ends when that owner sends gratuitous ARP for the virtual IP.
//   - Neighbour ends when the machine that sends the client's frames to the
//     virtual IP, the client or a router, learns the MAC address of the owner. If
//     it need not, it ends with the announcement, unless something of the client
//     went elsewhere afterwards: then with what first arrives at the owner.
//   - Retry is the rest.
//
// A mark that is not in the log counts as being where the previous mark is, and
// one before From counts as From. If the owner stayed the same, then time in
// which the client was misled to another member is Neighbour, time in which the
// owner was frozen is Service, and what else kept them apart is Detection, or
// Election after a member noticed. So is time without any owner. If an owner
// fails the client, and a member takes the address from it that the client asks
// next, that was no Service but the Detection of a dying owner.
//
// An open outage gives the rest to the part that has not ended.
type Outage struct {
	Client   string        `json:"client"`
	From     time.Duration `json:"from"` // when the first missing answer was due
	To       time.Duration `json:"to"`   // when the next answer came
	Open     bool          `json:"open"` // no answer came until the end, or until the client stopped
	Duration time.Duration `json:"duration"`

	Detection    time.Duration `json:"detection"`    // until a member noticed that the active was gone
	Election     time.Duration `json:"election"`     // until a member became Active
	Announcement time.Duration `json:"announcement"` // until it announced the VIP
	Neighbour    time.Duration `json:"neighbour"`    // until the client's frames went to it
	Service      time.Duration `json:"service"`      // while that member refused, or did not answer
	Retry        time.Duration `json:"retry"`        // while it could have, and the client waited
}

// Connections counts, for one fault, what happened to the client connections
// that were established when it hit. Established = Kept + Lost + LostOtherwise
// + Idle.
//
// A lost connection was reset, timed out, had a failed request, or was still
// waiting for its first answer since the fault when the run ended. Each counts
// as Lost once, for the earliest fault since its last answer that can have
// caused the loss: one that stops the client, its server or the frames between
// them, or that moved the virtual IP away; else one that names one of the two;
// else one that names any other node that is not a client. Faults of one
// instant share it. A kept connection carried an answered request after the
// fault and was not lost; a loss after the next fault is not the earlier one's.
type Connections struct {
	Fault       string        `json:"fault"`
	At          time.Duration `json:"at"`
	Established int           `json:"established"`
	Kept        int           `json:"kept"`
	Lost        int           `json:"lost"`
	// LostOtherwise are lost, but not to this fault.
	LostOtherwise int `json:"lost_otherwise"`
	Idle          int `json:"idle"` // none of these: no request was due on them afterwards
	// These split Kept and Lost by who served the connection: a node that the fault
	// names, or another one.
	KeptOnFailed int `json:"kept_on_failed"`
	KeptOnOthers int `json:"kept_on_others"`
	LostOnFailed int `json:"lost_on_failed"`
	LostOnOthers int `json:"lost_on_others"`
}

// Requests counts the requests of one client. Sent = OK + Failed + Open.
type Requests struct {
	Client        string         `json:"client"`
	Sent          int            `json:"sent"` // including those that found no connection
	OK            int            `json:"ok"`
	Failed        int            `json:"failed"`   // given up
	Failures      map[string]int `json:"failures"` // of those given up, by kind
	Open          int            `json:"open"`     // neither, when the run ended
	Retried       int            `json:"retried"`  // failed attempts that were retried
	AnsweredTwice int            `json:"answered_twice"`
	// LatencyMedian is of answered requests, from when they were due. It is off by
	// 0.05 % at most if there are more than 16,384 different latencies.
	LatencyMedian time.Duration `json:"latency_median"`
	LatencyMax    time.Duration `json:"latency_max"`
}

// Group sums up which members acted as the Active of one standby group: owned
// its virtual IP and were up. A frozen member does not act, whatever its state.
type Group struct {
	VIP   string `json:"vip"`
	Moves int    `json:"moves"` // takeovers of the VIP that are moves
	// FalseFailovers are the takeovers that no fault of the timetable can have
	// caused: see falseFailovers.
	FalseFailovers int           `json:"false_failovers"`
	HadActive      bool          `json:"had_active"`  // at any time
	Transitions    int           `json:"transitions"` // state changes of all members
	DualActive     time.Duration `json:"dual_active"` // more than one at once
	// DualJoined is the part of DualActive in which two of them could hear each
	// other: no known fault separated them.
	DualJoined  time.Duration `json:"dual_joined"`
	DualLongest time.Duration `json:"dual_longest"` // the longest span of DualActive
	NoActive    time.Duration `json:"no_active"`    // none, after the first one or the first break
	NoLongest   time.Duration `json:"no_longest"`
}

// Spread is what one node served: a member to clients, a back end to members.
type Spread struct {
	Node         string  `json:"node"`
	Connections  int     `json:"connections"`   // it accepted
	Requests     int     `json:"requests"`      // it served, and a client received the answer
	RequestShare float64 `json:"request_share"` // 0..1 of all answered requests
}

// MemberStatus is the status of one member's standby control at the end of the
// run (spec/failover.md §3.5). If the member does not run, only the first four
// fields and the mode are known.
type MemberStatus struct {
	Node      string `json:"node"`
	Interface string `json:"interface"`
	Group     uint8  `json:"group"`
	VIP       string `json:"vip"`
	// Mode is active or standby, as in the product. Members that show no status are
	// down (the machine has no power), booting, frozen, or off (standby control is
	// off, or has no address to send from).
	Mode     string `json:"mode"`
	Priority uint8  `json:"priority"`
	Preempt  bool   `json:"preempt"`
	Leader   string `json:"leader"` // address of the active member; empty: none is known
	State    string `json:"state"`  // the state behind the mode: Initial, Learn, Listen, Speak, Standby, Active

	ChangedAt time.Duration `json:"changed_at"` // instant of its last transition; 0 if there was none

	// Counters since its machine's last boot.
	HellosSent      uint64 `json:"hellos_sent"`
	HellosReceived  uint64 `json:"hellos_received"`
	CoupsSent       uint64 `json:"coups_sent"`
	CoupsReceived   uint64 `json:"coups_received"`
	ResignsSent     uint64 `json:"resigns_sent"`
	ResignsReceived uint64 `json:"resigns_received"`
	AuthFailures    uint64 `json:"auth_failures"`    // messages of its group with another authentication
	GroupMismatches uint64 `json:"group_mismatches"` // messages of other groups
	VIPMismatches   uint64 `json:"vip_mismatches"`   // messages of its group for another virtual IP
	Transitions     uint64 `json:"transitions"`
}

// Violation is an invariant that did not hold.
type Violation struct {
	Invariant string        `json:"invariant"`
	At        time.Duration `json:"at"`
	Detail    string        `json:"detail"`
}
