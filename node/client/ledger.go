package client

// Ledger gives connections and requests their numbers, which are unique in a
// run: one ledger serves all clients of a world.
type Ledger struct {
	connections uint64
	requests    uint64
}

// NewLedger returns a ledger whose first numbers are 1.
func NewLedger() *Ledger { return &Ledger{} }

// NewLedgerOf returns the ledger of one process among several: its numbers are
// unlike those of the others.
func NewLedgerOf(process uint64) *Ledger {
	const perProcess = 1 << 32
	return &Ledger{connections: process * perProcess, requests: process * perProcess}
}

func (l *Ledger) connection() uint64 { l.connections++; return l.connections }

func (l *Ledger) request() uint64 { l.requests++; return l.requests }
