package b2b

// Change is something that was written to a store: what it knows of a
// transaction now, that it has forgotten one, or the last number that it has
// given out.
type Change struct {
	Transaction Transaction // without an ID: only the number has changed
	Forgotten   bool
	Numbers     uint64
}

// changed reports a change.
func (s *Store) changed(t *Transaction) {
	if s.OnChange != nil {
		s.OnChange(Change{Transaction: t.alone(), Numbers: s.numbers})
	}
}

// Redo repeats a change.
func (s *Store) Redo(c Change) {
	s.numbers = c.Numbers
	own, now := s.all[c.Transaction.ID], c.Transaction
	switch {
	case now.ID == "", c.Forgotten && own == nil:
		return
	case c.Forgotten:
		s.drop(own)
		return
	case own == nil:
		own = &Transaction{ID: now.ID}
		s.all[now.ID] = own
		s.age.push(own)
	}
	moved := own.pends() != now.pends() || own.Due != now.Due
	if moved && own.pends() {
		s.pending.remove(own)
	}
	now.before, now.after, now.sooner, now.next = own.before, own.after, own.sooner, own.next
	*own = now
	if moved && own.pends() {
		s.pending.push(own)
	}
}

// pends reports whether the transaction waits to be sent again from here.
func (t *Transaction) pends() bool { return t.State == Waiting && !t.Foreign }

// alone returns the transaction without its neighbours in the store.
func (t *Transaction) alone() Transaction {
	alone := *t
	alone.before, alone.after, alone.sooner, alone.next = nil, nil, nil, nil
	return alone
}
