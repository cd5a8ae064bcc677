package balancer

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// watch checks a member for ever. The first check is due at a phase within the
// interval that depends on seed and names only: HAProxy spreads them, too. The
// next one is due an interval after the end of the one before, or after its
// start; a machine that was frozen does not catch up.
func (b *Balancer) watch(p *sim.Proc, i int) {
	cfg, m := b.cfg.Check, b.cfg.Members[i]
	phase := b.host.Loop().Stream("balancer/" + b.host.Name() + "/check/" + m.Name).Float64()
	target := target(*cfg, m)
	due := b.now() + time.Duration(phase*float64(cfg.Interval))
	for {
		for wait := due - b.now(); wait > 0; wait = due - b.now() {
			p.Sleep(wait)
		}
		if b.pool.Checks(i) {
			b.check(i, target)
		}
		interval := b.pool.Interval(i)
		if cfg.Pace == topology.PaceEnd {
			due = b.now()
		}
		for due += interval; due < b.now(); {
			due += interval
		}
	}
}

// check checks a member once.
func (b *Balancer) check(i int, target topology.Target) {
	err := b.checker.Run(target)
	reason := ""
	if err != nil {
		reason = err.Error()
	}
	b.changed(b.pool.Checked(b.now(), i, err == nil, reason))
}

// target is what is checked of a member.
func target(k topology.BalancerCheck, m topology.BalancerMember) topology.Target {
	at := m.Address
	if k.Port != 0 {
		at = netip.AddrPortFrom(at.Addr(), uint16(k.Port))
	}
	name := at.String()
	if at.Port() == topology.DefaultPort {
		name = at.Addr().String()
	}
	return topology.Target{Scheme: topology.SchemeHTTP, Address: at, Host: name, Path: k.Path}
}
