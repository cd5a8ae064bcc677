package wire

import "encoding/binary"

// checksum is the Internet checksum (RFC 1071): a ones' complement sum of
// 16-bit words that can be fed in pieces, as long as every piece but the last
// has an even length.
type checksum uint64

// add adds longer words than 16 bits, which comes to the same: sum folds them.
func (c checksum) add(b []byte) checksum {
	for len(b) >= 8 {
		word := checksum(binary.BigEndian.Uint64(b))
		c += word>>32 + word&0xffffffff
		b = b[8:]
	}
	for len(b) >= 2 {
		c += checksum(b[0])<<8 | checksum(b[1])
		b = b[2:]
	}
	if len(b) == 1 {
		c += checksum(b[0]) << 8
	}
	return c
}

// sum folds the carries and complements the result. Over data that includes a
// correct checksum it is 0.
func (c checksum) sum() uint16 {
	for c > 0xffff {
		c = c&0xffff + c>>16
	}
	return ^uint16(c)
}

// udpChecksum covers the pseudo-header (RFC 768) and the UDP header with its
// data. addresses are the 8 bytes of source and destination, adjacent in the
// IPv4 header.
func udpChecksum(addresses, datagram []byte) uint16 {
	var c checksum
	c = c.add(addresses)
	c += checksum(ProtocolUDP)
	c += checksum(len(datagram))
	return c.add(datagram).sum()
}
