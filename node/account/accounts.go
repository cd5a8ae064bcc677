package account

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/node/datasource"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Accounts is a book as an HTTP service during one boot of its machine.
type Accounts struct {
	host     *host.Host
	cfg      topology.Accounts
	book     *Book
	server   *web.Server
	proc     *sim.Proc // listens and accepts; nil: stopped
	listener *host.Listener
}

// New starts the service on a running machine; it ends with the machine. cfg
// must be complete.
func New(h *host.Host, cfg topology.Accounts) *Accounts {
	a := &Accounts{host: h, cfg: cfg, book: NewBook(datasource.New(h, cfg.Database))}
	a.server = &web.Server{Node: h.Name(), Go: h.Go, Service: counter{a}}
	a.proc = h.Go("accounts", a.run)
	return a
}

// StopService closes the port. The pool stays open, and so do its connections.
// The name is topology.AccountsService.
func (a *Accounts) StopService(name string) error {
	if err := a.serves(name); err != nil || a.proc == nil {
		return err
	}
	a.proc = nil
	if a.listener != nil {
		a.listener.Close()
		a.listener = nil
	}
	a.log("stopped", "port "+strconv.Itoa(a.cfg.Port))
	a.server.Drain()
	return nil
}

// StartService opens the port again.
func (a *Accounts) StartService(name string) error {
	if err := a.serves(name); err != nil || a.proc != nil {
		return err
	}
	a.proc = a.host.Go("accounts", a.run)
	return nil
}

func (a *Accounts) serves(name string) error {
	if name != topology.AccountsService {
		return fmt.Errorf("accounts: %s: service: got %q, want %s", a.host.Name(), name, topology.AccountsService)
	}
	return nil
}

func (a *Accounts) log(state, reason string) {
	a.host.Log(event.ServiceChanged{Service: topology.AccountsService, State: state, Reason: reason})
}

// backlog is how many connections wait to be accepted.
const backlog = 128

// run listens until the service is stopped.
func (a *Accounts) run(p *sim.Proc) {
	if a.proc != p {
		return // stopped before it began
	}
	l, err := a.host.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(a.cfg.Port)), backlog)
	if err != nil {
		a.proc = nil
		a.log("failed", err.Error())
		return
	}
	a.listener = l
	a.log("listening", "port "+strconv.Itoa(a.cfg.Port))
	err = a.server.Serve(p, l)
	if a.proc == p { // nobody stopped it
		a.proc, a.listener = nil, nil
		a.log("failed", err.Error())
	}
}

// counter is the service as package web sees it.
type counter struct{ *Accounts }

// Ready implements web.Service.
func (c counter) Ready(p *sim.Proc) { c.host.CPU().Use(p, host.Service, 0) }

// Open implements web.Service.
func (c counter) Open(p *sim.Proc, _ web.Conn) web.Session {
	c.host.CPU().Use(p, host.Service, 0) // the hog may have come while it waited in Accept
	if c.proc != p {
		return nil // stopped meanwhile
	}
	return visit(c)
}

// visit is one connection.
type visit struct{ *Accounts }

// Close implements web.Session.
func (visit) Close() {}

// Serve implements web.Session.
func (v visit) Serve(p *sim.Proc, x *web.Exchange) {
	v.host.CPU().Use(p, host.Service, 0)
	switch err := x.TakeBody(bodyMax); {
	case errors.Is(err, web.ErrBodySize):
		answer(x, Answer{http.StatusRequestEntityTooLarge, Failed + "want one word\n"})
		return
	case err != nil:
		return // the connection is over
	}
	key, under := strings.CutPrefix(x.Request.Path, v.cfg.Base+"/")
	if !under {
		answer(x, Answer{http.StatusNotFound, Failed + "not found\n"})
		return
	}
	value := ""
	if x.Request.Body != nil {
		value = x.Request.Body.Text
	}
	method := x.Request.Method
	if method == "" {
		method = http.MethodGet
	}
	answer(x, v.book.Serve(p, method, key, value))
}

// answer sends an answer; one that cannot be sent is lost.
func answer(x *web.Exchange, a Answer) {
	_ = x.AnswerWith(web.Content{Status: a.Status, Type: "text/plain", Body: a.Text})
}
