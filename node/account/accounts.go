package account

import (
	"errors"
	"net/http"
	"strings"

	"github.com/cablepull/cablepull/node/datasource"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Accounts is a book as an HTTP service during one boot of its machine.
type Accounts struct {
	host *host.Host
	base string // of the paths
	book *Book
	port *session.Port
}

// New starts the service on a running machine; it ends with the machine. cfg
// must be complete.
func New(h *host.Host, cfg topology.Accounts) *Accounts {
	a := &Accounts{host: h, base: cfg.Base, book: NewBook(datasource.New(h, cfg.Database))}
	server := &web.Server{Node: h.Name(), Go: h.Go, Service: counter{a}}
	a.port = session.Open(h, topology.AccountsService, session.AnyAddress(cfg.Port), server)
	return a
}

// StopService closes the port. The pool stays open, and so do its connections.
// The name is topology.AccountsService.
func (a *Accounts) StopService(name string) error { return a.port.StopService(name) }

// StartService opens the port again.
func (a *Accounts) StartService(name string) error { return a.port.StartService(name) }

// counter is the service as package web sees it.
type counter struct{ *Accounts }

// Ready implements web.Service.
func (counter) Ready(*sim.Proc) {}

// Open implements web.Service.
func (c counter) Open(*sim.Proc, web.Conn) web.Session { return visit(c) }

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
	key, under := strings.CutPrefix(x.Request.Path, v.base+"/")
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
