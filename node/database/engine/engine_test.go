package engine

import (
	"testing"
	"time"
)

// The transitions of a transaction, which the tests below walk:
//
//	state     event                        then       action
//	idle      write, row free              open       reply
//	idle      write, row locked            waiting    -
//	open      write, row free or own       open       reply
//	open      write, row locked            waiting    -
//	open      write, circle closed         waiting, or the victim's: idle
//	                                                  reply deadlock to the victim
//	waiting   the owner ends               open       reply
//	waiting   lock wait has passed         open       reply lock-timeout
//	open      commit, nothing written      idle       reply
//	open      commit                       writing    -
//	writing   the disk has written, async  idle       reply; the next of each row
//	writing   the disk has written, sync   acked?     send to replicas
//	acked?    a replica acknowledges       idle       reply; the next of each row
//	open      rollback or disconnect       idle       reply, or none
//	writing   disconnect                   writing    - (it is committed all the same)
//	any       crash                        -          what was written by the disk stays

// TestTransaction: own writes are seen at once, by others after the commit; a
// rollback leaves nothing.
func TestTransaction(t *testing.T) {
	l := newLab(t, settings, &Store{})
	l.play(
		row{0, "1 put a x", "1 ok"},
		row{0, "1 append list one", "1 ok"},
		row{0, "1 append list two", "1 ok"},
		row{0, "1 get list", "1 one two"},
		row{0, "1 keys", "1 a,list"},
		row{0, "2 get a", "2 ok"},
		row{0, "2 keys", "2 ok"},
		row{0, "1 commit", ""},
		row{4, "2 get a", "2 ok"}, // the disk has not written
		row{5, "due", "1 ok"},
		row{5, "2 get a", "2 x"},
		row{6, "1 delete a", "1 ok"},
		row{6, "1 get a", "1 ok"},
		row{6, "2 get a", "2 x"},
		row{7, "1 rollback", "1 ok"},
		row{7, "1 get a", "1 x"},
		row{8, "1 put! a y", ""},
		row{8, "2 append! b z", ""}, // waits for the disk, which is busy until 13
		row{13, "due", "1 ok"},
		row{18, "due", "2 ok"},
		row{18, "1 get b", "1 z"},
		row{18, "1 commit", "1 ok"}, // nothing was written
		row{18, "1 ping", "1 ok"},
	)
}

// TestLocks: who waits for a row gets it in turn, or times out, and then its
// transaction goes on.
func TestLocks(t *testing.T) {
	l := newLab(t, settings, &Store{})
	l.want("3 connect", "")
	l.play(
		row{0, "1 put a 1", "1 ok"},
		row{1, "2 append a 2", ""},
		row{2, "3 append! a 3", ""},
		row{3, "1 commit", ""},
		row{8, "due", "1 ok; 2 ok"},
		row{9, "1 get a", "1 1"},
		row{9, "1 lock a", ""}, // behind 3
		row{10, "2 rollback", "2 ok"},
		row{15, "due", "3 ok; 1 1 3"},
		row{20, "2 put b 1", "2 ok"},
		row{20, "2 put a 4", ""},
		row{50019, "due", ""},
		row{50020, "due", "2 lock-timeout"},
		row{50020, "2 commit", ""}, // the first statement stays
		row{50025, "due", "2 ok"},
		row{50025, "1 get b", "1 1"},
		row{50026, "2 lock a", ""},
		row{50027, "1 disconnect", "2 1 3"},
	)
}

// TestDeadlock: the transaction with the fewest writes is rolled back; of equal
// ones the one that closes the circle.
func TestDeadlock(t *testing.T) {
	l := newLab(t, settings, &Store{})
	l.want("3 connect", "")
	l.play(
		row{0, "1 put a 1", "1 ok"},
		row{0, "2 put b 2", "2 ok"},
		row{0, "1 put b 1", ""},
		row{1, "2 put a 2", "2 deadlock; 1 ok"},
		row{2, "1 rollback", "1 ok"},

		row{3, "1 put a 1", "1 ok"},
		row{3, "2 put b 2", "2 ok"},
		row{3, "2 put c 2", "2 ok"},
		row{3, "3 put d 3", "3 ok"},
		row{3, "3 put e 3", "3 ok"},
		row{3, "1 put b 1", ""},
		row{3, "3 put a 3", ""},
		row{4, "2 put d 2", "1 deadlock; 3 ok"}, // 1 has written least, and was waiting
		row{5, "3 rollback", "3 ok; 2 ok"},
	)
}

