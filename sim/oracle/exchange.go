package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Exchange counts what became of the business documents of one sender. The
// other side is all machines to which they came: one with one store, or members
// that each have a store of their own. Sent = Acknowledged + Failed + Open, and
// Sent = Once + Twice + Lost + those neither processed nor failed at the end.
type Exchange struct {
	From string `json:"from"` // the sender
	Sent int    `json:"sent"` // documents
	Once int    `json:"once"` // processed exactly once
	// Twice is how many documents were processed more than once. Elsewhere and
	// Again count the copies: by a machine that had not had the document, although
	// another one had processed it, and by one that had forgotten it.
	Twice     int `json:"twice"`
	Elsewhere int `json:"elsewhere"`
	Again     int `json:"again"`
	// Recognised is how many copies were recognised as duplicates.
	Recognised int `json:"recognised"`
	Refused    int `json:"refused"` // arrivals that found a store full
	Unsent     int `json:"unsent"`  // documents for which the sender's own store had no room; not in Sent
	Lost       int `json:"lost"`    // given up by the sender, and never processed

	Retransmissions int `json:"retransmissions"`
	Needless        int `json:"needless"` // of those: the document had been processed before
	Acknowledged    int `json:"acknowledged"`
	Failed          int `json:"failed"`       // given up by the sender
	FalselyFailed   int `json:"falsely_lost"` // of those: processed all the same
	Open            int `json:"open"`         // neither, when the run ended
	Matched         int `json:"matched"`      // receipts that came to the sender while it waited
	Late            int `json:"late"`         // receipts that came to it later
	Wrong           int `json:"wrong"`        // receipts that came to a machine that had not sent the document

	Asked         int `json:"asked"`          // status requests
	StatusWrong   int `json:"status_wrong"`   // answered with NotRecognized, though some machine had processed the document
	StatusMissing int `json:"status_missing"` // without an answer
	// Split is how many transactions no single store shows whole on one of the two
	// sides: its transmissions, or its receipts, came to several machines.
	Split int `json:"split"`
}

// PersistenceStore is the store of business documents of one machine.
type PersistenceStore struct {
	Node      string `json:"node"`
	Service   string `json:"service"`
	Full      int    `json:"full"`      // times that it became full
	Documents int    `json:"documents"` // in it at the end, if the machine ran then
	Waiting   int    `json:"waiting"`   // of them: without a receipt
}

// exchanges follows all documents of a run.
type exchanges struct {
	documents map[string]*document // by Message-ID
	order     []*document          // as they became known
	stores    map[[2]string]*PersistenceStore
}

// document is one transaction, as all machines together know it.
type document struct {
	sender    string // empty: not known yet
	processed []string
	seen      string // the one machine that it came to
	home      string // the one machine that its receipts came to
	split     bool
	sum       Exchange // its share
}

func newExchanges(*scene) recorder {
	return &exchanges{documents: map[string]*document{}, stores: map[[2]string]*PersistenceStore{}}
}

func (f *exchanges) document(id string) *document {
	d := f.documents[id]
	if d == nil {
		d = &document{}
		f.documents[id] = d
		f.order = append(f.order, d)
	}
	return d
}

var exchangeReads = event.SetOf(
	event.DocumentSent{}, event.DocumentUndelivered{}, event.DocumentArrived{}, event.ReceiptArrived{},
	event.DocumentEnded{}, event.StatusArrived{}, event.StoreChanged{}, event.StoreStatus{},
)

// reads implements fold.
func (*exchanges) reads() event.Set { return exchangeReads }

