package cell

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Report is told what each request to a cell has brought: a document, or an
// error that says in a few words why there is none.
type Report func(Document, error)

// How a watcher behaves where no document of the product says how (ours).
const (
	graceTime   = 5 * time.Second              // for the answer of a cell that held a request as long as it was asked to
	retryTime   = topology.DefaultCellInterval // after a subscription that failed, if that is less than the interval
	spacingTime = time.Second                  // between two requests of a subscription
	limitMax    = topology.DefaultUserAgent    // of a poll
)

// watcher asks one cell, on a connection of its own each time.
type watcher struct {
	host   *host.Host
	cfg    topology.WebSphereCell
	report Report
}

// Watch asks a cell for its document until the machine crashes, and begins at
// once. Each interval one poll begins; it may take as long, but no longer than
// the product's user agent waits. A subscription's request is held by the cell
// until it has another document, or for the interval; the next one follows at
// once, but not within a second. Name is that of the proc.
//
// After a failure a subscription begins anew: the cell may have restarted, and
// count generations from 1 again.
func Watch(h *host.Host, name string, cfg topology.WebSphereCell, report Report) {
	w := &watcher{h, cfg, report}
	h.Go(name, w.run)
}

func (w *watcher) now() time.Duration { return w.host.Scope().Elapsed() }

func (w *watcher) run(p *sim.Proc) {
	known := 0
	for {
		began := w.now()
		d, err := w.ask(w.question(known))
		w.report(d, err)
		due := began + w.cfg.Interval
		if w.cfg.Update == topology.UpdateSubscribe {
			switch {
			case err != nil:
				due = w.now() + min(w.cfg.Interval, retryTime)
			case d.Generation != known:
				due = began + spacingTime
			}
		}
		known = d.Generation // 0 after a failure
		for wait := due - w.now(); wait > 0; wait = due - w.now() {
			p.Sleep(wait)
		}
	}
}

// question returns what to ask when a generation is known.
func (w *watcher) question(known int) question {
	if w.cfg.Update == topology.UpdateSubscribe {
		return question{known, w.cfg.Interval.Truncate(time.Second)}
	}
	return question{}
}

// ask makes one request. Its errors are in words.
func (w *watcher) ask(q question) (Document, error) {
	limit := min(w.cfg.Interval, limitMax)
	if q.wait > 0 {
		limit = w.cfg.Interval + graceTime
	}
	due := w.now() + limit
	conn, err := w.host.Dial(w.cfg.Address, limit)
	if err != nil {
		return Document{}, inWords(err)
	}
	defer conn.Close()
	left := due - w.now()
	if left <= 0 {
		return Document{}, inWords(host.ErrTimeout) // to a connection, 0 means no deadline
	}
	conn.SetTimeout(left)
	link := web.NewLink(conn)
	defer link.Release()
	request := web.Request{Host: w.cfg.Address.String(), Path: q.path()}
	if err := link.Send(&request); err != nil {
		return Document{}, inWords(err)
	}
	head, err := link.Head(&request)
	switch {
	case err != nil:
		return Document{}, inWords(err)
	case head.Status != http.StatusOK:
		return Document{}, fmt.Errorf("status %d", head.Status)
	}
	text, err := io.ReadAll(io.LimitReader(head, documentMax+1))
	if err != nil {
		return Document{}, inWords(err)
	}
	return Parse(text)
}

// inWords names what went wrong with a connection.
func inWords(err error) error {
	var wrong *web.MismatchError
	if errors.As(err, &wrong) {
		return errors.New("not HTTP")
	}
	return errors.New(cmp.Or(host.Failure(err), "closed"))
}
