// Package oracle folds the events of a run into measures and checks the
// invariants of every run. It reads events only: nothing measures by looking
// inside a machine. The definitions are in the docs of the types here.
package oracle

import "time"

// Measures is what a run measured. Slices are in a fixed order: by instant,
// then by name.
type Measures struct {
	Takeovers   []Takeover    `json:"takeovers"`
	Outages     []Outage      `json:"outages"`
	Connections []Connections `json:"connections"`
	Requests    []Requests    `json:"requests"`
	Groups      []Group       `json:"groups"`
	Spread      []Spread      `json:"spread"`
}

// Takeover is one move of a virtual IP from one member to another.
type Takeover struct {
	VIP      string        `json:"vip"`
	From     string        `json:"from"` // empty: nobody had it before
	To       string        `json:"to"`
	At       time.Duration `json:"at"`       // the new member gained the VIP
	Fault    string        `json:"fault"`    // the last fault applied before; empty: none
	FaultAt  time.Duration `json:"fault_at"` // when it was applied
	Detected bool          `json:"detected"` // a frame claimed the VIP for To after the fault
	// Detection is the time from the fault to the first frame by which the new
	// member claims the VIP.
	Detection time.Duration `json:"detection"`
	Served    bool          `json:"served"` // both have served frames from the VIP
	// Gap is the time from the last frame the old member served from the VIP to
	// the first frame the new one served from it: the takeover as the wire saw it.
	Gap time.Duration `json:"gap"`
}

// Outage is the longest time a client was without an answer that it should
// have had: the longest gap between two successful answers, minus the client's
// own interval between requests. Its parts add up to Duration.
type Outage struct {
	Client   string        `json:"client"`
	From     time.Duration `json:"from"` // when the first missing answer was due
	To       time.Duration `json:"to"`   // when the next answer came
	Open     bool          `json:"open"` // no answer came until the end of the run
	Duration time.Duration `json:"duration"`

	Detection    time.Duration `json:"detection"`    // until a member noticed that the active is gone
	Election     time.Duration `json:"election"`     // until a member became Active
	Announcement time.Duration `json:"announcement"` // until it announced the VIP
	Neighbour    time.Duration `json:"neighbour"`    // until the client's frames went to it
	Retry        time.Duration `json:"retry"`        // until the client had an answer
}

// Connections counts, for one fault, what became of the client connections
// that were established when it hit. Kept ones carried an answered request
// afterwards and saw no reset.
type Connections struct {
	Fault       string        `json:"fault"`
	At          time.Duration `json:"at"`
	Established int           `json:"established"`
	Kept        int           `json:"kept"`
	Lost        int           `json:"lost"`
	Idle        int           `json:"idle"` // neither: no request was due on them afterwards
	// LostOnFailed and LostOnOthers split Lost by who terminated the connection:
	// the member that the fault hit, or another one.
	LostOnFailed int `json:"lost_on_failed"`
	LostOnOthers int `json:"lost_on_others"`
}

// Requests counts the requests of one client.
type Requests struct {
	Client        string         `json:"client"`
	Sent          int            `json:"sent"`
	OK            int            `json:"ok"`
	Failed        int            `json:"failed"`
	Failures      map[string]int `json:"failures"` // by kind
	Retried       int            `json:"retried"`
	AnsweredTwice int            `json:"answered_twice"`
	LatencyMedian time.Duration  `json:"latency_median"`
	LatencyMax    time.Duration  `json:"latency_max"`
}

// Group sums up who was Active in one standby group.
type Group struct {
	VIP         string        `json:"vip"`
	Moves       int           `json:"moves"`        // changes of the one Active, the first election not counted
	Transitions int           `json:"transitions"`  // state changes of all members
	DualActive  time.Duration `json:"dual_active"`  // more than one Active at once
	DualLongest time.Duration `json:"dual_longest"` // the longest such span
	NoActive    time.Duration `json:"no_active"`    // none, after the first one
	NoLongest   time.Duration `json:"no_longest"`
}

// Spread is what one node answered.
type Spread struct {
	Node         string  `json:"node"`
	Connections  int     `json:"connections"`
	Requests     int     `json:"requests"`
	RequestShare float64 `json:"request_share"` // 0..1 of all answered requests
}

// Violation is an invariant that did not hold.
type Violation struct {
	Invariant string        `json:"invariant"`
	At        time.Duration `json:"at"`
	Detail    string        `json:"detail"`
}
