package oracle

import (
	"cmp"
	"maps"
	"slices"
)

// exchangeColumn is one count of an exchange.
type exchangeColumn struct {
	*Column
	of  func(*Exchange) *int
	bad bool // it should be 0
}

// exchangeColumns are the counts of an exchange, in the order of the table.
// Which member gets a connection, and so who has which part of a transaction,
// depends on the order of segments: in real time most of them vary freely.
var exchangeColumns = []exchangeColumn{
	{&Column{"documents-sent", "documents sent", "sent", Count, WithAllDue}, func(x *Exchange) *int { return &x.Sent }, false},
	{&Column{"documents-once", "documents processed once", "once", Count, Freely}, func(x *Exchange) *int { return &x.Once }, false},
	{&Column{"documents-twice", "documents processed twice", "twice", Count, Freely}, func(x *Exchange) *int { return &x.Twice }, true},
	{&Column{"documents-lost", "documents lost", "lost", Count, Freely}, func(x *Exchange) *int { return &x.Lost }, true},
	{&Column{"documents-elsewhere", "copies accepted by another member", "elsewhere", Count, Freely}, func(x *Exchange) *int { return &x.Elsewhere }, true},
	{&Column{"documents-again", "copies accepted by one that had forgotten", "again", Count, Freely}, func(x *Exchange) *int { return &x.Again }, true},
	{&Column{"documents-recognised", "copies recognised", "recognised", Count, Freely}, func(x *Exchange) *int { return &x.Recognised }, false},
	{&Column{"documents-refused", "arrivals refused", "refused", Count, Freely}, func(x *Exchange) *int { return &x.Refused }, true},
	{&Column{"documents-unsent", "documents without room at the sender", "unsent", Count, Freely}, func(x *Exchange) *int { return &x.Unsent }, true},
	{&Column{"retransmissions", "retransmissions", "sent again", Count, Freely}, func(x *Exchange) *int { return &x.Retransmissions }, false},
	{&Column{"retransmissions-needless", "needless retransmissions", "needless", Count, Freely}, func(x *Exchange) *int { return &x.Needless }, true},
	{&Column{"documents-acknowledged", "documents acknowledged", "acknowledged", Count, Freely}, func(x *Exchange) *int { return &x.Acknowledged }, false},
	{&Column{"documents-failed", "documents given up", "given up", Count, Freely}, func(x *Exchange) *int { return &x.Failed }, true},
	{&Column{"documents-falsely-failed", "given up, though processed", "though processed", Count, Freely}, func(x *Exchange) *int { return &x.FalselyFailed }, true},
	{&Column{"documents-open", "documents without an end", "open", Count, Freely}, func(x *Exchange) *int { return &x.Open }, false},
	{&Column{"receipts-matched", "receipts at the sender", "", Count, Freely}, func(x *Exchange) *int { return &x.Matched }, false},
	{&Column{"receipts-late", "receipts too late", "late receipts", Count, Freely}, func(x *Exchange) *int { return &x.Late }, false},
	{&Column{"receipts-wrong", "receipts at the wrong member", "wrong receipts", Count, Freely}, func(x *Exchange) *int { return &x.Wrong }, true},
	{&Column{"status-asked", "status requests", "status asked", Count, Freely}, func(x *Exchange) *int { return &x.Asked }, false},
	{&Column{"status-wrong", "wrong status answers", "wrong", Count, Freely}, func(x *Exchange) *int { return &x.StatusWrong }, true},
	{&Column{"status-missing", "missing status answers", "missing", Count, Freely}, func(x *Exchange) *int { return &x.StatusMissing }, true},
	{&Column{"transactions-split", "transactions that no viewer shows whole", "split", Count, Freely}, func(x *Exchange) *int { return &x.Split }, true},
}

// Add adds the counts of another exchange.
func (x *Exchange) Add(other Exchange) {
	for _, c := range exchangeColumns {
		*c.of(x) += *c.of(&other)
	}
}

func exchangeTable(m *Measures) Table {
	t := Table{Title: "Business documents", Names: []string{"sender"}}
	for _, c := range exchangeColumns {
		t.Columns = append(t.Columns, c.Column)
	}
	for i := range m.Exchanges {
		x := &m.Exchanges[i]
		r := row(x.From)
		for _, c := range exchangeColumns {
			figure := r.count(c.Column, *c.of(x))
			if c.bad {
				figure.bad()
			}
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

var (
	storeFull      = &Column{"store-full", "times full", "full", Count, Freely}
	storeDocuments = &Column{"store-documents", "documents in the store", "documents", Count, Freely}
	storeWaiting   = &Column{"store-waiting", "of them without a receipt", "waiting", Count, Freely}
)

func storeTable(m *Measures) Table {
	t := Table{Title: "Persistence stores", Names: []string{"node", "service"}, Columns: []*Column{storeFull, storeDocuments, storeWaiting}}
	for _, s := range m.Stores {
		r := Row{Of: s.Node + " " + s.Service, Names: []string{s.Node, s.Service}}
		r.count(storeFull, s.Full).bad()
		r.count(storeDocuments, s.Documents)
		r.count(storeWaiting, s.Waiting)
		t.Rows = append(t.Rows, r)
	}
	return t
}

// sortedPairs returns the keys of a map in order.
func sortedPairs[V any](m map[[2]string]V) [][2]string {
	return slices.SortedFunc(maps.Keys(m), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
}
