package balance

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
)

// Reader reads the messages of a group. It reuses its memory: a message is
// valid until the next one is read.
type Reader struct {
	version uint8
	auth    *authenticator

	report  Report
	request Request
	flows   Flows
	ack     Ack
}

// NewReader returns a reader of one version of the protocol, 1 to Versions: it
// skips what later versions added, and refuses messages that need them.
func NewReader(version uint8, token [8]byte) *Reader {
	return &Reader{version: version, auth: newAuthenticator(token)}
}

// Parse reads the payload of a datagram as Append writes it, with the latest
// version. The message is the caller's. Errors: those of Reader.Parse.
func Parse(payload []byte, token [8]byte) (Message, error) {
	return NewReader(Versions, token).Parse(payload)
}

// ParseUnverified reads a message without its token, and also returns its
// authentication code. It is for captures, which do not say the token; a member
// must not use it. Errors: those of Reader.Parse, except ErrAuth.
func ParseUnverified(payload []byte) (m Message, code [AuthSize]byte, err error) {
	r := Reader{version: Versions}
	m, err = r.Parse(payload)
	if err == nil {
		code = [AuthSize]byte(payload[len(payload)-AuthSize:])
	}
	return m, code, err
}

// Parse reads the payload of a datagram. It looks at length, magic and the
// version that the message needs, then at the authentication code, then at the
// rest. Errors, in that order: ErrShort, ErrMagic, ErrVersion, ErrAuth,
// ErrKind, ErrMalformed.
func (r *Reader) Parse(payload []byte) (Message, error) {
	if len(payload) < headerSize+AuthSize {
		return nil, fmt.Errorf("balance: %w: %d bytes, want %d or more", ErrShort, len(payload), headerSize+AuthSize)
	}
	if got := payload[:len(magic)]; string(got) != magic {
		return nil, fmt.Errorf("balance: %w: %q, want %q", ErrMagic, got, magic)
	}
	signed, code := payload[:len(payload)-AuthSize], payload[len(payload)-AuthSize:]
	h := readHeader(signed)
	if h.Needs > r.version {
		return nil, fmt.Errorf("balance: %w: %d, want at most %d", ErrVersion, h.Needs, r.version)
	}
	if r.auth != nil && !r.auth.matches(signed, code) {
		return nil, fmt.Errorf("balance: %w: from %s", ErrAuth, h.Sender)
	}
	m := r.empty(h)
	if m == nil {
		return nil, fmt.Errorf("balance: %w: %d, want %d to %d", ErrKind, uint8(h.Kind), uint8(KindReport), uint8(KindAck))
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	if err := r.readFields(h.Kind, signed[headerSize:]); err != nil {
		return nil, fmt.Errorf("balance: %s from %s: %w", h.Kind, h.Sender, err)
	}
	return m, nil
}

// readHeader reads a header; for the layout see Append.
func readHeader(b []byte) Header {
	return Header{
		Version: b[4], Needs: b[5], Kind: Kind(b[6]), Group: b[7], Sender: netip.AddrFrom4([4]byte(b[8:12])),
		Boot: binary.BigEndian.Uint32(b[12:]), Sequence: binary.BigEndian.Uint32(b[16:]), Epoch: binary.BigEndian.Uint32(b[20:]),
	}
}

// empty returns a message that has nothing but the header; nil if its kind is
// unknown.
func (r *Reader) empty(h Header) Message {
	switch h.Kind {
	case KindReport:
		r.report = Report{Header: h, Services: r.report.Services[:0]}
		return &r.report
	case KindRequest:
		r.request = Request{Header: h}
		return &r.request
	case KindFlows:
		r.flows = Flows{Header: h, Flows: r.flows.Flows[:0]}
		return &r.flows
	case KindAck:
		r.ack = Ack{Header: h}
		return &r.ack
	}
	return nil
}

// readFields reads the fields of the message of that kind.
func (r *Reader) readFields(kind Kind, b []byte) error {
	var seen fieldSet
	for len(b) > 0 {
		if len(b) < fieldSize {
			return fmt.Errorf("%w: %d bytes after the last field, want none", ErrMalformed, len(b))
		}
		of, length := fieldType(binary.BigEndian.Uint16(b)), int(binary.BigEndian.Uint16(b[2:]))
		b = b[fieldSize:]
		if length > len(b) {
			return fmt.Errorf("%w: field %d has %d bytes, %d are left", ErrMalformed, of, length, len(b))
		}
		value := b[:length]
		b = b[length:]
		size, known := of.size(kind, r.version)
		if !known {
			continue
		}
		if length < size {
			return fmt.Errorf("%w: field %d has %d bytes, want %d or more", ErrMalformed, of, length, size)
		}
		if seen.has(of) && of != fieldService {
			return fmt.Errorf("%w: a second field %d", ErrMalformed, of)
		}
		seen.add(of)
		if err := r.readField(kind, of, value); err != nil {
			return err
		}
	}
	return r.complete(kind, seen)
}

// readField reads the value of a field.
func (r *Reader) readField(kind Kind, of fieldType, value []byte) error {
	switch of {
	case fieldStatus:
		r.report.Owner, r.report.Quiesce = value[0]&1 != 0, value[0]&2 != 0
		r.report.Busy = value[1]
	case fieldBusyExact:
		r.report.BusyExact = binary.BigEndian.Uint16(value)
	case fieldService:
		r.report.Services = append(r.report.Services, ServiceReport{
			Address: readAddress(value), Weight: binary.BigEndian.Uint16(value[6:]),
			Listening: value[8]&1 != 0, Quiesce: value[8]&2 != 0,
			Active: binary.BigEndian.Uint32(value[10:]), Inactive: binary.BigEndian.Uint32(value[14:]),
		})
	case fieldTo:
		to := netip.AddrFrom4([4]byte(value))
		switch kind {
		case KindRequest:
			r.request.To = to
		case KindFlows:
			r.flows.To = to
		case KindAck:
			r.ack.To = to
		}
	case fieldChunk:
		r.flows.Chunk, r.flows.Chunks = binary.BigEndian.Uint16(value), binary.BigEndian.Uint16(value[2:])
		return r.flows.checkChunk()
	case fieldFlows:
		return r.readFlows(value)
	case fieldReceived:
		r.ack.Chunk = binary.BigEndian.Uint16(value)
	}
	return nil
}

// readFlows reads the connections of a Flows message.
func (r *Reader) readFlows(b []byte) error {
	if len(b)%flowSize != 0 {
		return fmt.Errorf("%w: connections have %d bytes, want a multiple of %d", ErrMalformed, len(b), flowSize)
	}
	r.flows.Flows = slices.Grow(r.flows.Flows, len(b)/flowSize)
	for ; len(b) > 0; b = b[flowSize:] {
		r.flows.Flows = append(r.flows.Flows, Flow{Client: readAddress(b), Service: readAddress(b[6:]), State: b[12]})
	}
	return nil
}

// readAddress reads an IPv4 address and a port.
func readAddress(b []byte) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b)), binary.BigEndian.Uint16(b[4:]))
}

// complete reports fields that are missing, and supplies what an older version
// does not send.
func (r *Reader) complete(kind Kind, seen fieldSet) error {
	for _, of := range required[kind] {
		if !seen.has(of) {
			return fmt.Errorf("%w: no field %d", ErrMalformed, of)
		}
	}
	if kind != KindReport {
		return nil
	}
	if !seen.has(fieldBusyExact) {
		r.report.BusyExact = 100 * uint16(r.report.Busy)
	}
	return r.report.checkBusy()
}
