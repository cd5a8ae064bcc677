package host

import (
	"errors"
	"fmt"
	"io"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// Errors of sockets, to be matched with errors.Is.
var (
	ErrRefused         = errors.New("connection refused")
	ErrReset           = errors.New("connection reset")
	ErrUnreachable     = errors.New("host unreachable")
	ErrClosed          = errors.New("use of closed connection")
	ErrAddressNotLocal = errors.New("address is not local")
	ErrAddressInUse    = errors.New("address in use")
	ErrDown            = errors.New("machine is down")
)

// ErrTimeout is a deadline that has passed, or a peer that the stack gave up
// on.
var ErrTimeout error = timeoutError{}

// timeoutError is a net.Error, so that net/http knows it.
type timeoutError struct{}

func (timeoutError) Error() string   { return "timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// How a connection fails, as events name it.
const (
	Refused     = "refused"     // no program listens on the server's machine
	Reset       = "reset"       // the connection was reset
	Timeout     = "timeout"     // no connection, or no answer, in time
	Unreachable = "unreachable" // no route to the server's machine
)

// Failure names how a connection failed; empty if it is none of these.
func Failure(err error) string {
	switch {
	case errors.Is(err, ErrRefused):
		return Refused
	case errors.Is(err, ErrReset):
		return Reset
	case errors.Is(err, ErrTimeout):
		return Timeout
	case errors.Is(err, ErrUnreachable), errors.Is(err, ErrDown):
		return Unreachable
	}
	return ""
}

// failure translates an error of the stack.
func failure(op string, at netip.AddrPort, err tcpip.Error) error {
	var cause error
	switch err.(type) {
	case *tcpip.ErrClosedForReceive:
		return io.EOF
	case *tcpip.ErrConnectionRefused:
		cause = ErrRefused
	case *tcpip.ErrConnectionReset, *tcpip.ErrConnectionAborted, *tcpip.ErrAborted:
		cause = ErrReset
	case *tcpip.ErrTimeout:
		cause = ErrTimeout
	case *tcpip.ErrHostUnreachable, *tcpip.ErrHostDown, *tcpip.ErrNetworkUnreachable, *tcpip.ErrNoNet:
		cause = ErrUnreachable
	case *tcpip.ErrClosedForSend, *tcpip.ErrNotConnected, *tcpip.ErrInvalidEndpointState:
		cause = ErrClosed
	case *tcpip.ErrBadLocalAddress:
		cause = ErrAddressNotLocal
	case *tcpip.ErrPortInUse, *tcpip.ErrAlreadyBound:
		cause = ErrAddressInUse
	default:
		return fmt.Errorf("host: %s %v: %s", op, at, err)
	}
	return fmt.Errorf("host: %s %v: %w", op, at, cause)
}
