package topology

import (
	"cmp"
	"net/netip"
	"time"
)

// Probe is a health check: spec/failover.md F7, F9.
type Probe struct {
	Target   string `yaml:"target" doc:"URL to check, such as http://192.0.2.100/ or tcp://192.0.2.100:3000; TCP checks use only its address and port, and with https others accept any certificate" jsonschema:"required"`
	Check    `yaml:",inline"`
	Interval time.Duration `yaml:"interval" doc:"time from one check to the next (default 2s)"`
	Rise     int           `yaml:"rise" doc:"successful checks in a row before the target is up (default 2)" jsonschema:"minimum=1,maximum=1000"`
	Fall     int           `yaml:"fall" doc:"failed checks in a row before the target is down (default 3)" jsonschema:"minimum=1,maximum=1000"`
}

// Complete implements Program.
func (p Probe) Complete(Place) Program {
	p.Check = p.Check.WithDefaults()
	p.Interval = cmp.Or(p.Interval, 2*time.Second)
	p.Rise = cmp.Or(p.Rise, 2)
	p.Fall = cmp.Or(p.Fall, 3)
	return &p
}

// Problems implements Program.
func (p Probe) Problems(at Place) []Problem {
	c := at.check()
	c.target([]string{"target"}, at.Node, p.Target, p.Schemes()...)
	if p.Timeout > p.Interval {
		c.fail([]string{"timeout"}, "got %s, want at most the interval, %s", p.Timeout, p.Interval)
	}
	c.health(nil, p.Check)
	return c.problems
}

// Addresses implements Program.
func (Probe) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Probe) ServiceNames() []string { return nil }

// Properties implements Program.
func (Probe) Properties() []Property { return nil }

// Faults implements Program.
func (Probe) Faults() []string { return nil }
