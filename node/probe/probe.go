// Package probe is a health check: it asks one target at an interval whether it
// lives, by TCP or HTTP, and logs when that has changed for good. What it does
// not ask about it cannot see, which is what field incidents are made of
// (spec/failover.md F7, F9).
//
// A probe runs on a machine of package node/host and speaks through package
// node/web. It knows nothing of virtual IPs, groups or faults. All of it is in
// probe.go.
package probe

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// bodyMax is how much of an answer is searched for a token (HAProxy: the 16 KiB
// of its buffer).
const bodyMax = 16 << 10

// The states of a target, as events name them.
const (
	up   = "up"
	down = "down"
)

// Probe checks one target during one life of its machine. It begins with no
// opinion.
type Probe struct {
	host   *host.Host
	cfg    topology.Probe
	target topology.Target
	state  string // empty: not known yet
	alike  int    // checks in a row that ended as the last one
	good   bool   // the last one
}

// New starts the probe that cfg, which is completed, describes on a running
// machine, with which it dies. The first check is due at a phase within the
// interval that depends on seed and name only, so that the probes of a world do
// not ask in step.
func New(h *host.Host, cfg topology.Probe) (*Probe, error) {
	target, err := topology.ParseTarget(cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("probe: %s: target: %w", h.Name(), err)
	}
	p := &Probe{host: h, cfg: cfg, target: target}
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
		p.judge(p.check())
		for due <= clock.Elapsed() { // a machine that stood still does not make up for it
			due += p.cfg.Interval
		}
	}
}

// judge takes the outcome of a check, nil if it was good, and logs the state of
// the target when it changes.
func (p *Probe) judge(outcome error) {
	if good := outcome == nil; good != p.good {
		p.good, p.alike = good, 0
	}
	p.alike++
	state, enough, reason := down, p.cfg.Fall, ""
	if outcome == nil {
		state, enough = up, p.cfg.Rise
	} else {
		reason = outcome.Error()
	}
	if p.alike >= enough && p.state != state {
		p.state = state
		p.host.Log(event.ProbeChanged{Target: p.cfg.Target, By: p.cfg.By, State: state, Reason: reason})
	}
}

// check asks once. Its error says in a word or two what is wrong.
func (p *Probe) check() error {
	began := p.host.Scope().Elapsed()
	if p.cfg.By == topology.ProbeTCPHalf {
		return inWords(p.host.DialHalf(p.target.Address, p.cfg.Timeout))
	}
	conn, err := p.host.Dial(p.target.Address, p.cfg.Timeout)
	if err != nil {
		return inWords(err)
	}
	defer conn.Close()
	if p.cfg.By == topology.ProbeTCPFull {
		return nil
	}
	left := p.cfg.Timeout - (p.host.Scope().Elapsed() - began)
	if left <= 0 {
		return inWords(host.ErrTimeout) // to a connection, 0 means no deadline
	}
	conn.SetTimeout(left)
	link := web.NewLink(conn)
	defer link.Release()
	return p.ask(link)
}

// ask makes a request and looks at its answer.
func (p *Probe) ask(link *web.Link) error {
	request := web.Request{Host: p.target.Host, Path: p.target.Path}
	if err := link.Send(&request); err != nil {
		return inWords(err)
	}
	answer, err := link.Head(&request)
	switch {
	case err != nil:
		return inWords(err)
	case answer.StatusCode != p.cfg.Status:
		return fmt.Errorf("status %d", answer.StatusCode)
	case p.cfg.By == topology.ProbeHTTPStatus:
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, bodyMax))
	switch {
	case bytes.Contains(body, []byte(p.cfg.Token)):
		return nil
	case err != nil:
		return inWords(err)
	}
	return errors.New("no token")
}

// inWords names what went wrong with a connection; nil if nothing did.
func inWords(err error) error {
	var wrong *web.MismatchError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return errors.New("not HTTP")
	}
	return errors.New(cmp.Or(host.Failure(err), "closed"))
}
