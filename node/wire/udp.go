package wire

import "encoding/binary"

// UDPSize is the length of a UDP header.
const UDPSize = 8

// UDPHeader views a UDP header in a frame (RFC 768).
//
//	0-1 source port | 2-3 destination port | 4-5 length | 6-7 checksum
type UDPHeader [UDPSize]byte

// UDPOf views the headers of a frame that carries UDP over IPv4; nil for other
// frames and for later fragments.
func UDPOf(frame []byte) (*IPv4Header, *UDPHeader) {
	ip := IPv4Of(frame)
	if ip == nil || ip.Protocol() != ProtocolUDP || ip.IsLaterFragment() {
		return nil, nil
	}
	datagram := frame[EthernetSize+ip.Size():]
	if len(datagram) < UDPSize {
		return nil, nil
	}
	return ip, (*UDPHeader)(datagram)
}

// SourcePort returns the sender's port.
func (h *UDPHeader) SourcePort() uint16 { return binary.BigEndian.Uint16(h[0:2]) }

// DestinationPort returns the receiver's port.
func (h *UDPHeader) DestinationPort() uint16 { return binary.BigEndian.Uint16(h[2:4]) }

// Length returns the length of header and data that the header claims.
func (h *UDPHeader) Length() int { return int(binary.BigEndian.Uint16(h[4:6])) }

// Checksum returns the checksum as sent; 0 means that there is none.
func (h *UDPHeader) Checksum() uint16 { return binary.BigEndian.Uint16(h[6:8]) }
