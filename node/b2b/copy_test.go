package b2b

import "testing"

// TestCopy: a copy makes another store recognise duplicates and receipts. It
// does not send again, and what ends there ends here.
func TestCopy(t *testing.T) {
	a, b := NewStore(Config{Retransmit: second}), NewStore(Config{Retransmit: second})
	send := func(from, to *Store, id string) Action {
		x, _ := from.View(id)
		read, err := ParseCopy([]byte(x.Marshal()))
		if err != nil {
			t.Errorf("%s: %v", id, err)
		}
		action, _ := to.Copy(read, 0)
		return action
	}
	a.Arrive("in", 0)
	a.Receipted("in")
	a.Submit("out", 0)
	same(t, "copies", []Action{send(a, b, "in"), send(a, b, "out")}, []Action{Ignore, Ignore})
	same(t, "a duplicate at b", first(b.Arrive("in", 0)), Repeat)
	same(t, "status at b", b.Status("in"), StatusProcessed)
	if _, some := b.NextDue(); some || b.Waiting() != 0 {
		t.Error("b sends again what it has a copy of")
	}
	same(t, "a receipt at b", b.Receipt("out", true), Confirm)
	same(t, "b tells a", send(b, a, "out"), Confirm)
	same(t, "once more", send(b, a, "out"), Ignore)
	same(t, "nothing is due at a", overdue(a, 1000*second), []string{})
	a.Submit("lost", 0)
	send(a, b, "lost")
	a.Receipt("lost", false)
	same(t, "a tells b", send(a, b, "lost"), Ignore)
	if got, _ := b.View("lost"); got.State != Failed || !got.Receipt || !got.Foreign {
		t.Errorf("b has %+v, want it failed", got)
	}
	b.Submit("own", 0)
	c := Transaction{ID: "own", State: Failed, Sent: true}
	if action, _ := b.Copy(c, 0); action != GiveUp {
		t.Errorf("one that failed elsewhere: got %s, want %s", action, GiveUp)
	}
	full := NewStore(Config{Size: 1})
	full.Arrive("1", 0)
	if action, _ := full.Copy(c, 0); action != Refuse || full.Len() != 1 {
		t.Errorf("a full store: got %s, want %s", action, Refuse)
	}
	for _, text := range []string{"", "x", "State: waiting\r\n", "Message-ID: 1\r\nState: x\r\n", "Message-ID: 1\r\nState: processed\r\nSent: true\r\n"} {
		if got, err := ParseCopy([]byte(text)); err == nil {
			t.Errorf("%q: got %+v, want an error", text, got)
		}
	}
}