// TestGroupCommit: the disk writes all that waits at once.
func TestGroupCommit(t *testing.T) {
	l := newLab(t, settings, &Store{})
	l.want("3 connect", "")
	l.play(
		row{0, "1 put! a 1", ""},
		row{1, "2 put! b 2", ""},
		row{2, "3 put! c 3", ""},
		row{5, "due", "1 ok"},
		row{10, "due", "2 ok; 3 ok"},
	)
	if got := l.Position().Number; got != 3 {
		t.Errorf("got %d records, want 3", got)
	}
}

// TestCrash: what the disk has written stays, told or not; the rest is gone.
func TestCrash(t *testing.T) {
	store := &Store{}
	l := newLab(t, settings, store)
	l.play(
		row{0, "1 put! a told", ""},
		row{5, "due", "1 ok"},
		row{6, "1 put! b written", ""},
		row{6, "1 disconnect", ""}, // the commit goes on, and nobody is told
		row{11, "due", ""},
		row{12, "2 put! c lost", ""},
	)
	l = newLab(t, settings, store)
	l.want("1 get a", "1 told")
	l.want("1 get b", "1 written")
	l.want("1 get c", "1 ok")
}

// TestRecovery: it takes the time of the configuration and that of the
// transactions since the last checkpoint, and nobody is served before.
func TestRecovery(t *testing.T) {
	cfg := settings
	cfg.Commit, cfg.Recovery, cfg.Replay, cfg.Checkpoint = 0, 10*time.Second, 2, time.Minute
	store := &Store{}
	recovers := func(want time.Duration) *lab {
		t.Helper()
		e := New(cfg, store, time.Hour)
		if due, ok := e.Deadline(); !ok || due != time.Hour+want {
			t.Errorf("it serves after %v, want %v", due-time.Hour, want)
		}
		if got := said(e.Step(time.Hour, Event{Kind: Connected, Session: 1})); got != "1 refused too-many" {
			t.Errorf("during recovery: got %q", got)
		}
		return newLab(t, cfg, store)
	}
	l := recovers(10 * time.Second)
	for range 6 {
		l.now = 20 * time.Second
		l.want("1 put! a x", "1 ok")
	}
	if due, ok := l.Engine.Deadline(); !ok || due != 80*time.Second {
		t.Errorf("checkpoint at %v, want a minute after the first write", due)
	}
	l = recovers(13 * time.Second)
	l.now = 30 * time.Second
	l.want("1 put! a x", "1 ok")
	l.now = 90 * time.Second
	l.want("due", "")
	if _, ok := l.Engine.Deadline(); ok {
		t.Error("after the checkpoint: got a deadline, want none")
	}
	recovers(10 * time.Second)
}

// TestLimits: connections, a full disk, and a row that the console holds.
func TestLimits(t *testing.T) {
	l := newLab(t, settings, &Store{})
	l.play(
		row{0, "3 connect", ""},
		row{0, "4 connect", "4 refused too-many"},
		row{0, "3 disconnect", ""},
		row{0, "4 connect", ""},

		row{1, "1 put a 1", "1 ok"},
		row{1, "disk full", ""},
		row{1, "1 put b 1", "1 disk-full"},
		row{1, "1 commit", "1 disk-full"},
		row{1, "1 get a", "1 ok"}, // rolled back
		row{1, "2 put! a 2", "2 disk-full"},
		row{1, "disk ok", ""},
		row{1, "1 put! a 1", ""},
		row{6, "due", "1 ok"},

		row{7, "hold a", ""},
		row{7, "1 get a", "1 1"},
		row{7, "1 put! a 2", ""},
		row{60, "hold", ""},
		row{65, "due", "1 ok"},
		row{65, "1 lock a", "1 2"},
		row{65, "hold a", ""}, // it is locked: the console waits, and so does 2
		row{65, "2 lock a", ""},
		row{66, "1 rollback", "1 ok"},
		row{67, "1 get a", "1 2"},
		row{68, "hold", "2 2"},
	)
}
