package oracle

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// deed is an operation of a clerk of a teller that has or may have had an
// effect, or that has read something.
type deed struct {
	node     string
	verb     string // read, write, append
	value    string // a word, or what was read
	words    []string
	began    time.Duration
	ended    time.Duration // forever if the outcome is unknown
	known    bool          // it was acknowledged
	seenAt   time.Duration // of a write: when it must have happened, because it was acknowledged or read; forever: never
	list     bool
	position int // in the book
}

// forever is after the end of every run.
const forever = time.Duration(math.MaxInt64)

// The verbs and outcomes of deeds: see event.TellerDone.
const (
	verbRead   = "read"
	verbAppend = "append"

	outcomeOK      = "ok"
	outcomeFailed  = "failed"
	outcomeUnknown = "unknown"
)

// page is what tellers did to one key of a book.
type page struct {
	book, key string
	deeds     []deed
	count     int             // of deeds, including those that are too many to keep
	failed    map[string]bool // values whose write has failed
}

// pageMax is the most deeds of one key that are compared: the time that takes
// can grow quickly with their number.
const pageMax = 2000

// pages collects what tellers did, by book and key.
type pages struct {
	all    map[[2]string]*page
	ledger map[string]*Ledger
}

func newPages() *pages {
	return &pages{map[[2]string]*page{}, map[string]*Ledger{}}
}

var pageReads = event.SetOf(event.TellerDone{})

func (p *pages) observe(e event.Event) {
	b, is := e.What.(event.TellerDone)
	if !is {
		return
	}
	l := p.ledger[b.Book]
	if l == nil {
		l = &Ledger{Book: b.Book}
		p.ledger[b.Book] = l
	}
	at := [2]string{b.Book, b.Key}
	g := p.all[at]
	if g == nil {
		g = &page{book: b.Book, key: b.Key, failed: map[string]bool{}}
		p.all[at] = g
	}
	l.Operations++
	d := deed{node: e.Node, verb: b.Verb, value: b.Value, began: b.Began, ended: e.At, seenAt: e.At, known: true, list: b.Verb == verbAppend}
	switch b.Outcome {
	case outcomeOK:
		l.OK++
		if b.Verb == verbRead {
			l.LastRead = max(l.LastRead, b.Began)
		}
	case outcomeFailed:
		l.Failed++
		if b.Verb != verbRead {
			g.failed[b.Value] = true
		}
		return
	case outcomeUnknown:
		l.Unknown++
		if b.Verb == verbRead {
			return
		}
		d.known, d.ended, d.seenAt = false, forever, forever
	}
	if g.count++; g.count <= pageMax {
		g.deeds = append(g.deeds, d)
	}
}

// sorted returns the pages in the order of book and key, prepared to be
// compared.
func (p *pages) sorted() []*page {
	var all []*page
	for _, g := range p.all { // order: sorted below
		g.prepare()
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b *page) int {
		if c := strings.Compare(a.book, b.book); c != 0 {
			return c
		}
		return strings.Compare(a.key, b.key)
	})
	return all
}

// prepare orders the deeds by their beginning, and finds out when writes of
// unknown outcome were first seen. Those that nobody saw are dropped: they may
// be yet to come, and explain nothing.
func (g *page) prepare() {
	list := slices.ContainsFunc(g.deeds, func(d deed) bool { return d.list })
	first := map[string]time.Duration{} // end of the first read that shows a word
	for i := range g.deeds {
		d := &g.deeds[i]
		if d.list = list; d.verb != verbRead {
			continue
		}
		d.words = []string{d.value}
		if list {
			d.words = strings.Fields(d.value)
		}
		for _, word := range d.words {
			if at, seen := first[word]; !seen || d.ended < at {
				first[word] = d.ended
			}
		}
	}
	kept := g.deeds[:0]
	for _, d := range g.deeds {
		if at, seen := first[d.value]; d.verb != verbRead && seen {
			d.seenAt = min(d.seenAt, at)
		}
		if d.seenAt < forever {
			kept = append(kept, d)
		}
	}
	g.deeds = kept
	slices.SortStableFunc(g.deeds, func(a, b deed) int { return int(a.began - b.began) })
	for i := range g.deeds {
		g.deeds[i].position = i
	}
}

// end is when a deed must have happened at the latest.
func (d *deed) end() time.Duration { return max(min(d.ended, d.seenAt), d.began) }

// String says what was done, when, and what came of it.
func (d *deed) String() string {
	span := fmt.Sprintf("%s..%s", shortTime(d.began), shortTime(d.ended))
	switch {
	case d.verb == verbRead && d.value == "":
		return fmt.Sprintf("%s %s reads nothing", span, d.node)
	case d.verb == verbRead && d.list:
		return fmt.Sprintf("%s %s reads %d words", span, d.node, len(d.words))
	case d.verb == verbRead:
		return fmt.Sprintf("%s %s reads %s", span, d.node, d.value)
	case d.ended == forever:
		span = shortTime(d.began) + ".. (no answer)"
	}
	return fmt.Sprintf("%s %s %ss %s", span, d.node, d.verb, d.value)
}

// shortTime prints an instant in milliseconds.
func shortTime(d time.Duration) string { return d.Round(time.Millisecond).String() }
