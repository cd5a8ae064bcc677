package wire

import (
	"fmt"
	"net/netip"
	"time"
)

// MessageSize is the length of a Hello, Coup or Resign: 20 bytes, the whole UDP
// payload.
const MessageSize = 20

// version is the first byte of a message of HSRP version 1.
const version = 0

// Message is a Hello, Coup or Resign (RFC 2281 §5.1). All three have the same
// layout; the times are meaningful only in a Hello.
//
// The wire counts whole seconds. Other times are rounded up, so that a running
// timer is never advertised as 0, and a peer that uses the advertised time
// waits longer than intended, never shorter. A zero time is sent as 0, which
// means "not stated"; only a received message should have one.
type Message struct {
	Opcode    Opcode // OpHello, OpCoup or OpResign
	State     State
	Hello     time.Duration // interval of the sender's hellos; at most 255 s
	Hold      time.Duration // how long this hello is valid; at most 255 s
	Priority  uint8         // higher wins; if equal, the higher address of the sender's interface wins
	Group     uint8
	Auth      Auth
	VirtualIP netip.Addr // IPv4
}

// AppendBinary implements encoding.BinaryAppender. It fails when a field does
// not fit the wire: ErrOpcode, ErrState, ErrTimer or ErrAddress.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+---------------+---------------+---------------+---------------+
//	|   Version 0   |    Op code    |     State     |   Hellotime   |
//	+---------------+---------------+---------------+---------------+
//	|   Holdtime    |   Priority    |     Group     |  Reserved 0   |
//	+---------------+---------------+---------------+---------------+
//	|                Authentication data, 8 bytes                   |
//	+---------------+---------------+---------------+---------------+
//	|                      Virtual IP address                       |
//	+---------------+---------------+---------------+---------------+
func (m Message) AppendBinary(dst []byte) ([]byte, error) {
	if m.Opcode > OpResign {
		return dst, fmt.Errorf("hsrp: %w: %d, want 0 to 2", ErrOpcode, uint8(m.Opcode))
	}
	if !m.State.Valid() {
		return dst, fmt.Errorf("hsrp: %w: %d, want 0, 1, 2, 4, 8 or 16", ErrState, uint8(m.State))
	}
	hello, err := seconds(m.Hello, "hellotime")
	if err != nil {
		return dst, err
	}
	hold, err := seconds(m.Hold, "holdtime")
	if err != nil {
		return dst, err
	}
	if !m.VirtualIP.Is4() {
		return dst, fmt.Errorf("hsrp: virtual IP: %w: %s", ErrAddress, m.VirtualIP)
	}
	vip := m.VirtualIP.As4()
	dst = append(dst, version, byte(m.Opcode), byte(m.State), hello, hold, m.Priority, m.Group, 0)
	dst = append(dst, m.Auth[:]...)
	return append(dst, vip[:]...), nil
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (m Message) MarshalBinary() ([]byte, error) {
	return m.AppendBinary(make([]byte, 0, MessageSize))
}

// HSRPHeader views a message of HSRP version 1; for the layout see
// Message.AppendBinary.
type HSRPHeader [MessageSize]byte

// Version returns the version of the protocol on the wire: 0 for version 1.
func (h *HSRPHeader) Version() uint8 { return h[0] }

// Opcode returns the kind of message.
func (h *HSRPHeader) Opcode() Opcode { return Opcode(h[1]) }

// State returns the sender's state, which need not be a valid one.
func (h *HSRPHeader) State() State { return State(h[2]) }

// Hello returns the time between two hellos of the sender.
func (h *HSRPHeader) Hello() time.Duration { return time.Duration(h[3]) * time.Second }

// Hold returns how long a hello is valid.
func (h *HSRPHeader) Hold() time.Duration { return time.Duration(h[4]) * time.Second }

// Priority returns the sender's priority.
func (h *HSRPHeader) Priority() uint8 { return h[5] }

// Group returns the number of the group.
func (h *HSRPHeader) Group() uint8 { return h[6] }

// Auth returns the authentication data.
func (h *HSRPHeader) Auth() Auth { return Auth(h[8:16]) }

// VirtualIP returns the address of the group.
func (h *HSRPHeader) VirtualIP() [4]byte { return [4]byte(h[16:20]) }

// ParseMessage reads a UDP payload. The reserved byte and bytes after the
// twentieth are ignored. Errors: ErrShort, ErrVersion, ErrOpcode (an Advertise
// too: see ParseAdvertise), ErrState.
func ParseMessage(b []byte) (Message, error) {
	// The first two bytes determine the length: an Advertise has only 16 bytes.
	if len(b) >= 1 && b[0] != version {
		return Message{}, fmt.Errorf("hsrp: %w: %d, want 0", ErrVersion, b[0])
	}
	if len(b) >= 2 && Opcode(b[1]) > OpResign {
		return Message{}, fmt.Errorf("hsrp: %w: %d, want 0 to 2", ErrOpcode, b[1])
	}
	if len(b) < MessageSize {
		return Message{}, fmt.Errorf("hsrp: %w: %d bytes, want %d", ErrShort, len(b), MessageSize)
	}
	h := (*HSRPHeader)(b)
	if !h.State().Valid() {
		return Message{}, fmt.Errorf("hsrp: %w: %d, want 0, 1, 2, 4, 8 or 16", ErrState, uint8(h.State()))
	}
	return Message{
		Opcode: h.Opcode(), State: h.State(), Hello: h.Hello(), Hold: h.Hold(), Priority: h.Priority(),
		Group: h.Group(), Auth: h.Auth(), VirtualIP: netip.AddrFrom4(h.VirtualIP()),
	}, nil
}

// String is one line for logs and test failures: "Hello Active prio 100 group 7
// vip 192.0.2.100".
func (m Message) String() string {
	return fmt.Sprintf("%s %s prio %d group %d vip %s", m.Opcode, m.State, m.Priority, m.Group, m.VirtualIP)
}

// seconds rounds a time up to whole seconds, as on the wire.
func seconds(d time.Duration, name string) (byte, error) {
	const most = 255 * time.Second
	if d < 0 || d > most {
		return 0, fmt.Errorf("hsrp: %s: %w: %s, want 0s to %s", name, ErrTimer, d, most)
	}
	return byte((d + time.Second - 1) / time.Second), nil
}
