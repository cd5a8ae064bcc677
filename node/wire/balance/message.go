package balance

import (
	"net/netip"
	"strconv"
)

// Port and Group are where the messages are sent: UDP, multicast within the
// segment, TTL 1.
const Port = 8849

// Group is the IPv4 group of the messages.
var Group = netip.AddrFrom4([4]byte{224, 0, 0, 82})

// Versions is how many versions of the protocol there are; the number of the
// latest. Version 2 adds Report.BusyExact.
const Versions = 2

// Kind says what a message is.
type Kind uint8

// The kinds.
const (
	KindReport  Kind = 1 // what the sender can serve
	KindRequest Kind = 2 // asks all members, or one, for their connections
	KindFlows   Kind = 3 // connections that live at the sender
	KindAck     Kind = 4 // one KindFlows message has arrived
)

// String names the kind.
func (k Kind) String() string {
	switch k {
	case KindReport:
		return "Report"
	case KindRequest:
		return "Request"
	case KindFlows:
		return "Flows"
	case KindAck:
		return "Ack"
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

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
	Owner   bool  // the sender owns the virtual IPs
	Quiesce bool  // the sender is about to leave
	Busy    uint8 // per cent of the CPU in the last interval, 0..100
	// BusyExact is the same in hundredths of a per cent, 0..10,000. Version 1 has
	// no field for it: then the reader gets Busy in hundredths.
	BusyExact uint16
	Services  []ServiceReport // at most ServicesMax
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

// Flows is one chunk, of at most FlowsMax, of the connections that live at the
// sender.
type Flows struct {
	Header
	To netip.Addr // the member that asked
	// Chunk is the number of this one of Chunks, from 0 on. A member without
	// connections sends one chunk, which is empty.
	Chunk, Chunks uint16
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
