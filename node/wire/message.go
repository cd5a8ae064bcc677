package wire

import (
	"fmt"
	"net/netip"
	"time"
)

// MessageSize is the length of a Hello, Coup or Resign: 20 bytes, the whole UDP payload.
const MessageSize = 20

// version is what the first byte says for HSRP version 1.
const version = 0

// Message is a Hello, Coup or Resign (RFC 2281 §5.1). All three have the same layout; the times mean something in a
// Hello only.
//
// The wire counts whole seconds. A time that is no whole number of seconds is advertised rounded up, so that a timer
// that runs is never advertised as 0; a peer which believes the advertisement then waits longer than we meant, never
// shorter. A zero time is sent as 0, which means "not stated"; only a received message should hold one.
type Message struct {
	Opcode    Opcode // OpHello, OpCoup or OpResign
	State     State
	Hello     time.Duration // between two hellos of the sender; at most 255 s
	Hold      time.Duration // how long this hello is to be believed; at most 255 s
	Priority  uint8         // higher wins; equal: the higher address of the sender's interface wins
	Group     uint8
	Auth      Auth
	VirtualIP netip.Addr // IPv4
}

// AppendBinary implements encoding.BinaryAppender. It fails when a field does not fit the wire: ErrOpcode, ErrState,
// ErrTimer or ErrAddress.
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

// ParseMessage reads a UDP payload. Bytes after the twentieth and the reserved byte are ignored, as the RFC leaves room
// for both. Errors: ErrShort, ErrVersion, ErrOpcode (an Advertise too: see ParseAdvertise), ErrState.
func ParseMessage(b []byte) (Message, error) {
	// The first two bytes decide what the rest should be; an Advertise has only 16.
	if len(b) >= 1 && b[0] != version {
		return Message{}, fmt.Errorf("hsrp: %w: %d, want 0", ErrVersion, b[0])
	}
	if len(b) >= 2 && Opcode(b[1]) > OpResign {
		return Message{}, fmt.Errorf("hsrp: %w: %d, want 0 to 2", ErrOpcode, b[1])
	}
	if len(b) < MessageSize {
		return Message{}, fmt.Errorf("hsrp: %w: %d bytes, want %d", ErrShort, len(b), MessageSize)
	}
	state := State(b[2])
	if !state.Valid() {
		return Message{}, fmt.Errorf("hsrp: %w: %d, want 0, 1, 2, 4, 8 or 16", ErrState, b[2])
	}
	return Message{
		Opcode:    Opcode(b[1]),
		State:     state,
		Hello:     time.Duration(b[3]) * time.Second,
		Hold:      time.Duration(b[4]) * time.Second,
		Priority:  b[5],
		Group:     b[6],
		Auth:      Auth(b[8:16]),
		VirtualIP: netip.AddrFrom4([4]byte(b[16:20])),
	}, nil
}

// String is one line for logs and test failures: "Hello Active prio 100 group 7 vip 192.0.2.100".
func (m Message) String() string {
	return fmt.Sprintf("%s %s prio %d group %d vip %s", m.Opcode, m.State, m.Priority, m.Group, m.VirtualIP)
}

// seconds rounds a time up to what the wire can say.
func seconds(d time.Duration, name string) (byte, error) {
	const most = 255 * time.Second
	if d < 0 || d > most {
		return 0, fmt.Errorf("hsrp: %s: %w: %s, want 0s to %s", name, ErrTimer, d, most)
	}
	return byte((d + time.Second - 1) / time.Second), nil
}
