package event

import "time"

// StandbyChanged: a member of a standby group changed its state.
type StandbyChanged struct {
	Interface string
	Group     uint8
	// From and To are states, by the names of the protocol.
	From, To string `words:"Initial,Learn,Listen,Speak,Standby,Active"`
	Owner    bool   // in state To the member answers for the virtual addresses
	Cause    string // such as "active timer expired"
	// ActiveLost says that the member changes because the Active is gone: it was
	// silent for too long, resigned, was replaced, or was told to yield.
	ActiveLost bool
}

// StandbySent: a member sent a Coup or a Resign. Hellos are in the capture.
type StandbySent struct {
	Interface string
	Group     uint8
	Opcode    string `words:"Coup,Resign"`
}

// StandbyLost: a Coup or a Resign that a member sent was lost on its way. Node
// is the sender.
type StandbyLost struct {
	Interface string
	Group     uint8
	Opcode    string `words:"Coup,Resign"`
	To        string // the member's node that it did not reach; empty: none
	Reason    string // such as "cable a.lan is out"
}

// StandbyRejected: a member ignored messages of a peer. Logged once for each
// peer and reason; counters count the rest.
type StandbyRejected struct {
	Interface string
	Group     uint8
	Peer      string // its interface address
	Reason    string `words:"unknown opcode,other group,our own address,wrong authentication,other virtual IP"`
}

// VIPGained: a member took a virtual address onto its interface.
type VIPGained struct {
	Interface string
	VIP       string
}

// VIPLost: a member gave up a virtual address.
type VIPLost struct {
	Interface string
	VIP       string
}

// VIPAnnounced: a member sent gratuitous ARP for a virtual address.
type VIPAnnounced struct {
	Interface string
	VIP       string
	MAC       string
	Repeat    int // 0 for the announcement that goes with the takeover
}

// VIPClaimed: a frame on the wire claimed the virtual address for a different
// member than the last claim. Node is the claimant.
type VIPClaimed struct {
	Segment string
	VIP     string
	Frame   string `words:"hello,coup,gratuitous-arp,vrrp-advert"` // the last of real programs only
}

// VIPServed: a frame from the virtual address came from a different member than
// the last one. Node is the new server.
type VIPServed struct {
	Segment    string
	VIP        string
	Previous   string        // empty: none served before
	PreviousAt time.Duration // instant of the last frame that Previous served
}

// Kind implements Body.
func (StandbyChanged) Kind() string { return "standby-changed" }

// Kind implements Body.
func (StandbySent) Kind() string { return "standby-sent" }

// Kind implements Body.
func (StandbyLost) Kind() string { return "standby-lost" }

// Kind implements Body.
func (StandbyRejected) Kind() string { return "standby-rejected" }

// Kind implements Body.
func (VIPGained) Kind() string { return "vip-gained" }

// Kind implements Body.
func (VIPLost) Kind() string { return "vip-lost" }

// Kind implements Body.
func (VIPAnnounced) Kind() string { return "vip-announced" }

// Kind implements Body.
func (VIPClaimed) Kind() string { return "vip-claimed" }

// Kind implements Body.
func (VIPServed) Kind() string { return "vip-served" }
