package backend

import (
	"net/http"
	"strings"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// website is a back end as a server of HTTP.
type website struct{ *Backend }

// Open implements web.Service.
func (w website) Open(p *sim.Proc, c web.Conn) web.Session {
	client, served := w.admit(p, c)
	if !served {
		return nil
	}
	return &visit{session{w.Backend, client}}
}

// visit is one connection to a website.
type visit struct{ session }

// Serve implements web.Session.
func (s *visit) Serve(p *sim.Proc, x *web.Exchange) {
	b := s.backend
	b.host.CPU().Use(p, host.Service, 0)
	b.workers.take(p)
	defer b.workers.give()
	page := b.page(x.Request.Path)
	if !page.Static {
		b.hold(p)
		if b.mode.kind == ModeReset || b.mode.kind == ModeResetOnAccept { // a connection from before
			x.Abort()
			return
		}
		if b.mode.status != 0 {
			page.Status = b.mode.status
		}
	}
	if b.cfg.Session != "" && !b.begin(x) && page.NeedsSession {
		page.Status = http.StatusUnauthorized
	}
	if b.answer(p, x, page) == nil {
		s.served(x.Request.ID)
	}
}

// page returns what the back end answers on a path.
func (b *Backend) page(path string) topology.Page {
	if len(b.cfg.Paths) > 0 {
		path, _, _ = strings.Cut(path, "?")
		if page, own := b.cfg.Paths[path]; own {
			return page
		}
	}
	return topology.Page{Status: b.cfg.Status, Size: b.cfg.Size, Body: b.cfg.Body, ContentType: b.cfg.ContentType}
}

// answer answers with a page, as well as the mode allows.
func (b *Backend) answer(p *sim.Proc, x *web.Exchange, page topology.Page) error {
	if wrong := misbehaviours[b.mode.kind]; wrong != nil && !page.Static {
		return wrong(b, p, x, page)
	}
	if page.Body == "" {
		return x.Answer(page.Status, page.Size)
	}
	return x.AnswerWith(web.Content{Status: page.Status, Type: page.ContentType, Body: page.Body})
}
