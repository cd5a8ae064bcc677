package ipvs

import (
	"errors"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Port and Group are where the messages are sent: UDP, multicast within the
// segment, TTL 1. Linux sends from any port, we from this one.
const Port = 8848

// Group is the IPv4 group of the messages.
var Group = netip.AddrFrom4([4]byte{224, 0, 0, 81})

// Errors about bytes or values. Every error of this package wraps one of these
// and adds what was found and what was wanted; match with errors.Is.
var (
	ErrShort     = wire.ErrShort
	ErrAddress   = wire.ErrAddress
	ErrVersion   = wire.ErrVersion
	ErrMalformed = errors.New("malformed")
	ErrTooLong   = errors.New("does not fit one frame")
	ErrTimeout   = errors.New("timeout does not fit")
)

// Sync is one message: a list of connections.
type Sync struct {
	Version uint8 // 0 or 1
	// ID tells groups of balancers apart on one segment. A receiver may accept
	// any.
	ID          uint8
	Connections []Conn // at most ConnectionsMax in a message that we send
	// Skipped counts the connections of a received message that we cannot
	// represent: of IPv6, or with an option that must be understood and is not.
	Skipped int
}

// Conn is a connection that the sender forwards.
type Conn struct {
	Protocol    wire.Protocol
	Flags       Flags
	State       uint16 // see package selfbalance; the number need not be a state
	Client      netip.AddrPort
	Virtual     netip.AddrPort
	Destination netip.AddrPort // the member that the connection is forwarded to
	Mark        uint32         // of the firewall, by which a service may be chosen
	// Timeout is how long the connection is remembered without segments, in whole
	// seconds; 0, and always 0 in version 0: as long as its state says.
	Timeout time.Duration
}

// Flags are properties of a connection. A backup ignores those that are not
// named here.
type Flags uint32

// The flags. The lowest three bits are the method of forwarding.
const (
	ForwardingMask Flags = 0x0007
	DirectRouting  Flags = 0x0003 // the frame gets the MAC of the destination
	NoOutput       Flags = 0x0080 // the balancer does not see the answers
	Inactive       Flags = 0x0100 // counts as inactive
	SequenceMask   Flags = 0x0600 // numbers of segments are changed; by how much is not read
	NoClientPort   Flags = 0x0800 // the client's port is not known yet
	Template       Flags = 0x1000 // persistence of a client, not a connection
)

// Sizes of the parts of a message.
const (
	header0Size   = 4
	header1Size   = 8
	conn0Size     = 24
	conn1Size     = 36
	sequencesSize = 24 // two times three numbers, if a flag of SequenceMask is set

	// ConnectionsMax is the number of connections in one message of version 1
	// that does not exceed one frame of 1500 bytes.
	ConnectionsMax = (wire.DatagramMax - header1Size) / conn1Size
)

// The version of messages that have one: 0 stands for its absence.
const version1 = 1
