package event

// LBMemberChanged: a gateway sees a member of a load-balancer group in another
// state.
type LBMemberChanged struct {
	Group  string
	Member string
	From   string `words:"up,softdown,down,disabled,"` // empty: the member is new
	To     string `words:"up,softdown,down,disabled,"` // empty: the member has left
	Reason string
}

// LBAttemptFailed: a member of a load-balancer group did not answer a request.
type LBAttemptFailed struct {
	Group   string
	Member  string
	Request uint64
	Stage   string `words:"connect,answer"` // no connection; or no answer on it
	Failure string // as in RequestFailed
}

// LBRefused: a gateway answered a request with an error of its own, because no
// member of the load-balancer group did. The other events say why.
type LBRefused struct {
	Group    string
	Request  uint64
	Attempts int // members that were tried
	Reason   string
}

// LBStatus: a member of a load-balancer group at the end of the run, as the
// product's LoadBalancerStatus2 lists it.
type LBStatus struct {
	Group       string
	Server      string
	Port        int
	Health      string `words:"up,softdown,down"`
	Weight      int
	AdminState  string `words:"enabled,disabled"`
	Connections int    // requests in progress
}

// GatewayLoad: what a gateway with load-balancer groups has under way, each
// second in which that has changed.
type GatewayLoad struct {
	Connections int   // open connections of clients
	Requests    int   // requests in progress
	Memory      int64 // bytes in use
}

// CellChanged: a load-balancer group has other members or weights from its
// WebSphere cell, or a cell that had failed answers again.
type CellChanged struct {
	Group      string
	Generation int    // of the cell's document
	Members    string // with their weights, such as s1 10, s2 0
	Reason     string `words:"first answer,changed,answers again"`
}

// CellFailed: a load-balancer group does not get its members from its WebSphere
// cell, and keeps those that it has. Each reason is logged once, until the cell
// answers again.
type CellFailed struct {
	Group      string
	Generation int    // of the document that counts; 0: the cell has not answered yet
	Members    string // which are kept, as in CellChanged
	Reason     string // a failure as in RequestFailed, or what is wrong with the answer
}

// The reasons of CellChanged.
const (
	CellFirst   = "first answer"
	CellNews    = "changed"
	CellAnswers = "answers again"
)

// The stages of LBAttemptFailed.
const (
	StageConnect = "connect"
	StageAnswer  = "answer"
)

// Kind implements Body.
func (LBMemberChanged) Kind() string { return "lb-member-changed" }

// Kind implements Body.
func (LBAttemptFailed) Kind() string { return "lb-attempt-failed" }

// Kind implements Body.
func (LBRefused) Kind() string { return "lb-refused" }

// Kind implements Body.
func (LBStatus) Kind() string { return "lb-status" }

// Kind implements Body.
func (GatewayLoad) Kind() string { return "gateway-load" }

// Kind implements Body.
func (CellChanged) Kind() string { return "cell-changed" }

// Kind implements Body.
func (CellFailed) Kind() string { return "cell-failed" }
