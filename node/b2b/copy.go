package b2b

import (
	"fmt"
	"time"
)

// Copy takes what another store has of a transaction. One that is new here is
// Foreign: duplicates of it are recognised and receipts for it are known, but
// it is not sent again from here. One that waits here ends if it has ended
// there. The action is Confirm or GiveUp if that ends a document of this party,
// Refuse if the store has no room, else Ignore.
func (s *Store) Copy(t Transaction, now time.Duration) (a Action, forgotten []string) {
	own := s.all[t.ID]
	if own == nil {
		forgotten = s.makeRoom()
		if s.Full() {
			return Refuse, forgotten
		}
		own = &Transaction{ID: t.ID, State: t.State, Sent: t.Sent, Attempts: t.Attempts, Since: now, Receipt: t.Receipt, Foreign: true}
		s.all[t.ID] = own
		s.age.push(own)
		s.changed(own)
		return Ignore, forgotten
	}
	own.Receipt = own.Receipt || t.Receipt
	ended := own.State == Waiting && t.Sent && t.State.Final()
	if ended {
		s.enter(own, t.State)
	}
	s.changed(own)
	switch {
	case !ended, own.Foreign:
		return Ignore, nil
	case t.State == Acknowledged:
		return Confirm, nil
	}
	return GiveUp, nil
}

// Marshal returns a transaction as another store takes it: one field a line.
func (t Transaction) Marshal() string {
	return fmt.Sprintf("Message-ID: %s\r\nState: %s\r\nSent: %t\r\nReceipt: %t\r\n", t.ID, t.State, t.Sent, t.Receipt)
}

// ParseCopy reads what Marshal has written. Its error is a *FormatError.
func ParseCopy(text []byte) (Transaction, error) {
	fields, ok := parseFields(text)
	t := Transaction{
		ID: fields.Get("Message-Id"), State: State(fields.Get("State")),
		Sent: fields.Get("Sent") == "true", Receipt: fields.Get("Receipt") == "true", Attempts: 1,
	}
	switch {
	case !ok || t.ID == "":
		return Transaction{}, malformed("copy: Message-ID is missing")
	case t.Sent && t.State != Waiting && t.State != Acknowledged && t.State != Failed, !t.Sent && t.State != Processed:
		return Transaction{}, malformed("copy: State: got %.20q, want one of a document that was sent or processed", t.State)
	}
	return t, nil
}
