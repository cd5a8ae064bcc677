package wire

import "encoding/binary"

// AppendEcho appends an ICMP echo request without data (RFC 792), as a raw
// socket sends it: the kernel writes the IPv4 header.
//
//	0 type 8 | 1 code 0 | 2-3 checksum | 4-5 identifier | 6-7 number
func AppendEcho(dst []byte, identifier, number uint16) []byte {
	start := len(dst)
	dst = append(dst, 8, 0, 0, 0)
	dst = binary.BigEndian.AppendUint16(dst, identifier)
	dst = binary.BigEndian.AppendUint16(dst, number)
	binary.BigEndian.PutUint16(dst[start+2:], checksum(0).add(dst[start:]).sum())
	return dst
}
