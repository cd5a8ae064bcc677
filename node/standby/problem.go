package standby

import (
	"fmt"
	"net/netip"
	"time"
)

// Severity is whether a configuration with the problem can run.
type Severity uint8

const (
	// Warning marks what the product accepts but its documentation advises against.
	Warning Severity = iota
	// Error marks what the product refuses.
	Error
)

// String names the severity.
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Problem is one thing wrong with a Config. Property is DataPower's name
// (spec/failover.md §3.2); the bench's own properties are named after their
// fields.
type Problem struct {
	Property string
	Message  string // "what: got, want"
	Severity Severity
}

// String is one line: "error: HelloTimer: got 1s, want 2s to 40s".
func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.Severity, p.Property, p.Message) }

// Validate lists all problems, in the order of the properties. The ranges are
// the profile's: DataPower's own (spec/failover.md §3.2, §3.8), or those of
// routers. New does not call it: a bench must be able to run what a product
// would refuse.
func (c Config) Validate() []Problem {
	var found problems
	if c.Profile == DataPower && c.Group == 0 {
		found.fail("Group", "got 0, want 1 to 255")
	}
	found.checkAddresses(c)
	if c.Profile == DataPower && c.Preempt {
		found.warn("Preempt", "got on: every return of the higher member breaks connections; IBM advises off")
	}
	found.checkTimers(c)
	found.checkBench(c)
	return found
}

type problems []Problem

func (p *problems) fail(property, format string, args ...any) {
	*p = append(*p, Problem{property, fmt.Sprintf(format, args...), Error})
}

func (p *problems) warn(property, format string, args ...any) {
	*p = append(*p, Problem{property, fmt.Sprintf(format, args...), Warning})
}

func (p *problems) checkAddresses(c Config) {
	if !isHost(c.Address) {
		p.fail("Address", "got %s, want the interface's IPv4 address", shown(c.Address))
	}
	switch {
	case !c.VirtualIP.IsValid() && c.Profile != DataPower:
		// Learned from the Active.
	case !isHost(c.VirtualIP):
		p.fail("VirtualIP", "got %s, want an IPv4 host address", shown(c.VirtualIP))
	case c.VirtualIP == c.Address:
		p.fail("VirtualIP", "got %s, want another address than the interface's", c.VirtualIP)
	}
}

// timerRange is the range of a timer that a profile accepts.
type timerRange struct {
	least, most time.Duration
	whole       bool // whole seconds only
}

func (p *problems) checkTimers(c Config) {
	const s, ms = time.Second, time.Millisecond
	helloRange, holdRange := timerRange{1 * s, 255 * s, true}, timerRange{1 * s, 255 * s, true}
	switch c.Profile {
	case DataPower:
		helloRange, holdRange = timerRange{2 * s, 40 * s, true}, timerRange{6 * s, 120 * s, true}
	case IOS:
		helloRange, holdRange = timerRange{15 * ms, 254 * s, false}, timerRange{50 * ms, 255 * s, false}
	case RFC2281:
	}
	p.checkTimer("HelloTimer", c.HelloTime, helloRange)
	p.checkTimer("HoldTimer", c.HoldTime, holdRange)
	hello, hold := c.HelloTime, c.HoldTime
	switch {
	case hold <= hello:
		p.fail("HoldTimer", "got %s, want more than the hello time %s", hold, hello)
	case hold < 3*hello:
		p.warn("HoldTimer", "got %s, want at least 3 times the hello time %s", hold, hello)
	}
}

func (p *problems) checkTimer(property string, d time.Duration, r timerRange) {
	switch {
	case d < r.least || d > r.most:
		p.fail(property, "got %s, want %s to %s", d, r.least, r.most)
	case d%time.Second == 0:
	case r.whole:
		p.fail(property, "got %s, want whole seconds", d)
	default:
		up := (d + time.Second - 1).Truncate(time.Second)
		p.warn(property, "got %s: hellos advertise %s; configure the same on every member", d, up)
	}
}

// checkBench checks the bench's own properties.
func (p *problems) checkBench(c Config) {
	if int(c.Profile) >= len(profileNames) {
		p.fail("Profile", "got %d, want datapower, ios or rfc2281", uint8(c.Profile))
	}
	if !(c.HelloJitter >= 0 && c.HelloJitter <= 0.5) {
		p.fail("HelloJitter", "got %v, want 0 to 0.5", c.HelloJitter)
	}
	for _, d := range []struct {
		property string
		span     time.Duration
	}{{"BootDelay", c.BootDelay}, {"LinkDelay", c.LinkDelay}, {"PreemptDelay", c.PreemptDelay}, {"AnnounceEvery", c.AnnounceEvery}} {
		if d.span < 0 {
			p.fail(d.property, "got %s, want 0s or more", d.span)
		}
	}
	if c.PreemptDelay > 0 && !c.Preempt {
		p.warn("PreemptDelay", "got %s, but preempt is off: it has no effect", c.PreemptDelay)
	}
	switch {
	case c.ActiveDelay < 0 || c.ActiveDelay > 0 && c.ActiveDelay >= c.HoldTime:
		p.fail("ActiveDelay", "got %s, want 0s or more, and less than the hold time %s", c.ActiveDelay, c.HoldTime)
	case c.ActiveDelay > 0 && c.Profile == RFC2281:
		p.fail("ActiveDelay", "got %s, want 0s: by the RFC a Standby waits for an Active, however long", c.ActiveDelay)
	}
	last, ended := time.Duration(0), false
	for _, d := range c.AnnounceTimes {
		switch {
		case d == 0:
			ended = true
		case ended || d <= last:
			p.fail("AnnounceTimes", "got %v, want ascending times and nothing after a zero", c.AnnounceTimes)
			return
		default:
			last = d
		}
	}
}

// isHost reports whether an address can belong to one interface.
func isHost(a netip.Addr) bool {
	return a.Is4() && !a.IsUnspecified() && !a.IsMulticast() && !a.IsLoopback() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

func shown(a netip.Addr) string {
	if !a.IsValid() {
		return "none"
	}
	return a.String()
}
