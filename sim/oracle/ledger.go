package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Ledger counts what tellers of one book did, and what became of it. The
// mistakes are those of the invariant linearizable; a key with more than 2,000
// operations is not looked at.
type Ledger struct {
	Book       string `json:"book"`
	Operations int    `json:"operations"`
	OK         int    `json:"ok"`
	Failed     int    `json:"failed"`  // certainly without effect
	Unknown    int    `json:"unknown"` // nobody told the clerk
	Lost       int    `json:"lost"`    // writes that are missing from some read on
	Doubled    int    `json:"doubled"`
	Reordered  int    `json:"reordered"`
	Stale      int    `json:"stale"`   // reads that lack a write which a later one shows
	Phantom    int    `json:"phantom"` // values that were read and never written

	LastRead time.Duration `json:"last_read"` // when the last read that was answered began
}

// ledgers is the fold of Ledger.
type ledgers struct{ *pages }

func newLedgers(*scene) recorder { return &ledgers{newPages()} }

// reads implements fold.
func (*ledgers) reads() event.Set { return pageReads }

// Observe implements fold.
func (l *ledgers) Observe(e event.Event) { l.observe(e) }

// Finish implements fold.
func (l *ledgers) Finish(time.Duration) {
	for _, g := range l.sorted() {
		if g.count > pageMax {
			continue
		}
		m, sum := g.mistakes(), l.ledger[g.book]
		sum.Lost, sum.Doubled, sum.Reordered = sum.Lost+len(m.lost), sum.Doubled+len(m.doubled), sum.Reordered+len(m.reordered)
		sum.Stale, sum.Phantom = sum.Stale+len(m.stale), sum.Phantom+len(m.phantom)
	}
}

func (l *ledgers) record(m *Measures) {
	m.Ledgers = make([]Ledger, 0, len(l.ledger))
	for _, book := range sorted(l.ledger) {
		m.Ledgers = append(m.Ledgers, *l.ledger[book])
	}
}

var (
	ledgerOperations = &Column{"ledger-operations", "operations of tellers", "operations", Count, Freely}
	ledgerOK         = &Column{"ledger-ok", "operations of tellers ok", "ok", Count, Freely}
	ledgerFailed     = &Column{"ledger-failed", "operations of tellers failed", "failed", Count, Freely}
	ledgerUnknown    = &Column{"ledger-unknown", "operations of tellers unknown", "unknown", Count, Freely}
	ledgerLost       = &Column{"ledger-lost", "writes lost", "lost", Count, Freely}
	ledgerDoubled    = &Column{"ledger-doubled", "writes doubled", "doubled", Count, Freely}
	ledgerReordered  = &Column{"ledger-reordered", "writes reordered", "reordered", Count, Freely}
	ledgerStale      = &Column{"ledger-stale", "reads stale", "stale", Count, Freely}
	ledgerPhantom    = &Column{"ledger-phantom", "values never written", "phantom", Count, Freely}
)

func ledgerTable(m *Measures) Table {
	t := Table{
		Title: "What became of writes", Names: []string{"book"},
		Columns: []*Column{ledgerOperations, ledgerOK, ledgerFailed, ledgerUnknown, ledgerLost, ledgerDoubled, ledgerReordered, ledgerStale, ledgerPhantom},
	}
	for _, l := range m.Ledgers {
		r := row(l.Book)
		r.count(ledgerOperations, l.Operations)
		r.count(ledgerOK, l.OK)
		r.count(ledgerFailed, l.Failed)
		r.count(ledgerUnknown, l.Unknown)
		r.count(ledgerLost, l.Lost).bad()
		r.count(ledgerDoubled, l.Doubled).bad()
		r.count(ledgerReordered, l.Reordered).bad()
		r.count(ledgerStale, l.Stale).bad()
		r.count(ledgerPhantom, l.Phantom).bad()
		t.Rows = append(t.Rows, r)
	}
	return t
}
