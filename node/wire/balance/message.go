package balance

import "net/netip"

// Port and Group are where the messages are sent: UDP, multicast within the
// segment, TTL 1.
const Port = 8849

// Group is the IPv4 group of the messages.
var Group = netip.AddrFrom4([4]byte{224, 0, 0, 82})

// Kind says what a message is.
type Kind uint8

// The kinds.
const (
	KindReport  Kind = 1 // what the sender can serve
	KindRequest Kind = 2 // asks all members, or one, for their connections
	KindFlows   Kind = 3 // connections that live at the sender
	KindAck     Kind = 4 // one KindFlows message has arrived
)

// Header begins each message.
type Header struct {
	// Version is that of the sender's protocol, Needs the lowest version that can
	// read the message.
	Version, Needs uint8
	Kind           Kind
	Group          uint8      // number of the standby group
	Sender         netip.Addr // IPv4 address of its interface, which names the member
	// Boot counts the boots of the sender's machine, Sequence its messages since
	// then, from 1 on. Together they only grow, so an old message is recognized.
	Boot, Sequence uint32
	// Epoch numbers the requests of one sender. Flows and Ack repeat that of the
	// request that they belong to.
	Epoch uint32
}

// Message is one of *Report, *Request, *Flows and *Ack.
type Message interface {
	Head() *Header
}

// Head implements Message.
func (h *Header) Head() *Header { return h }

// Report says what the sender can serve. It is sent every second and when
// something changes.
type Report struct {
	Header
	Owner    bool  // the sender owns the virtual IPs
	Quiesce  bool  // the sender is about to leave
	Busy     uint8 // per cent of the CPU in the last interval, 0..100
	Services []ServiceReport
}

// ServiceReport is one service of a Report.
type ServiceReport struct {
	Address   netip.AddrPort // virtual IP and port
	Weight    uint16         // 0: no new connections
	Listening bool
	Quiesce   bool
	// Active and Inactive count the connections that live at the sender.
	Active, Inactive uint32
}

// Request asks for connections.
type Request struct {
	Header
	To netip.Addr // the member that is asked; the unspecified address: all
}

// Flows is one chunk of the connections that live at the sender.
type Flows struct {
	Header
	To            netip.Addr // the member that asked
	Chunk, Chunks uint16     // the first chunk is 0; without connections there is one, which is empty
	Flows         []Flow
}

// Flow is a connection that lives at the sender of a Flows message.
type Flow struct {
	Client  netip.AddrPort
	Service netip.AddrPort
	State   uint8 // as in IPVS's table, see package selfbalance
}

// Ack says that a chunk has arrived.
type Ack struct {
	Header
	To    netip.Addr // the member that sent the chunk
	Chunk uint16
}
