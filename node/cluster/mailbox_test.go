package cluster

import (
	"fmt"
	"testing"
	"time"
)

// TestMailbox: what a joining member gets, and what a receiver drops. Method:
// each row sends and receives one message at the start, lets passes happen, and
// repeats the message at an instant.
func TestMailbox(t *testing.T) {
	const minute = time.Minute
	for name, row := range map[string]struct {
		passes   []time.Duration
		at       time.Duration
		repeated bool // the sender still has it
		executed bool // by a receiver that has had it
	}{
		"at once":                    {nil, 0, true, false},
		"after five minutes exactly": {[]time.Duration{2 * minute, 4 * minute, 5 * minute}, 5 * minute, true, false},
		"before the pass":            {[]time.Duration{2 * minute, 4 * minute}, 5*minute + 59*time.Second, true, false},
		"after the pass":             {[]time.Duration{2 * minute, 4 * minute, 6 * minute}, 6 * minute, false, true},
	} {
		sender, receiver := NewMailbox(), NewMailbox()
		l := Letter{"a-1", "users"}
		sender.Sent(0, l)
		if !receiver.Receive(0, l, false) {
			t.Errorf("%s: the first one was dropped", name)
		}
		for _, at := range row.passes {
			sender.Clean(at)
			receiver.Clean(at)
		}
		if got := len(sender.Repeat()) == 1; got != row.repeated {
			t.Errorf("%s: repeated: got %t, want %t", name, got, row.repeated)
		}
		if got := receiver.Receive(row.at, l, true); got != row.executed {
			t.Errorf("%s: executed again: got %t, want %t", name, got, row.executed)
		}
	}
}

// TestMailboxNormalWay: only repeated messages are compared.
func TestMailboxNormalWay(t *testing.T) {
	b := NewMailbox()
	l := Letter{ID: "a-1"}
	for i := range 2 {
		if !b.Receive(0, l, false) {
			t.Errorf("message %d that came the normal way was dropped", i+1)
		}
	}
	if b.Receive(0, l, true) {
		t.Error("the repeated one was not dropped")
	}
}

// TestMailboxPass: a pass forgets 5000 messages of each kind and no more.
func TestMailboxPass(t *testing.T) {
	b := NewMailbox()
	for i := range CleanupMax + 7 {
		l := Letter{ID: fmt.Sprint(i)}
		b.Sent(0, l)
		b.Receive(0, l, false)
	}
	b.Sent(2*time.Minute, Letter{ID: "young"})
	b.Clean(6 * time.Minute)
	if got := len(b.Repeat()); got != 8 {
		t.Errorf("after one pass: got %d messages, want 8", got)
	}
	if b.Receive(0, Letter{ID: fmt.Sprint(CleanupMax)}, true) || !b.Receive(0, Letter{ID: "0"}, true) {
		t.Error("the pass did not forget the oldest IDs and keep the others")
	}
	b.Clean(6 * time.Minute)
	if got := b.Repeat(); len(got) != 1 || got[0].ID != "young" {
		t.Errorf("after two passes: got %v, want the young one", got)
	}
}
