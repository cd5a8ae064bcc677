package check

import (
	"fmt"
	"io"
	"strconv"

	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/topology"
)

// How much of a body a check looks at. What is searched is cut off, as HAProxy
// does with its buffer of 16 KiB; what is parsed must arrive whole.
const (
	searchMax = 16 << 10
	parseMax  = 1 << 20
)

// ask makes a request and checks its answer.
func (c *Checker) ask(conn web.Conn, target topology.Target) error {
	link := web.NewLink(conn)
	defer link.Release()
	request := c.request(target)
	if err := link.Send(&request); err != nil {
		return inWords(err)
	}
	answer, err := link.Head(&request)
	switch {
	case err != nil:
		return inWords(err)
	case c.cfg.Status != 0 && answer.Status != c.cfg.Status:
		return fmt.Errorf("status %d", answer.Status)
	case c.is == nil:
		return nil
	}
	return c.read(answer)
}

// request returns the request that the check makes.
func (c *Checker) request(target topology.Target) web.Request {
	r := web.Request{Host: target.Host, Path: target.Path, Method: c.cfg.Method}
	if c.cfg.Method == topology.MethodPost {
		r.Body = &web.Body{Text: c.cfg.Send, Type: c.cfg.ContentType}
		if c.cfg.By == topology.CheckSOAP {
			r.Body.SOAPAction = strconv.Quote(c.cfg.SOAPAction)
		}
	}
	return r
}

// read reads what the check looks at, and judges it.
func (c *Checker) read(answer io.Reader) error {
	if c.limit == parseMax {
		body, err := io.ReadAll(io.LimitReader(answer, parseMax+1))
		switch {
		case err != nil:
			return inWords(err)
		case len(body) > parseMax:
			return errTooLarge
		}
		return c.is(body)
	}
	body, err := io.ReadAll(io.LimitReader(answer, int64(c.limit)))
	if wrong := c.is(body); wrong == nil || err == nil {
		return wrong
	}
	return inWords(err)
}
