package host

import "gvisor.dev/gvisor/pkg/tcpip"

// CloseWrite sends FIN after the written data. Reading goes on until the peer
// does the same; Close must still be called.
func (c *Conn) CloseWrite() error {
	if c.closed || c.gone() {
		return ErrClosed
	}
	c.host.loop.Await((*closingWrite)(c))
	return nil
}

// closingWrite is a CloseWrite in progress.
type closingWrite Conn

// Try implements sim.Attempt.
func (c *closingWrite) Try() bool {
	c.ep.Shutdown(tcpip.ShutdownWrite) // fails if the peer has reset it: reading says so
	c.host.settle()
	return true
}
