package check

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
	"github.com/cablepull/cablepull/sim/topology"
)

// bodyMax is how much of an answer is searched for a token (HAProxy: the 16 KiB
// of its buffer).
const bodyMax = 16 << 10

// Checker checks targets in one way, during one boot of its machine. Several
// procs may use it at the same time.
type Checker struct {
	host *host.Host
	name string
	cfg  topology.Check
	tls  *certificate.Client // nil: not needed yet
}

// New returns a checker on a running machine. cfg must be complete. The name
// must be unique among the checkers of the machine: TLS draws its random
// numbers from a stream of that name.
func New(h *host.Host, name string, cfg topology.Check) *Checker {
	return &Checker{host: h, name: name, cfg: cfg}
}

// Run checks a target once. It parks the current proc for as long as that
// takes, and returns nil if the target is healthy. The error says in a word or
// two what is wrong.
func (c *Checker) Run(target topology.Target) error {
	began := c.host.Scope().Elapsed()
	if c.cfg.By == topology.CheckTCPHalf {
		return inWords(c.host.DialHalf(target.Address, c.cfg.Timeout))
	}
	conn, err := c.host.Dial(target.Address, c.cfg.Timeout)
	if err != nil {
		return inWords(err)
	}
	defer conn.Close()
	if c.cfg.By == topology.CheckTCPFull {
		return nil
	}
	left := c.cfg.Timeout - (c.host.Scope().Elapsed() - began)
	if left <= 0 {
		return inWords(host.ErrTimeout) // to a connection, 0 means no deadline
	}
	conn.SetTimeout(left)
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

// ask makes a request and checks its answer.
func (c *Checker) ask(conn web.Conn, target topology.Target) error {
	link := web.NewLink(conn)
	defer link.Release()
	request := web.Request{Host: target.Host, Path: target.Path}
	if err := link.Send(&request); err != nil {
		return inWords(err)
	}
	answer, err := link.Head(&request)
	switch {
	case err != nil:
		return inWords(err)
	case answer.Status != c.cfg.Status:
		return fmt.Errorf("status %d", answer.Status)
	case c.cfg.By == topology.CheckHTTPStatus:
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(answer, bodyMax))
	switch {
	case bytes.Contains(body, []byte(c.cfg.Token)):
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
