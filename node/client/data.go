package client

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/ftp"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/event"
)

// data is a data connection of FTP: it carries one file. It counts as a
// connection of the client, so that measures see which server has it and how it
// ends.
type data struct {
	web.Conn
	client *Client
	number uint64
}

// dialData opens a data connection within the time that the request has left.
func (c *connection) dialData(target netip.AddrPort) (ftp.Data, error) {
	client := c.pool.client
	left := c.until - client.host.Scope().Elapsed()
	if left <= 0 {
		return nil, host.ErrTimeout // to a connection, 0 means no deadline
	}
	number, opened, err := client.connect(target, min(left, client.cfg.Connect))
	if err != nil {
		return nil, err
	}
	opened.SetTimeout(max(1, c.until-client.host.Scope().Elapsed()))
	return &data{opened, client, number}, nil
}

// Finish implements ftp.Data.
func (d *data) Finish(err error) {
	d.Close()
	closed := event.ConnClosed{Conn: d.number, How: byServer, Answered: 1}
	if err != nil {
		closed.How, closed.Answered = ending(err), 0
	}
	d.client.log(closed)
}
