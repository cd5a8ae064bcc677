// Package probe is a health check: it checks one target at an interval, by TCP
// or HTTP, and logs when the target goes up or down. It cannot see failures
// that its kind of check does not cover, a common cause of field incidents
// (spec/failover.md F7, F9).
//
// A probe runs on a machine of package node/host and talks HTTP through package
// node/web. It knows nothing about virtual IPs, groups or faults. Start reading
// at probe.go.
package probe

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
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

// Probe checks one target during one boot of its machine. At first the target's
// state is unknown.
type Probe struct {
	host   *host.Host
	cfg    topology.Probe
	target topology.Target
	tls    *certificate.Client // nil: plain HTTP
	state  string              // empty: not known yet
	alike  int                 // consecutive checks with the same result as the last one
	good   bool                // the last one
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
	p := &Probe{host: h, cfg: cfg, target: target}
	if target.Scheme == topology.SchemeHTTPS {
		stream := h.Loop().Stream(fmt.Sprintf("probe/%s/tls/boot/%d", h.Name(), h.Boots()))
		p.tls = certificate.NewClient(nil, stream, func() time.Time { return host.Instant(h.Scope().Local()) })
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
		p.judge(p.check())
		for due <= clock.Elapsed() { // skip the checks that a frozen machine missed
			due += p.cfg.Interval
		}
	}
}

// judge takes the result of a check, nil if it was good, and logs the state of
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

// check checks the target once. Its error says in a word or two what is wrong.
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
	if p.tls == nil {
		return p.ask(conn)
	}
	secure, err := p.tls.Connect(conn)
	if err != nil {
		return inWords(err)
	}
	defer secure.Close()
	return p.ask(secure)
}

// ask makes a request and checks its answer.
func (p *Probe) ask(conn web.Conn) error {
	link := web.NewLink(conn)
	defer link.Release()
	request := web.Request{Host: p.target.Host, Path: p.target.Path}
	if err := link.Send(&request); err != nil {
		return inWords(err)
	}
	answer, err := link.Head(&request)
	switch {
	case err != nil:
		return inWords(err)
	case answer.Status != p.cfg.Status:
		return fmt.Errorf("status %d", answer.Status)
	case p.cfg.By == topology.ProbeHTTPStatus:
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(answer, bodyMax))
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
	var insecure *certificate.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &insecure):
		return errors.New("tls")
	case errors.As(err, &wrong):
		return errors.New("not HTTP")
	}
	return errors.New(cmp.Or(host.Failure(err), "closed"))
}
