package topology

import (
	"cmp"
	"net/netip"
	"time"
)

// Probe is a health check: spec/failover.md F7, F9.
type Probe struct {
	Target   string        `yaml:"target" doc:"URL to check, such as http://192.0.2.100/; TCP checks use only its address and port, and with https others accept any certificate" jsonschema:"required"`
	By       string        `yaml:"by" doc:"tcp-half (SYN, then reset), tcp-full (default: connect, then close), http-status (check the status of the answer), http-token (check the status and look for a word in the body)" jsonschema:"enum=tcp-half,enum=tcp-full,enum=http-status,enum=http-token"`
	Interval time.Duration `yaml:"interval" doc:"time from one check to the next (default 2s)"`
	Timeout  time.Duration `yaml:"timeout" doc:"time limit of a check, at most the interval (default 1s)"`
	Rise     int           `yaml:"rise" doc:"successful checks in a row before the target is up (default 2)" jsonschema:"minimum=1,maximum=1000"`
	Fall     int           `yaml:"fall" doc:"failed checks in a row before the target is down (default 3)" jsonschema:"minimum=1,maximum=1000"`
	Status   int           `yaml:"status" doc:"HTTP status of a successful check (default 200)" jsonschema:"minimum=100,maximum=599"`
	Token    string        `yaml:"token" doc:"word that the body must contain, for http-token; the bench's own servers send the alphabet"`
	Resolve  string        `yaml:"resolve" doc:"when to look up a target that is a name: ttl (default: when the last answer has outlived its TTL), once (for the first check) or connection (for each)" jsonschema:"enum=ttl,enum=once,enum=connection"`
	// Nameservers are those of the node.
	Nameservers Nameservers `yaml:"-" json:"-"`
}

// The kinds of check.
const (
	ProbeTCPHalf    = "tcp-half"
	ProbeTCPFull    = "tcp-full"
	ProbeHTTPStatus = "http-status"
	ProbeHTTPToken  = "http-token"
)

// Complete implements Program.
func (p Probe) Complete(at Place) Program {
	p.Resolve, p.Nameservers = cmp.Or(p.Resolve, ResolveTTL), at.Node.Nameservers
	p.By = cmp.Or(p.By, ProbeTCPFull)
	p.Interval = cmp.Or(p.Interval, 2*time.Second)
	p.Timeout = cmp.Or(p.Timeout, time.Second)
	p.Rise = cmp.Or(p.Rise, 2)
	p.Fall = cmp.Or(p.Fall, 3)
	p.Status = cmp.Or(p.Status, 200)
	return &p
}

// Problems implements Program.
func (p Probe) Problems(at Place) []Problem {
	c := at.check()
	c.target([]string{"target"}, at.Node, p.Target, SchemeHTTP, SchemeHTTPS)
	c.resolve(p.Resolve, p.Target)
	c.probing(nil, p)
	return c.problems
}

// probing checks how a target is probed.
func (c *checker) probing(path []string, p Probe) {
	if p.Timeout > p.Interval {
		c.fail(At(path, "timeout"), "got %s, want at most the interval, %s", p.Timeout, p.Interval)
	}
	switch has := p.Token != ""; {
	case p.By == ProbeHTTPToken && !has:
		c.fail(path, "token is missing: %s looks for it", p.By)
	case p.By != ProbeHTTPToken && has:
		c.fail(At(path, "token"), "got %q, want none: %s does not look for a token", p.Token, p.By)
	}
}

// Addresses implements Program.
func (Probe) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Probe) ServiceNames() []string { return nil }

// Properties implements Program.
func (Probe) Properties() []Property { return nil }

// Faults implements Program.
func (Probe) Faults() []string { return nil }
