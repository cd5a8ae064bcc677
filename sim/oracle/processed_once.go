package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// processedOnce watches the business documents that come to each machine. Other
// machines have stores of their own, and what one of them has processed another
// one may take as new.
type processedOnce struct {
	watch *watch
	since map[[2]string]time.Duration // when a node processed a document that it has not forgotten
}

func newProcessedOnce(w *watch) *processedOnce {
	return &processedOnce{w, map[[2]string]time.Duration{}}
}

var processedOnceReads = event.SetOf(event.DocumentForgotten{}, event.DocumentArrived{})

// reads implements fold.
func (*processedOnce) reads() event.Set { return processedOnceReads }

// Observe implements fold.
func (p *processedOnce) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.DocumentForgotten:
		delete(p.since, [2]string{e.Node, b.Message})
	case event.DocumentArrived:
		if b.Outcome != "processed" {
			return
		}
		key := [2]string{e.Node, b.Message}
		if since, before := p.since[key]; before {
			p.watch.report(e.At, "%s processed a document of %s again, which it has in its store since %v; it is %s", e.Node, b.From, since, b.Message)
		}
		p.since[key] = e.At
	}
}

// Finish implements fold.
func (p *processedOnce) Finish(time.Duration) {}
