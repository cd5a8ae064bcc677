package balance

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/wire"
)

// magic begins every message.
const magic = "CPSB"

// How much fits one message, which never exceeds one frame of 1500 bytes.
const (
	bodyMax = wire.DatagramMax - headerSize - AuthSize
	// FlowsMax is the number of connections in one Flows message.
	FlowsMax = (bodyMax - (fieldSize + toSize) - (fieldSize + chunkSize) - fieldSize) / flowSize
	// ServicesMax is the number of services in one Report.
	ServicesMax = (bodyMax - (fieldSize + statusSize) - (fieldSize + busyExactSize)) / (fieldSize + serviceSize)
)

// Append appends a message as the payload of a UDP datagram. The version in its
// header decides which fields are written. When a value does not fit, it fails
// with ErrKind, ErrMalformed, ErrAddress or ErrTooLong, and returns dst as it
// was.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+---------------+---------------+---------------+---------------+
//	|      'C'      |      'P'      |      'S'      |      'B'      |
//	+---------------+---------------+---------------+---------------+
//	|    Version    |     Needs     |     Kind      |     Group     |
//	+---------------+---------------+---------------+---------------+
//	|                 IPv4 address of the sender                    |
//	+---------------+---------------+---------------+---------------+
//	|                     Boots of the sender                       |
//	+---------------+---------------+---------------+---------------+
//	|                          Sequence                             |
//	+---------------+---------------+---------------+---------------+
//	|                           Epoch                               |
//	+---------------+---------------+---------------+---------------+
//	|  Fields (field.go), in any order, up to the last 16 bytes     |
//	+---------------+---------------+---------------+---------------+
//	|  HMAC-SHA-256 of everything before it under the token of the  |
//	|  group, truncated to 16 bytes (RFC 4868 §2.6)                 |
//	+---------------+---------------+---------------+---------------+
func Append(dst []byte, m Message, token [8]byte) ([]byte, error) {
	start := len(dst)
	if err := check(m); err != nil {
		return dst, err
	}
	dst = m.Head().append(dst)
	switch m := m.(type) {
	case *Report:
		dst = m.append(dst)
	case *Request:
		dst = appendTo(dst, m.To)
	case *Flows:
		dst = m.append(dst)
	case *Ack:
		dst = appendTo(dst, m.To)
		dst = appendField(dst, fieldReceived, receivedSize)
		dst = binary.BigEndian.AppendUint16(dst, m.Chunk)
	}
	code := newAuthenticator(token)
	return append(dst, code.of(dst[start:])...), nil
}

func (h *Header) append(dst []byte) []byte {
	sender := h.Sender.As4()
	dst = append(dst, magic...)
	dst = append(dst, h.Version, h.Needs, byte(h.Kind), h.Group)
	dst = append(dst, sender[:]...)
	dst = binary.BigEndian.AppendUint32(dst, h.Boot)
	dst = binary.BigEndian.AppendUint32(dst, h.Sequence)
	return binary.BigEndian.AppendUint32(dst, h.Epoch)
}

func (m *Report) append(dst []byte) []byte {
	dst = appendField(dst, fieldStatus, statusSize)
	dst = append(dst, flags(m.Owner, m.Quiesce), m.Busy)
	if m.Version >= 2 {
		dst = appendField(dst, fieldBusyExact, busyExactSize)
		dst = binary.BigEndian.AppendUint16(dst, m.BusyExact)
	}
	for _, s := range m.Services {
		dst = appendField(dst, fieldService, serviceSize)
		dst = appendAddress(dst, s.Address)
		dst = binary.BigEndian.AppendUint16(dst, s.Weight)
		dst = append(dst, flags(s.Listening, s.Quiesce), 0)
		dst = binary.BigEndian.AppendUint32(dst, s.Active)
		dst = binary.BigEndian.AppendUint32(dst, s.Inactive)
	}
	return dst
}

