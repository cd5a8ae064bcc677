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
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/name"
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
	host    *host.Host
	cfg     topology.Probe
	target  topology.Target
	tls     *certificate.Client // nil: plain HTTP
	names   *name.Stub          // nil: the target is an address
	changed func(up bool, reason string)
	stopped bool
	stream  string // the prefix of its random streams
	state   string // empty: not known yet
	alike   int    // consecutive checks with the same result as the last one
	good    bool   // the last one
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
	p := &Probe{host: h, cfg: cfg, target: target, changed: changed, stream: stream}
	if target.Name != "" {
		p.names = name.New(h, cfg.Nameservers, cfg.Resolve, "probe")
	}
	if target.Scheme == topology.SchemeHTTPS {
		stream := h.Loop().Stream(fmt.Sprintf("%s/tls/boot/%d", stream, h.Boots()))
		p.tls = certificate.NewClient(nil, stream, func() time.Time { return host.Instant(h.Scope().Local()) })
	}
	h.Go("probe", p.run)
	return p, nil
}

// Stop ends the probe before its machine does.
func (p *Probe) Stop() { p.stopped = true }

func stateOf(good bool) string {
	if good {
		return up
	}
	return down
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
		p.judge(p.check())
		for due <= clock.Elapsed() { // skip the checks that a frozen machine missed
			due += p.cfg.Interval
		}
	}
}

// judge takes the result of a check, nil if it was good, and reports the state
// of the target when it changes.
func (p *Probe) judge(outcome error) {
	if good := outcome == nil; good != p.good {
		p.good, p.alike = good, 0
	}
	p.alike++
	enough, reason := p.cfg.Rise, ""
	if outcome != nil {
		enough, reason = p.cfg.Fall, outcome.Error()
	}
	if state := stateOf(p.good); p.alike >= enough && p.state != state && !p.stopped {
		p.state = state
		p.changed(p.good, reason)
	}
}

// check checks the target once. Its error says in a word or two what is wrong.
func (p *Probe) check() error {
	target, err := p.address()
	if err != nil {
		return inWords(err)
	}
	began := p.host.Scope().Elapsed()
	if p.cfg.By == topology.ProbeTCPHalf {
		return inWords(p.host.DialHalf(target, p.cfg.Timeout))
	}
	conn, err := p.host.Dial(target, p.cfg.Timeout)
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

// address returns the address to check: of a name that has several, the first.
func (p *Probe) address() (netip.AddrPort, error) {
	if p.names == nil {
		return p.target.Address, nil
	}
	all, err := p.names.Resolve(p.target.Name)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(all[0], p.target.Address.Port()), nil
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
	var unknown *name.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &insecure):
		return errors.New("tls")
	case errors.As(err, &unknown):
		return errors.New("name")
	case errors.As(err, &wrong):
		return errors.New("not HTTP")
	}
	return errors.New(cmp.Or(host.Failure(err), "closed"))
}
