package b2b

import (
	"time"

	"github.com/cablepull/cablepull/node/planted"
)

// Config is how one party behaves.
type Config struct {
	Retransmit time.Duration // from one transmission to the next while no receipt comes
	Resends    int           // how often a document is sent again; then it has failed
	Size       int           // how many transactions the store holds; 0: no limit
	WhenFull   Policy
	Retention  time.Duration // how long a finished transaction is kept; 0: for ever
}

// Policy is what a store does that is full.
type Policy string

// The policies.
const (
	// RefuseNew neither sends nor takes a document that has no room. The other side
	// sends it again.
	RefuseNew Policy = "refuse"
	// ForgetOld forgets the finished transaction that is oldest. Its duplicates are
	// new documents from then on.
	ForgetOld Policy = "forget"
)

// Store is the persistence store of one party. It survives the party's
// machine: a program that starts again goes on with it, see Restart.
type Store struct {
	// OnChange is told what is written, so that Redo can repeat it on an empty
	// store; nil: nobody is.
	OnChange func(Change)

	cfg     Config
	all     map[string]*Transaction
	age     list // in the order of Since
	pending list // of those that wait, in the order of Due
	numbers uint64
}

// NewStore returns an empty store.
func NewStore(cfg Config) *Store {
	s := &Store{cfg: cfg, all: map[string]*Transaction{}}
	s.pending.due = true
	return s
}

// Len returns how many transactions the store holds.
func (s *Store) Len() int { return len(s.all) }

// Waiting returns how many of them wait for a receipt.
func (s *Store) Waiting() int { return s.pending.length }

// Full reports whether the store has no room.
func (s *Store) Full() bool { return s.cfg.Size > 0 && len(s.all) >= s.cfg.Size }

// Number returns the next number for a Message-ID of this party. It survives
// with the store: a number that came twice would make a new document a
// duplicate.
func (s *Store) Number() uint64 {
	s.numbers++
	s.changed(&Transaction{})
	return s.numbers
}

// View returns what a viewer of this store shows of a transaction.
func (s *Store) View(id string) (t Transaction, known bool) {
	if own := s.all[id]; own != nil {
		return own.alone(), true
	}
	return Transaction{ID: id}, false
}

// Submit takes a new document to send.
func (s *Store) Submit(id string, now time.Duration) (Action, []string) {
	return s.begin(id, Submit, now)
}

// Arrive takes a document from the other side. Forgotten are the transactions
// that had to make room.
func (s *Store) Arrive(id string, now time.Duration) (a Action, forgotten []string) {
	if t := s.all[id]; t != nil && !(planted.In(planted.ProcessedAgain) && !t.Receipt) {
		to, a := Next(t.State, Arrive, never)
		t.State = to
		t.Attempts++
		s.changed(t)
		return a, nil
	}
	return s.begin(id, Arrive, now)
}

// begin takes a transaction that the store does not know.
func (s *Store) begin(id string, e Event, now time.Duration) (Action, []string) {
	var forgotten []string
	to, a := Next(None, e, func(c Condition) bool {
		if c == Room {
			forgotten = s.makeRoom()
		}
		return c == Room != s.Full()
	})
	if to == None {
		return a, forgotten
	}
	t := &Transaction{ID: id, State: to, Sent: e == Submit, Attempts: 1, Since: now}
	s.all[id] = t
	s.age.push(t)
	if to == Waiting {
		t.Due = now + s.cfg.Retransmit
		s.pending.push(t)
	}
	s.changed(t)
	return a, forgotten
}

// Receipt takes a receipt for a document that this party has sent, or not.
func (s *Store) Receipt(id string, positive bool) Action {
	event := Negative
	if positive {
		event = Positive
	}
	t := s.all[id]
	if t == nil {
		_, a := Next(None, event, never)
		return a
	}
	to, a := Next(t.State, event, never)
	if a != Unknown {
		t.Receipt = true
	}
	s.enter(t, to)
	s.changed(t)
	return a
}

// Receipted notes that the receipt for a document that arrived was sent.
func (s *Store) Receipted(id string) {
	if t := s.all[id]; t != nil {
		t.Receipt = true
		s.changed(t)
	}
}

// NextDue returns when a document is due that no receipt has come for.
func (s *Store) NextDue() (at time.Duration, some bool) {
	if t := s.pending.first; t != nil {
		return t.Due, true
	}
	return 0, false
}

// Overdue takes the first document that is due by now, and returns what to do
// with it: Transmit or GiveUp. It returns false when there is none left.
func (s *Store) Overdue(now time.Duration) (t Transaction, a Action, some bool) {
	first := s.pending.first
	if first == nil || first.Due > now {
		return Transaction{}, Ignore, false
	}
	to, a := Next(first.State, Due, func(c Condition) bool { return c == Left == (first.Attempts <= s.cfg.Resends) })
	s.enter(first, to)
	if a == Transmit {
		first.Attempts++
		first.Due = now + s.cfg.Retransmit
		s.pending.remove(first)
		s.pending.push(first)
	}
	s.changed(first)
	return first.alone(), a, true
}

// Restart makes every document due that waits for a receipt: a party whose
// machine was down cannot know whether one has come meanwhile.
func (s *Store) Restart(now time.Duration) {
	for t := s.pending.first; t != nil; t = t.next {
		if t.Due > now {
			t.Due = now
			s.changed(t)
		}
	}
}

// Expire forgets the finished transactions whose retention is over, and returns
// their ids.
func (s *Store) Expire(now time.Duration) (forgotten []string) {
	if s.cfg.Retention <= 0 {
		return nil
	}
	for t := s.age.first; t != nil && t.Since+s.cfg.Retention <= now; {
		next := t.after
		if t.State.Final() {
			s.forget(t)
			forgotten = append(forgotten, t.ID)
		}
		t = next
	}
	return forgotten
}

// enter puts a transaction into a state.
func (s *Store) enter(t *Transaction, to State) {
	if t.State == Waiting && to != Waiting && !t.Foreign {
		s.pending.remove(t)
	}
	t.State = to
}

// makeRoom forgets the oldest finished transaction of a full store, if that is
// its policy.
func (s *Store) makeRoom() (forgotten []string) {
	if s.cfg.WhenFull != ForgetOld || !s.Full() {
		return nil
	}
	for t := s.age.first; t != nil; t = t.after {
		if t.State.Final() {
			s.forget(t)
			return []string{t.ID}
		}
	}
	return nil
}

func (s *Store) forget(t *Transaction) {
	s.drop(t)
	if s.OnChange != nil {
		s.OnChange(Change{t.alone(), true, s.numbers})
	}
}

func (s *Store) drop(t *Transaction) {
	delete(s.all, t.ID)
	s.age.remove(t)
}

func never(Condition) bool { return false }
