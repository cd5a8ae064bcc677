//go:build linux

package wire

import (
	"fmt"
	"net"
	"os"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// probePart is the program that pings an address every millisecond. The
// standard ping slows down to every ten milliseconds when nobody answers.
const probePart = "probe"

// probeInterval is the time between two requests.
const probeInterval = time.Millisecond

// probeProgram is its command line for an address.
func probeProgram(address string) ([]string, error) {
	self, err := os.Executable()
	return []string{self, probePart, address}, err
}

// probe sends ICMP echo requests until it is killed. The fabric sees the
// answers.
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
		_, _ = conn.Write(request) // fails while the address cannot be resolved
		time.Sleep(probeInterval)
	}
}
