package cell

import (
	"fmt"
	"net/http"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// servlet is a cell as a server of HTTP.
type servlet struct{ *Cell }

// Ready implements web.Service.
func (servlet) Ready(*sim.Proc) {}

// Open implements web.Service.
func (s servlet) Open(*sim.Proc, web.Conn) web.Session { return visit{s.Cell} }

// visit is one connection to a cell.
type visit struct{ cell *Cell }

// Close implements web.Session.
func (visit) Close() {}

// Serve implements web.Session.
func (v visit) Serve(p *sim.Proc, x *web.Exchange) {
	k := v.cell
	k.host.CPU().Use(p, host.Service, 0)
	q, ok := questionOf(x.Request.Path)
	if !ok {
		// An answer that cannot be sent is lost.
		_ = x.AnswerWith(web.Content{Status: http.StatusNotFound, Type: "text/plain", Body: "not found\n"})
		return
	}
	v.hold(p, q)
	switch {
	case !k.port.Started():
		x.Abort()
	case k.mode == topology.CellGarbage:
		_ = x.AnswerWith(web.Content{Status: http.StatusOK, Type: "text/html", Body: page})
	case k.mode == topology.CellSlow:
		v.drip(p, x)
	default:
		_ = x.AnswerWith(web.Content{Status: http.StatusOK, Type: "application/json", Body: string(k.document().Marshal())})
	}
}

// page is what a cell answers in place of a document, as WebSphere does for an
// application that is not there.
const page = "<html><body>Error 404: SRVE0190E: File not found: /odcinfo</body></html>\n"

// hold parks while there is nothing to answer.
func (v visit) hold(p *sim.Proc, q question) {
	k := v.cell
	scope := k.host.Scope()
	due := scope.Elapsed() + q.wait
	timer := scope.NewTimer(sim.Func(p.Wake))
	defer timer.Stop()
	for k.port.Started() {
		left := due - scope.Elapsed()
		if k.mode != topology.CellHang {
			if left <= 0 || q.known != k.document().Generation || k.mode == topology.CellGarbage {
				return
			}
			timer.Reset(left)
		}
		k.held = append(k.held, p)
		p.Park()
	}
}

// drip sends a byte of the document each second, as long as the mode stays.
func (v visit) drip(p *sim.Proc, x *web.Exchange) {
	text := v.cell.document().Marshal()
	left := fmt.Appendf(x.AppendHead(nil, http.StatusOK, false), "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
	for len(left) > 0 {
		n := len(left)
		if v.cell.mode == topology.CellSlow {
			n = 1
		}
		if x.Raw(left[:n]) != nil {
			return
		}
		if left = left[n:]; len(left) > 0 {
			p.Sleep(time.Second)
		}
	}
}
