package check

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/ldap"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/topology"
)

// Checker checks targets in one way, during one boot of its machine. Several
// procs may use it at the same time.
type Checker struct {
	host  *host.Host
	name  string
	cfg   topology.Check
	is    condition           // of the body; nil: none
	limit int                 // how much of the body it looks at
	tls   *certificate.Client // nil: not needed yet
}

// New returns a checker on a running machine. cfg must be complete. The name
// must be unique among the checkers of the machine: TLS draws its random
// numbers from a stream of that name. Errors are mistakes in the patterns of
// cfg, which topology.Validate reports as well.
func New(h *host.Host, name string, cfg topology.Check) (*Checker, error) {
	c := &Checker{host: h, name: name, cfg: cfg}
	var err error
	if c.is, c.limit, err = conditionOf(cfg); err != nil {
		return nil, fmt.Errorf("check: %s: %s: %w", h.Name(), name, err)
	}
	return c, nil
}

// Run checks a target once. It parks the current proc for as long as that
// takes, and returns nil if the target is healthy. The error says in a word or
// two what is wrong.
//
// An enforced timeout interrupts the check. Without that the user agent's does,
// and a check that has succeeded later than its timeout has failed (too late):
// spec/failover.md §6.3, F39.
func (c *Checker) Run(target topology.Target) error {
	began := c.host.Scope().Elapsed()
	if *c.cfg.Enforce {
		return c.try(target, began, c.cfg.Timeout)
	}
	err := c.try(target, began, c.cfg.UserAgent)
	if took := c.host.Scope().Elapsed() - began; err == nil && took > c.cfg.Timeout {
		return errors.New("too late")
	}
	return err
}

// try checks a target within a time limit.
func (c *Checker) try(target topology.Target, began, limit time.Duration) error {
	if c.cfg.By == topology.CheckTCPHalf {
		return inWords(c.host.DialHalf(target.Address, limit))
	}
	conn, err := c.host.Dial(target.Address, limit)
	if err != nil {
		return inWords(err)
	}
	defer conn.Close()
	if !c.cfg.AsksHTTP() && c.cfg.By != topology.CheckLDAPBind {
		return nil
	}
	left := limit - (c.host.Scope().Elapsed() - began)
	if left <= 0 {
		return inWords(host.ErrTimeout) // to a connection, 0 means no deadline
	}
	conn.SetTimeout(left)
	if c.cfg.By == topology.CheckLDAPBind {
		return c.bind(conn)
	}
	if target.Scheme != topology.SchemeHTTPS {
		return c.ask(conn, target)
	}
	secure, err := c.secured().Connect(conn)
	if err != nil {
		return inWords(err)
	}
	defer secure.Close()
	return c.ask(secure, target)
}

// secured returns the TLS of the checker, which accepts any certificate.
func (c *Checker) secured() *certificate.Client {
	if c.tls == nil {
		stream := c.host.Loop().Stream(fmt.Sprintf("%s/%s/tls/boot/%d", c.name, c.host.Name(), c.host.Boots()))
		c.tls = certificate.NewClient(nil, stream, func() time.Time { return host.Instant(c.host.Scope().Local()) })
	}
	return c.tls
}

// bind binds and checks the result. The connection is closed without an unbind,
// which has no response.
func (c *Checker) bind(conn web.Conn) error {
	switch result, err := ldap.Bind(conn, c.cfg.BindDN, c.cfg.Password); {
	case err != nil:
		return inWords(err)
	case result != ldap.Success:
		return errors.New(result.String())
	}
	return nil
}

// inWords names what went wrong with a connection; nil if nothing did.
func inWords(err error) error {
	var wrong *web.MismatchError
	var insecure *certificate.Error
	var foreign *ldap.MessageError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &insecure):
		return errors.New("tls")
	case errors.As(err, &wrong):
		return errors.New("not HTTP")
	case errors.As(err, &foreign):
		return errors.New("not LDAP")
	}
	return errors.New(cmp.Or(host.Failure(err), "closed"))
}
