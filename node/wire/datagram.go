package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// DatagramMax is the longest payload of UDP in one frame of 1500 bytes.
const DatagramMax = 1500 - IPv4Size - UDPSize

// Datagram says from where to where a UDP datagram travels within the segment.
type Datagram struct {
	Source, Destination MAC
	From, To            netip.AddrPort // IPv4
}

// AppendHeaders appends the headers of a frame that carries the datagram. The
// caller appends the payload, and then calls SealDatagram. It fails with
// ErrAddress when an address is not IPv4.
//
//	Ethernet  destination <- source
//	IPv4      from -> to, TTL 1, class selector 6 (network control, as routers mark it)
//	UDP       from -> to
func (d Datagram) AppendHeaders(dst []byte) ([]byte, error) {
	for _, a := range [...]netip.Addr{d.From.Addr(), d.To.Addr()} {
		if !a.Is4() {
			return dst, fmt.Errorf("datagram: %w: %s", ErrAddress, a)
		}
	}
	dst = append(dst, d.Destination[:]...)
	dst = append(dst, d.Source[:]...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(EtherTypeIPv4))

	from, to := d.From.Addr().As4(), d.To.Addr().As4()
	dst = append(dst, 0x45, 0xc0, 0, 0, 0, 0, 0, 0, 1, byte(ProtocolUDP), 0, 0)
	dst = append(dst, from[:]...)
	dst = append(dst, to[:]...)

	dst = binary.BigEndian.AppendUint16(dst, d.From.Port())
	dst = binary.BigEndian.AppendUint16(dst, d.To.Port())
	return append(dst, 0, 0, 0, 0), nil
}

// SealDatagram writes the lengths and the checksums of a frame that
// AppendHeaders began, and that ends with the payload.
func SealDatagram(frame []byte) {
	header, datagram := frame[EthernetSize:][:IPv4Size], frame[EthernetSize+IPv4Size:]
	binary.BigEndian.PutUint16(header[2:], uint16(IPv4Size+len(datagram)))
	binary.BigEndian.PutUint16(datagram[4:], uint16(len(datagram)))
	binary.BigEndian.PutUint16(header[10:], checksum(0).add(header).sum())
	sum := udpChecksum(header[12:20], datagram)
	if sum == 0 {
		sum = 0xffff // 0 on the wire would mean "no checksum" (RFC 768)
	}
	binary.BigEndian.PutUint16(datagram[6:], sum)
}

// ParseDatagram returns the payload of a frame that carries a whole UDP
// datagram over IPv4. It checks what a network stack checks: lengths, no
// fragment, both checksums. Errors: ErrNotUDP, ErrShort, ErrChecksum.
func ParseDatagram(frame []byte) ([]byte, error) {
	ip, udp := UDPOf(frame)
	if udp == nil {
		return nil, fmt.Errorf("datagram: %w: %d bytes", ErrNotUDP, len(frame))
	}
	datagram, whole := ip.Payload(frame)
	if !whole || len(datagram) < UDPSize {
		return nil, fmt.Errorf("datagram: %w: IP length %d, have %d bytes", ErrShort, ip.Length(), len(frame)-EthernetSize)
	}
	if ip.IsFragment() {
		return nil, fmt.Errorf("datagram: %w: a fragment, want a whole packet", ErrNotUDP)
	}
	if checksum(0).add(frame[EthernetSize:][:ip.Size()]).sum() != 0 {
		return nil, fmt.Errorf("datagram: IP: %w", ErrChecksum)
	}
	length := udp.Length()
	if length > len(datagram) || length < UDPSize {
		return nil, fmt.Errorf("datagram: %w: UDP length %d, have %d bytes", ErrShort, length, len(datagram))
	}
	datagram = datagram[:length]
	if udp.Checksum() != 0 && udpChecksum(ip.Addresses()[:], datagram) != 0 {
		return nil, fmt.Errorf("datagram: UDP: %w", ErrChecksum)
	}
	return datagram[UDPSize:], nil
}