// Observe implements fold.
func (f *exchanges) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.DocumentSent:
		f.document(b.Message).sent(e.Node, b.Attempt)
	case event.DocumentUndelivered:
		if b.Attempt == 0 {
			d := f.document(b.Message)
			d.sender, d.sum.Unsent = e.Node, 1
		}
	case event.DocumentArrived:
		f.document(b.Message).arrived(e.Node, b.Outcome)
	case event.ReceiptArrived:
		f.document(b.Message).receipt(e.Node, b.Outcome)
	case event.DocumentEnded:
		d := f.document(b.Message)
		d.sum.Acknowledged, d.sum.Failed = 0, 1
		if b.State == "acknowledged" {
			d.sum.Acknowledged, d.sum.Failed = 1, 0
		}
	case event.StatusArrived:
		f.document(b.Message).status(b.Status)
	case event.StoreChanged:
		if b.State == "full" {
			f.store(e.Node, b.Service).Full++
		}
	case event.StoreStatus:
		s := f.store(e.Node, b.Service)
		s.Documents, s.Waiting = b.Documents, b.Waiting
	}
}

func (f *exchanges) store(node, service string) *PersistenceStore {
	key := [2]string{node, service}
	if f.stores[key] == nil {
		f.stores[key] = &PersistenceStore{Node: node, Service: service}
	}
	return f.stores[key]
}

func (d *document) sent(node string, attempt int) {
	d.sender, d.sum.Sent = node, 1
	if attempt == 1 {
		return
	}
	d.sum.Retransmissions++
	if len(d.processed) > 0 {
		d.sum.Needless++
	}
}

func (d *document) arrived(node, outcome string) {
	// Who recognises what it has not processed has a copy of the other's store.
	copied := outcome == "duplicate" && !slices.Contains(d.processed, node)
	d.split = d.split || d.seen != "" && d.seen != node && !copied
	d.seen = node
	switch outcome {
	case "duplicate":
		d.sum.Recognised++
	case "refused":
		d.sum.Refused++
	case "processed":
		for i, other := range d.processed {
			if other == node {
				d.sum.Again++
				break
			}
			if i == len(d.processed)-1 {
				d.sum.Elsewhere++
			}
		}
		d.processed = append(d.processed, node)
	}
}

func (d *document) receipt(node, outcome string) {
	d.split = d.split || d.home != "" && d.home != node
	d.home = node
	switch outcome {
	case "matched":
		d.sum.Matched++
	case "unknown":
		d.sum.Wrong++
		d.split = true
	default:
		d.sum.Late++
	}
}

func (d *document) status(status string) {
	d.sum.Asked++
	switch {
	case status == "":
		d.sum.StatusMissing++
	case status == "NotRecognized" && len(d.processed) > 0:
		d.sum.StatusWrong++
	}
}

// Finish implements fold.
func (f *exchanges) Finish(time.Duration) {
	for _, d := range f.order {
		if d.sum.Sent == 0 {
			continue
		}
		d.sum.Open = 1 - d.sum.Acknowledged - d.sum.Failed
		switch processed := len(d.processed); {
		case processed == 1:
			d.sum.Once = 1
		case processed > 1:
			d.sum.Twice = 1
		case d.sum.Failed > 0:
			d.sum.Lost = 1
		}
		if d.sum.Failed > 0 && len(d.processed) > 0 {
			d.sum.FalselyFailed = 1
		}
		if d.split {
			d.sum.Split = 1
		}
	}
}

func (f *exchanges) record(to *Measures) {
	sums := map[string]*Exchange{}
	for _, d := range f.order {
		if d.sum.Sent+d.sum.Unsent == 0 {
			continue // of a sender that the run does not have
		}
		if sums[d.sender] == nil {
			sums[d.sender] = &Exchange{From: d.sender}
		}
		sums[d.sender].Add(d.sum)
	}
	to.Exchanges = make([]Exchange, 0, len(sums))
	for _, name := range sorted(sums) {
		to.Exchanges = append(to.Exchanges, *sums[name])
	}
	to.Stores = make([]PersistenceStore, 0, len(f.stores))
	for _, key := range sortedPairs(f.stores) {
		to.Stores = append(to.Stores, *f.stores[key])
	}
}
