package engine

import (
	"maps"
	"slices"
	"strings"
)

// Store is what survives a crash of the machine: the rows, the log of
// transactions that are written, and the role. The zero Store is an empty
// primary.
type Store struct {
	Replica bool

	// OnChange is told what is written, so that Redo can repeat it on an empty
	// store; nil: nobody is.
	OnChange func(Change)

	rows    map[Key]string
	applied uint64   // last record that the rows contain
	log     []Record // the newest ones, in order
	before  uint64   // number of the record before the first one in log
	saved   uint64   // last record of the last checkpoint: recovery begins after it
	history []Fork   // the timelines that this data went through, the newest last
}

// Change is something that was written to a store.
type Change struct {
	Feed    Feed
	Replica bool
	Saved   uint64
}

// changed reports a change.
func (s *Store) changed(f Feed) {
	if s.OnChange != nil {
		s.OnChange(Change{f, s.Replica, s.saved})
	}
}

// Redo repeats a change.
func (s *Store) Redo(c Change) {
	s.take(c.Feed)
	s.Replica, s.saved = c.Replica, c.Saved
}

// Record is a committed transaction.
type Record struct {
	Number uint64 // from 1, without gaps
	Writes []Write
}

// Write is the new value of a row.
type Write struct {
	Key    Key
	Value  string
	Delete bool
}

// Position is a point in a history of transactions.
type Position struct {
	Timeline string // "": that of a database that was never promoted
	Number   uint64 // of the last record before it
}

// Fork is where a timeline begins.
type Fork struct {
	Timeline string
	After    uint64 // number of the last record of the timeline before
}

// Feed is what a primary sends to a replica: records, or a copy of all rows and
// the records after it.
type Feed struct {
	Records []Record
	Full    bool    // the replica's data is replaced
	Copy    []Write // with Full: all rows, sorted
	At      uint64  // with Full: number of the last record in Copy
	History []Fork  // nil: as before
}

// logMax is how many records a store keeps for replicas that come back. One
// that is further behind gets a copy.
const logMax = 1 << 16

// last returns the number of the last record that is written.
func (s *Store) last() uint64 { return s.before + uint64(len(s.log)) }

// Position returns the end of what is written.
func (s *Store) Position() Position { return Position{s.timeline(), s.last()} }

func (s *Store) timeline() string {
	if len(s.history) == 0 {
		return ""
	}
	return s.history[len(s.history)-1].Timeline
}

// write appends a record to the log.
func (s *Store) write(writes []Write) Record {
	r := Record{s.last() + 1, writes}
	s.keep(r)
	if s.OnChange != nil {
		s.changed(Feed{Records: []Record{r}})
	}
	return r
}

func (s *Store) keep(r Record) {
	if len(s.log) >= 2*logMax {
		drop := len(s.log) - logMax
		if unapplied := s.last() - s.applied; uint64(len(s.log)-drop) < unapplied {
			drop = len(s.log) - int(unapplied)
		}
		s.log = slices.Clone(s.log[drop:])
		s.before += uint64(drop)
	}
	s.log = append(s.log, r)
}

// apply puts the next records, up to a number, into the rows.
func (s *Store) apply(to uint64) {
	if s.rows == nil {
		s.rows = map[Key]string{}
	}
	for s.applied < to {
		for _, w := range s.log[s.applied-s.before].Writes {
			if w.Delete {
				delete(s.rows, w.Key)
			} else {
				s.rows[w.Key] = w.Value
			}
		}
		s.applied++
	}
}

// keys lists the rows of a table.
func (s *Store) keys(table string) []string {
	var found []string
	for k := range s.rows { // order: sorted below
		if k.Table == table {
			found = append(found, k.Row)
		}
	}
	slices.Sort(found)
	return found
}

// Rows returns a copy of all rows.
func (s *Store) Rows() map[Key]string { return maps.Clone(s.rows) }

// since returns what a replica at a position lacks, and how many transactions
// it has that this store never had.
func (s *Store) since(at Position) (f Feed, lost int) {
	f.History = slices.Clone(s.history)
	if f.History == nil {
		f.History = []Fork{}
	}
	end, known := s.endOf(at.Timeline)
	switch {
	case known && at.Number <= end && at.Number >= s.before:
		f.Records = s.log[at.Number-s.before:]
	default:
		f.Full = true
		f.Copy, f.At = s.copy(), s.applied
		f.Records = s.log[s.applied-s.before:]
		if known && at.Number > end {
			lost = int(at.Number - end)
		} else if !known {
			lost = int(at.Number)
		}
	}
	return f, lost
}

// endOf returns the last record of a timeline that this data went through.
func (s *Store) endOf(timeline string) (end uint64, known bool) {
	next := 0
	if timeline != "" {
		next = 1 + slices.IndexFunc(s.history, func(f Fork) bool { return f.Timeline == timeline })
		if next == 0 {
			return 0, false
		}
	}
	if next < len(s.history) {
		return s.history[next].After, true
	}
	return s.last(), true
}

// copy returns all rows, sorted.
func (s *Store) copy() []Write {
	all := make([]Write, 0, len(s.rows))
	for k, v := range s.rows { // order: sorted below
		all = append(all, Write{Key: k, Value: v})
	}
	slices.SortFunc(all, func(a, b Write) int {
		if c := strings.Compare(a.Key.Table, b.Key.Table); c != 0 {
			return c
		}
		return strings.Compare(a.Key.Row, b.Key.Row)
	})
	return all
}

// take writes what a primary sends. It skips records that are here already.
func (s *Store) take(f Feed) {
	if f.Full {
		s.rows, s.log = map[Key]string{}, nil
		for _, w := range f.Copy {
			s.rows[w.Key] = w.Value
		}
		s.before, s.applied, s.saved = f.At, f.At, f.At
	}
	for _, r := range f.Records {
		if r.Number == s.last()+1 {
			s.keep(r)
		}
	}
	if f.History != nil {
		s.history = f.History
	}
	s.changed(f)
}
