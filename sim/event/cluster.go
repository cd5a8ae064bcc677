package event

// The member of each of these events is that of the event's node. If the node
// has several, Instance names it; otherwise it is empty.

// ClusterStateChanged: a member of a cluster looks for one, belongs to one,
// leaves it for a larger one, or gave up.
type ClusterStateChanged struct {
	State    string `words:"joining,joined,merging,stopped"`
	Members  string // that it knows, the oldest first, such as apim-a, apim-b
	Reason   string // of stopped; of merging, the other cluster's master
	Instance string
}

// ClusterMemberChanged: a member of a cluster learns that another one belongs
// to it, or removes it.
type ClusterMemberChanged struct {
	Member   string
	State    string `words:"added,removed"`
	Reason   string `words:"no heartbeat,no confirmation,socket closed,unreachable,restarted,not in the list,told to,merging,"` // of removed
	Members  string // afterwards, the oldest first
	Instance string
}

// ClusterCoordinatorChanged: a member of a cluster takes itself for its
// coordinator, or no longer does.
type ClusterCoordinatorChanged struct {
	Coordinator bool
	Instance    string
}

// ClusterActivityExecuted: a member did, as coordinator, what its cluster shall
// do once. Activities are numbered by their instant, so that two members of a
// cluster that do the same one give it the same number.
type ClusterActivityExecuted struct {
	Activity uint64
	Instance string
}

// ClusterMessageSent: a member of a cluster sent a message to all others.
type ClusterMessageSent struct {
	Message    string // its ID: the sender, its life, and a number
	Recipients int
	Instance   string
}

// ClusterMessageDelivered: a message of another member was given to the
// application.
type ClusterMessageDelivered struct {
	Message  string
	From     string
	Repeated bool // it was sent again when this member joined
	Instance string
}

// ClusterMessageDropped: a message that was sent again had come before.
type ClusterMessageDropped struct {
	Message  string
	From     string
	Instance string
}

// ClusterMessagesMissed: the messages of another member go on after a gap, and
// what is missing is not sent any more.
type ClusterMessagesMissed struct {
	From     string
	First    string // ID of the first one missing
	Count    int
	Instance string
}

// Kind implements Body.
func (ClusterStateChanged) Kind() string { return "cluster-state-changed" }

// Kind implements Body.
func (ClusterMemberChanged) Kind() string { return "cluster-member-changed" }

// Kind implements Body.
func (ClusterCoordinatorChanged) Kind() string { return "cluster-coordinator-changed" }

// Kind implements Body.
func (ClusterActivityExecuted) Kind() string { return "cluster-activity-executed" }

// Kind implements Body.
func (ClusterMessageSent) Kind() string { return "cluster-message-sent" }

// Kind implements Body.
func (ClusterMessageDelivered) Kind() string { return "cluster-message-delivered" }

// Kind implements Body.
func (ClusterMessageDropped) Kind() string { return "cluster-message-dropped" }

// Kind implements Body.
func (ClusterMessagesMissed) Kind() string { return "cluster-messages-missed" }
