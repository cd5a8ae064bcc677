//go:build !linux

package netns

import (
	"io"
	"net"
	"net/netip"
	"time"
)

// Namespace exists on Linux only.
type Namespace struct{}

// New returns ErrUnsupported.
func New() (*Namespace, error) { return nil, ErrUnsupported }

// Current returns ErrUnsupported.
func Current() (*Namespace, error) { return nil, ErrUnsupported }

// Do returns ErrUnsupported.
func (*Namespace) Do(func() error) error { return ErrUnsupported }

// Offloads returns ErrUnsupported.
func (*Namespace) Offloads(string) ([]string, error) { return nil, ErrUnsupported }

// FD returns no descriptor.
func (*Namespace) FD() int { return -1 }

// Close does nothing.
func (*Namespace) Close() error { return nil }

// Cable exists on Linux only.
type Cable struct{}

// Connect returns ErrUnsupported.
func Connect(_, _ *Namespace, _ CableSpec) (*Cable, error) { return nil, ErrUnsupported }

// Interface returns no name.
func (*Cable) Interface() string { return "" }

// SetCarrier returns ErrUnsupported.
func (*Cable) SetCarrier(bool) error { return ErrUnsupported }

// Close does nothing.
func (*Cable) Close() error { return nil }

// Port exists on Linux only.
type Port struct{}

// Open returns ErrUnsupported.
func Open(*Namespace, string) (*Port, error) { return nil, ErrUnsupported }

// Ready reports that nothing has arrived.
func (*Port) Ready() bool { return false }

// Collect collects nothing.
func (*Port) Collect(frames [][]byte) [][]byte { return frames }

// Release does nothing.
func (*Port) Release() {}

// Send does nothing.
func (*Port) Send([]byte) {}

// Flush does nothing.
func (*Port) Flush() {}

// Stats counts nothing.
func (*Port) Stats() PortStats { return PortStats{} }

// Close does nothing.
func (*Port) Close() error { return nil }

// Poller exists on Linux only.
type Poller struct{}

// NewPoller returns ErrUnsupported.
func NewPoller() (*Poller, error) { return nil, ErrUnsupported }

// Add does nothing.
func (*Poller) Add(*Port) {}

// Forget does nothing.
func (*Poller) Forget(*Port) {}

// Wake does nothing.
func (*Poller) Wake() {}

// Wait returns ErrUnsupported.
func (*Poller) Wait(time.Duration) error { return ErrUnsupported }

// Close does nothing.
func (*Poller) Close() error { return nil }

// WatchCarrier returns ErrUnsupported.
func WatchCarrier(*Namespace, func(string, bool)) (func(), error) { return nil, ErrUnsupported }

// Group exists on Linux only.
type Group struct{}

// NewGroup returns ErrUnsupported.
func NewGroup(string) (*Group, error) { return nil, ErrUnsupported }

// Folders lists nothing.
func (*Group) Folders() []string { return nil }

// Limits says that there is nothing.
func (*Group) Limits() []string { return []string{ErrUnsupported.Error()} }

// String names no cgroups.
func (*Group) String() string { return "no group" }

// Add returns ErrUnsupported.
func (*Group) Add(int) error { return ErrUnsupported }

// Freeze returns ErrUnsupported.
func (*Group) Freeze() error { return ErrUnsupported }

// Thaw returns ErrUnsupported.
func (*Group) Thaw() error { return ErrUnsupported }

// SetCPU returns ErrUnsupported.
func (*Group) SetCPU(float64) error { return ErrUnsupported }

// SetMemory returns ErrUnsupported.
func (*Group) SetMemory(int64) error { return ErrUnsupported }

// OOMKills counts nothing.
func (*Group) OOMKills() int { return 0 }

// Kill returns ErrUnsupported.
func (*Group) Kill() error { return ErrUnsupported }

// Delete does nothing.
func (*Group) Delete() error { return nil }

// Sweep does nothing: nothing was ever left.
func Sweep() error { return nil }

// Reaper exists on Linux only.
type Reaper struct{}

// StartReaper returns ErrUnsupported.
func StartReaper(string, ...string) (*Reaper, error) { return nil, ErrUnsupported }

// AddProcess returns ErrUnsupported.
func (*Reaper) AddProcess(int) error { return ErrUnsupported }

// AddPath returns ErrUnsupported.
func (*Reaper) AddPath(string) error { return ErrUnsupported }

// Close does nothing.
func (*Reaper) Close() error { return nil }

// ReaperMain returns ErrUnsupported.
func ReaperMain(io.Reader) error { return ErrUnsupported }

// Privileged reports that this process may make no namespaces.
func Privileged() bool { return false }

// HasUsers reports that no program can become another user.
func HasUsers() bool { return false }

// Settle does nothing.
func Settle() bool { return true }

// Reexec returns ErrUnsupported.
func Reexec([]string, io.Reader, io.Writer, io.Writer) (status int, done bool, err error) {
	return 0, true, ErrUnsupported
}

// Probe finds that the whole world is missing.
func Probe() []Finding {
	return []Finding{{Name: "Linux", Detail: ErrUnsupported.Error(), Needed: ForWorld, Remedy: "use a Linux machine"}}
}

// ProbeGroups finds nothing.
func ProbeGroups() []Finding { return nil }

// WatchAddresses returns ErrUnsupported.
func WatchAddresses(*Namespace, func(netip.Prefix, bool)) (func(), error) {
	return nil, ErrUnsupported
}

// WatchNeighbours returns ErrUnsupported.
func WatchNeighbours(*Namespace, func(string, netip.Addr, net.HardwareAddr)) (func(), error) {
	return nil, ErrUnsupported
}

// Urgent does nothing.
func Urgent() (restore func()) { return func() {} }

// Prefer does nothing.
func Prefer() (restore func()) { return func() {} }

// Prefer does nothing.
func (*Group) Prefer() {}

// Listens returns ErrUnsupported.
func (*Namespace) Listens(uint16) (bool, error) { return false, ErrUnsupported }

// SetDefaultRoute returns ErrUnsupported.
func (*Namespace) SetDefaultRoute(netip.Addr) error { return ErrUnsupported }
