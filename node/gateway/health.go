package gateway

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/node/check"
	"github.com/cablepull/cablepull/node/lbgroup"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// health checks the members of a group (spec/failover.md §6.3): one after
// another, so that a hung one delays those after it, or each by itself. The
// first check is due at a phase within the frequency that depends on seed and
// names only.
type health struct {
	group   *group
	cfg     topology.LBHealthCheck
	checker *check.Checker
	random  *rand.Rand
	alone   map[string]bool // members that have a proc of their own
}

func newHealth(g *group, cfg topology.LBHealthCheck) *health {
	h := g.gateway.host
	name := "group/" + g.name
	checker, err := check.New(h, name, cfg.Check(g.gateway.userAgent))
	must(err)
	return &health{
		group: g, cfg: cfg, checker: checker, alone: map[string]bool{},
		random: h.Loop().Stream(name + "/" + h.Name() + "/health"),
	}
}

// start begins the checks.
func (c *health) start() {
	if !c.cfg.IndependentChecks {
		c.group.gateway.host.Go("health "+c.group.name, c.inTurn)
		return
	}
	c.watch()
}

// watch gives each member that has none a proc of its own.
func (c *health) watch() {
	if !c.cfg.IndependentChecks {
		return
	}
	for _, m := range c.group.machine.Status() {
		if member := m.Server; !c.alone[member] {
			c.alone[member] = true
			c.group.gateway.host.Go("health "+c.group.name+" "+member, func(p *sim.Proc) { c.independently(p, member) })
		}
	}
}

// inTurn checks all members, one after another, once in each period. A round
// that takes longer is followed by the next at once.
func (c *health) inTurn(p *sim.Proc) {
	due := c.first()
	for {
		c.await(p, due)
		for _, m := range c.group.machine.Status() {
			c.check(m.Server)
		}
		due = c.after(due)
	}
}

// independently checks one member for as long as it is in the group.
func (c *health) independently(p *sim.Proc, member string) {
	due := c.first()
	for {
		c.await(p, due)
		if _, stays := c.group.members[member]; !stays {
			delete(c.alone, member)
			return
		}
		c.check(member)
		due = c.after(due)
	}
}

// first is when the first check is due.
func (c *health) first() time.Duration {
	return c.group.now() + time.Duration(c.random.Float64()*float64(c.cfg.Frequency))
}

// after is when the next check is due, by the clock of the machine. A machine
// that was frozen does not catch up.
func (c *health) after(due time.Duration) time.Duration {
	period := c.cfg.Frequency
	if c.cfg.Jitter > 0 {
		period += time.Duration((2*c.random.Float64() - 1) * c.cfg.Jitter * float64(period))
	}
	return max(due+period, c.group.now())
}

func (c *health) await(p *sim.Proc, due time.Duration) {
	for wait := due - c.group.now(); wait > 0; wait = due - c.group.now() {
		p.Sleep(wait)
	}
}

// check checks a member and tells the group, unless the member is disabled or
// has left.
func (c *health) check(member string) {
	server, known := c.group.members[member]
	if !known || c.group.machine.State(member) == lbgroup.Disabled {
		return
	}
	target := c.target(server)
	at, err := c.group.gateway.resolve(server.Host, target.Address)
	if err == nil {
		target.Address = at
		err = c.checker.Run(target)
	} else {
		err = errors.New(nameFailure)
	}
	reason := ""
	if err != nil {
		reason = err.Error()
	}
	c.group.machine.Checked(c.group.now(), member, err == nil, reason)
	c.group.changed()
}

// target is what is checked of a member. Which port that is depends on the
// type: spec/failover.md §6.3.
func (c *health) target(m topology.LBServer) topology.Target {
	port := c.cfg.Port
	switch c.cfg.Type {
	case topology.LBCheckLDAP, topology.LBCheckLDAPBind:
	case topology.LBCheckIMS:
		port = int(m.At(c.group.target()).Port())
	default:
		if m.HealthPort != 0 {
			port = m.HealthPort
		}
	}
	scheme := topology.SchemeHTTP
	if c.cfg.TLS {
		scheme = topology.SchemeHTTPS
	}
	at := netip.AddrPortFrom(m.Address, uint16(port))
	return topology.Target{Scheme: scheme, Address: at, Host: hostOf(m.Host, at), Path: c.cfg.URI}
}

// hostOf is a name, or else an address, as the header Host has it.
func hostOf(host string, a netip.AddrPort) string {
	if host == "" {
		host = a.Addr().String()
	}
	if a.Port() != topology.DefaultPort {
		host += ":" + strconv.Itoa(int(a.Port()))
	}
	return host
}
