//go:build !linux

package netns

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

// Run returns ErrUnsupported.
func (*Port) Run(func([][]byte) error) error { return ErrUnsupported }

// Send does nothing.
func (*Port) Send([]byte) {}

// Flush does nothing.
func (*Port) Flush() {}

// Stats counts nothing.
func (*Port) Stats() PortStats { return PortStats{} }

// Close does nothing.
func (*Port) Close() error { return nil }

// WatchCarrier returns ErrUnsupported.
func WatchCarrier(*Namespace, func(string, bool)) (func(), error) { return nil, ErrUnsupported }
