package text

import (
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// burstMin is how many outages in close succession become one pair of lines:
// some of several servers do not answer, and each second request waits.
const burstMin = 3

// takeOutages adds lines for the ends of the outages that the lanes show.
func (l *list) takeOutages(r *reports.Result) {
	type answer struct {
		client string
		at     time.Duration
	}
	ends := map[answer]*entry{}
	for _, client := range l.clients {
		for _, burst := range bursts(client.Outages) {
			for i, o := range burst {
				single := len(burst) < burstMin
				if single || i == 0 {
					l.addOutage(o.Client, o.From, span{whileOut(single), bad})
				}
				if last := i == len(burst)-1; o.Open || !single && !last {
					continue
				}
				end := l.addOutage(o.Client, o.To, backAfter(burst, single, o))
				ends[answer{o.Client, o.To}] = end
			}
		}
	}
	for e, b := range event.Of[event.RequestAnswered](r.Events) {
		if end := ends[answer{e.Node, e.At}]; end != nil && b.By != "" {
			end.spans = append(end.spans, span{" by " + b.By, plain})
			delete(ends, answer{e.Node, e.At}) // others may come at the same instant
		}
	}
}

func (l *list) addOutage(client string, at time.Duration, text span) *entry {
	e := &entry{at: at, node: client, kind: "outage", spans: []span{text}}
	l.entries = append(l.entries, e)
	return e
}

func whileOut(single bool) string {
	if single {
		return "no answer any more"
	}
	return "some requests have no answer"
}

func backAfter(burst []oracle.Outage, single bool, o oracle.Outage) span {
	if single {
		return span{"answered again after " + short(o.Duration), good}
	}
	var longest time.Duration
	for _, o := range burst {
		longest = max(longest, o.Duration)
	}
	return span{"all are answered again; " + count(len(burst), "outage") + " of up to " + short(longest) + ", this one ends", good}
}

// bursts divides the outages of a client, which are in their order, into those
// that follow each other closely.
func bursts(all []oracle.Outage) (each [][]oracle.Outage) {
	for i, o := range all {
		if i == 0 || o.From-all[i-1].To > gatherSpan {
			each = append(each, nil)
		}
		last := len(each) - 1
		each[last] = append(each[last], o)
	}
	return each
}
