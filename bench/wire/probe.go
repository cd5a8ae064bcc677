//go:build linux

package wire

import (
	"fmt"
	"net"
	"os"
	"time"

	"github.com/cablepull/cablepull/node/wire"
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
	const identifier = 1
	var request []byte
	for number := uint16(1); ; number++ {
		request = wire.AppendEcho(request[:0], identifier, number)
		_, _ = conn.Write(request) // it fails while nobody knows where the address is
		time.Sleep(probeInterval)
	}
}