func (m *Flows) append(dst []byte) []byte {
	dst = appendTo(dst, m.To)
	dst = appendField(dst, fieldChunk, chunkSize)
	dst = binary.BigEndian.AppendUint16(dst, m.Chunk)
	dst = binary.BigEndian.AppendUint16(dst, m.Chunks)
	dst = appendField(dst, fieldFlows, flowSize*len(m.Flows))
	for _, f := range m.Flows {
		dst = appendAddress(dst, f.Client)
		dst = appendAddress(dst, f.Service)
		dst = append(dst, f.State)
	}
	return dst
}

// appendTo appends the member that a message is for.
func appendTo(dst []byte, to netip.Addr) []byte {
	ip := to.As4()
	return append(appendField(dst, fieldTo, toSize), ip[:]...)
}

// appendAddress appends an IPv4 address and a port.
func appendAddress(dst []byte, a netip.AddrPort) []byte {
	ip := a.Addr().As4()
	return binary.BigEndian.AppendUint16(append(dst, ip[:]...), a.Port())
}

// flags packs two flags.
func flags(one, two bool) (b byte) {
	if one {
		b |= 1
	}
	if two {
		b |= 2
	}
	return b
}

// check reports what keeps a message from being sent.
func check(m Message) error {
	h, addresses := m.Head(), [2]netip.Addr{m.Head().Sender, netip.IPv4Unspecified()}
	var kind Kind
	var err error
	switch m := m.(type) {
	case *Report:
		kind, err = KindReport, m.check()
	case *Request:
		kind, addresses[1] = KindRequest, m.To
	case *Flows:
		kind, addresses[1], err = KindFlows, m.To, m.check()
	case *Ack:
		kind, addresses[1] = KindAck, m.To
	}
	switch {
	case kind == 0 || h.Kind != kind:
		return fmt.Errorf("balance: %w: %T of kind %s", ErrKind, m, h.Kind)
	case h.Version > Versions:
		return fmt.Errorf("balance: %s: %w: version %d, want 1 to %d", kind, ErrMalformed, h.Version, Versions)
	case err != nil:
		return fmt.Errorf("balance: %s: %w", kind, err)
	}
	for _, a := range addresses {
		if !a.Is4() {
			return fmt.Errorf("balance: %s: %w: %s", kind, ErrAddress, a)
		}
	}
	return h.check()
}

// check reports a header that no version writes.
func (h *Header) check() error {
	switch {
	case h.Needs < 1 || h.Version < h.Needs:
		return fmt.Errorf("balance: %s: %w: version %d needs %d, want 1 or more, and no later version", h.Kind, ErrMalformed, h.Version, h.Needs)
	case h.Sequence == 0:
		return fmt.Errorf("balance: %s: %w: sequence 0, want 1 or more", h.Kind, ErrMalformed)
	}
	return nil
}

func (m *Report) check() error {
	if len(m.Services) > ServicesMax {
		return fmt.Errorf("%w: %d services, want at most %d", ErrTooLong, len(m.Services), ServicesMax)
	}
	for _, s := range m.Services {
		if !s.Address.Addr().Is4() {
			return fmt.Errorf("service: %w: %s", ErrAddress, s.Address)
		}
	}
	return m.checkBusy()
}

// checkBusy reports a CPU that is more than busy.
func (m *Report) checkBusy() error {
	if m.Busy > 100 || m.BusyExact > 100*100 {
		return fmt.Errorf("%w: busy %d %% and %d hundredths, want at most 100 %%", ErrMalformed, m.Busy, m.BusyExact)
	}
	return nil
}

func (m *Flows) check() error {
	if len(m.Flows) > FlowsMax {
		return fmt.Errorf("%w: %d connections, want at most %d", ErrTooLong, len(m.Flows), FlowsMax)
	}
	for _, f := range m.Flows {
		if !f.Client.Addr().Is4() || !f.Service.Addr().Is4() {
			return fmt.Errorf("connection: %w: %s > %s", ErrAddress, f.Client, f.Service)
		}
	}
	return m.checkChunk()
}

// checkChunk reports a chunk beyond the last.
func (m *Flows) checkChunk() error {
	if m.Chunk >= m.Chunks {
		return fmt.Errorf("%w: chunk %d of %d, want less", ErrMalformed, m.Chunk, m.Chunks)
	}
	return nil
}
