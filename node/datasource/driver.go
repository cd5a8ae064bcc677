package datasource

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/database"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim/topology"
)

// connection is one connection to a database, as its driver sees it.
type connection struct {
	host    *host.Host
	cfg     *topology.DataSource
	link    *session.Link // nil: it is closed
	address netip.AddrPort
}

// open connects to the first host that will do. Like JDBC drivers, it limits
// the TCP handshake by one timeout and the database's greeting by the other.
func (c *connection) open() error {
	c.close()
	var failed error
	for _, address := range c.cfg.Addresses {
		c.address = address
		if failed = c.try(address); failed == nil {
			return nil
		}
	}
	return failed
}

func (c *connection) try(address netip.AddrPort) error {
	link, err := session.Dial(c.host, address, c.cfg.Connect)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	m, err := link.Receive(c.cfg.Socket)
	switch {
	case err != nil:
		err = fmt.Errorf("%w: %w", ErrUnreachable, err)
	case m.Verb == database.VerbRefused && answers[m.Field(0)] != nil:
		err = answers[m.Field(0)]
	case m.Verb != database.VerbWelcome:
		err = fmt.Errorf("%w: got %q, want a database", ErrUnreachable, m.Verb)
	case c.cfg.Target == topology.TargetPrimary && m.Field(0) != topology.RolePrimary:
		err = fmt.Errorf("%w: it is a %s", ErrReadOnly, m.Field(0))
	}
	if err != nil {
		link.Abort()
		return err
	}
	c.link = link
	return nil
}

func (c *connection) close() {
	if c.link != nil {
		c.link.Close()
		c.link = nil
	}
}

// errBroken is a connection on which nothing comes any more.
var errBroken = errors.New("connection broken")

// ask sends a statement and parks for the answer. Its errors are those of the
// database, or errBroken; then the connection is closed, and stays so until
// open.
func (c *connection) ask(verb string, fields ...string) (session.Message, error) {
	if c.link == nil {
		return session.Message{}, errBroken
	}
	c.link.Post(session.New(verb, fields...))
	m, err := c.link.Receive(c.cfg.Socket)
	if err != nil {
		c.link.Abort()
		c.link = nil
		return m, fmt.Errorf("%w: %w", errBroken, err)
	}
	if m.Verb == database.VerbRefused {
		c.close()
		return m, fmt.Errorf("%w: %s", errBroken, m.Field(0))
	}
	if failed := answers[m.Verb]; failed != nil {
		return m, failed
	}
	return m, nil
}
