//go:build linux

package wire

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"time"
)

// probePart is the program that asks an address whether it is there, every
// millisecond. The ping that there is asks every ten once nobody answers.
const probePart = "probe"

// probeInterval is the time between two questions.
const probeInterval = time.Millisecond

// probeProgram is how a host calls it for an address.
func probeProgram(address string) ([]string, error) {
	self, err := os.Executable()
	return []string{self, probePart, address}, err
}

// probe sends ICMP echo requests until it is killed. The answers are for the
// fabric to see.
func probe(address string) error {
	conn, err := net.Dial("ip4:icmp", address)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	defer conn.Close()
	for number := uint16(1); ; number++ {
		_, _ = conn.Write(echo(number)) // it fails while nobody knows where the address is
		time.Sleep(probeInterval)
	}
}

// echo is an ICMP echo request without data (RFC 792).
func echo(number uint16) []byte {
	const request, identifier = 8, 1
	b := make([]byte, 8)
	b[0] = request
	binary.BigEndian.PutUint16(b[4:], identifier)
	binary.BigEndian.PutUint16(b[6:], number)
	sum := uint32(request)<<8 + identifier + uint32(number)
	binary.BigEndian.PutUint16(b[2:], ^uint16(sum+sum>>16))
	return b
}
