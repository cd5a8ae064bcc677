package event

// BalancerMemberChanged: a balancer sees a member in another state, or an
// administrator has set one.
type BalancerMemberChanged struct {
	Member string
	State  string `words:"up,down,drain,maint"` // drain and maint: as set, whatever checks say
	Reason string
}

// BalancerAttemptFailed: a balancer has no connection to a member, or no answer
// on it.
type BalancerAttemptFailed struct {
	Member  string
	Client  string // ip:port
	Stage   string `words:"connect,answer"` // as in LBAttemptFailed
	Failure string // as in RequestFailed
	Attempt int    // 1 for the first
}

// BalancerRefused: a balancer has no member for a client, whose connection it
// closes, or whose request it answers 503.
type BalancerRefused struct {
	Client string // ip:port
	Reason string
}

// BalancerStatus: a member of a balancer when the run ends.
type BalancerStatus struct {
	Member      string
	Address     string // ip:port
	State       string `words:"up,down,drain,maint"`
	Weight      int    // the configured one
	Connections int    // open, or with mode http requests in progress
	Total       int    // since the balancer started
}

// Kind implements Body.
func (BalancerMemberChanged) Kind() string { return "balancer-member-changed" }

// Kind implements Body.
func (BalancerAttemptFailed) Kind() string { return "balancer-attempt-failed" }

// Kind implements Body.
func (BalancerRefused) Kind() string { return "balancer-refused" }

// Kind implements Body.
func (BalancerStatus) Kind() string { return "balancer-status" }
