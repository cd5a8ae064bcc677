// Package probe watches one target: it checks its health at an interval and
// logs when it goes up or down. How it is checked is package node/check.
//
// A probe runs on a machine of package node/host. It knows nothing about
// virtual IPs, groups or faults. Start reading at probe.go.
package probe

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/check"
	"github.com/cablepull/cablepull/node/health"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/name"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Probe checks one target during one boot of its machine. At first the target's
// state is unknown.
type Probe struct {
	host    *host.Host
	cfg     topology.Probe
	target  topology.Target
	checker *check.Checker
	names   *name.Stub // nil: the target is an address
	changed func(up bool, reason string)
	stopped bool
	stream  string // the prefix of its random streams
	judge   health.Judge
}

// New starts a probe on a running machine; it ends with the machine. cfg must
// be complete. The first check is due at a phase within the interval that
// depends on seed and name only, so that the probes of a world are not
// synchronized.
func New(h *host.Host, cfg topology.Probe) (*Probe, error) {
	return start(h, cfg, "probe/"+h.Name(), func(up bool, reason string) {
		h.Log(event.ProbeChanged{Target: cfg.Target, By: cfg.By, State: stateOf(up), Reason: reason})
	})
}

// Watch is New for another program, which wants to know the state of the
// target: it is called when that changes, with the reason of the last failure.
// The name makes the phase of this probe its own.
func Watch(h *host.Host, cfg topology.Probe, name string, changed func(up bool, reason string)) (*Probe, error) {
	return start(h, cfg, "probe/"+h.Name()+"/"+name, changed)
}

func start(h *host.Host, cfg topology.Probe, stream string, changed func(up bool, reason string)) (*Probe, error) {
	target, err := topology.ParseTarget(cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("probe: %s: target: %w", h.Name(), err)
	}
	checker, err := check.New(h, strings.TrimSuffix(stream, "/"+h.Name()), cfg.Check)
	if err != nil {
		return nil, err
	}
	p := &Probe{
		host: h, cfg: cfg, target: target, checker: checker, changed: changed, stream: stream,
		judge: health.Judge{Rise: cfg.Rise, Fall: cfg.Fall},
	}
	if target.Name != "" {
		p.names = name.New(h, cfg.Nameservers, cfg.Resolve, "probe")
	}
	h.Go("probe", p.run)
	return p, nil
}

// Stop ends the probe before its machine does.
func (p *Probe) Stop() { p.stopped = true }

func stateOf(good bool) string {
	if good {
		return health.Up.String()
	}
	return health.Down.String()
}

func (p *Probe) run(proc *sim.Proc) {
	phase := p.host.Loop().Stream(p.stream + "/phase").Float64()
	clock := p.host.Scope()
	due := clock.Elapsed() + time.Duration(phase*float64(p.cfg.Interval))
	for !p.stopped {
		for wait := due - clock.Elapsed(); wait > 0; wait = due - clock.Elapsed() {
			proc.Sleep(wait)
		}
		if p.stopped {
			return
		}
		p.take(p.check())
		// A check that took the whole interval is followed by the next at once. Those
		// that a frozen machine missed are skipped.
		for due += p.cfg.Interval; due < clock.Elapsed(); {
			due += p.cfg.Interval
		}
	}
}

// take takes the result of a check, nil if it was good, and reports the state
// of the target when it changes.
func (p *Probe) take(outcome error) {
	var changed bool
	if p.judge, changed = p.judge.Take(outcome == nil); !changed || p.stopped {
		return
	}
	reason := ""
	if outcome != nil {
		reason = outcome.Error()
	}
	p.changed(p.judge.State == health.Up, reason)
}

// check checks the target once; of a name that has several addresses, the
// first. Its error says in a word or two what is wrong.
func (p *Probe) check() error {
	target := p.target
	if p.names != nil {
		all, err := p.names.Resolve(p.target.Name)
		if err != nil {
			return errors.New("name")
		}
		target.Address = netip.AddrPortFrom(all[0], target.Address.Port())
	}
	return p.checker.Run(target)
}
