package topology

import (
	"cmp"
	"net/netip"
	"time"
)

// Backend is an HTTP server.
type Backend struct {
	Port    int           `yaml:"port" doc:"TCP port (default 80)" jsonschema:"minimum=1,maximum=65535"`
	Latency time.Duration `yaml:"latency" doc:"time from request to answer (default 0)"`
	Status  int           `yaml:"status" doc:"HTTP status (default 200)" jsonschema:"minimum=100,maximum=599"`
	Size    int           `yaml:"size" doc:"size of an answer in bytes (default 1000)" jsonschema:"minimum=1,maximum=67108864"`
	Session string        `yaml:"session-cookie" json:",omitempty" doc:"name of a cookie with which it begins a session, such as JSESSIONID: each request without one of its own gets it; the name of the node is its clone id, as WebSphere has it (default: no sessions)"`
	Allow   []netip.Addr  `yaml:"allow" doc:"client addresses to serve; connections from others are reset (default: all)"`
}

// WithDefaults returns a copy with every default filled in.
func (b Backend) WithDefaults() Backend {
	b.Port = cmp.Or(b.Port, DefaultPort)
	b.Status = cmp.Or(b.Status, 200)
	b.Size = cmp.Or(b.Size, DefaultSize)
	return b
}

// Complete implements Program.
func (b Backend) Complete(Place) Program {
	b = b.WithDefaults()
	return &b
}

// Problems implements Program.
func (Backend) Problems(Place) []Problem { return nil }

// Addresses implements Program.
func (Backend) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Backend) ServiceNames() []string { return []string{BackendService} }

// Properties implements Program.
func (b Backend) Properties() []Property { return serviceSwitches(b) }

// Faults implements Program.
func (Backend) Faults() []string { return []string{"backend"} }
