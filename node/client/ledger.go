package client

// Ledger numbers connections and requests. Numbers are unique in a run: all
// clients of a world share one ledger.
type Ledger struct {
	connections uint64
	requests    uint64
}

// NewLedger returns a ledger whose first numbers are 1.
func NewLedger() *Ledger { return &Ledger{} }

// NewLedgerOf returns the ledger of one process of several: its numbers differ
// from those of the others.
func NewLedgerOf(process uint64) *Ledger {
	const perProcess = 1 << 32
	return &Ledger{connections: process * perProcess, requests: process * perProcess}
}

func (l *Ledger) connection() uint64 { l.connections++; return l.connections }

func (l *Ledger) request() uint64 { l.requests++; return l.requests }
