// Package probe watches one target: it checks its health at an interval and
// logs when it goes up or down. How it is checked is package node/check.
//
// A probe runs on a machine of package node/host. It knows nothing about
// virtual IPs, groups or faults. Start reading at probe.go.
package probe

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/check"
	"github.com/cablepull/cablepull/node/health"
	"github.com/cablepull/cablepull/node/host"
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
	judge   health.Judge
}

// New starts a probe on a running machine; it ends with the machine. cfg must
// be complete. The first check is due at a phase within the interval that
// depends on seed and name only, so that the probes of a world are not
// synchronized.
func New(h *host.Host, cfg topology.Probe) (*Probe, error) {
	target, err := topology.ParseTarget(cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("probe: %s: target: %w", h.Name(), err)
	}
	checker, err := check.New(h, "probe", cfg.Check)
	if err != nil {
		return nil, err
	}
	p := &Probe{
		host: h, cfg: cfg, target: target, checker: checker,
		judge: health.Judge{Rise: cfg.Rise, Fall: cfg.Fall},
	}
	h.Go("probe", p.run)
	return p, nil
}

func (p *Probe) run(proc *sim.Proc) {
	phase := p.host.Loop().Stream("probe/" + p.host.Name() + "/phase").Float64()
	clock := p.host.Scope()
	due := clock.Elapsed() + time.Duration(phase*float64(p.cfg.Interval))
	for {
		for wait := due - clock.Elapsed(); wait > 0; wait = due - clock.Elapsed() {
			proc.Sleep(wait)
		}
		p.take(p.checker.Run(p.target))
		for due <= clock.Elapsed() { // skip the checks that a frozen machine missed
			due += p.cfg.Interval
		}
	}
}

// take takes the result of a check, nil if it was good, and logs the state of
// the target when it changes.
func (p *Probe) take(outcome error) {
	var changed bool
	if p.judge, changed = p.judge.Take(outcome == nil); !changed {
		return
	}
	reason := ""
	if outcome != nil {
		reason = outcome.Error()
	}
	p.host.Log(event.ProbeChanged{Target: p.cfg.Target, By: p.cfg.By, State: p.judge.State.String(), Reason: reason})
}
