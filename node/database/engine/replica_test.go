package engine

import (
	"testing"
	"time"
)

// TestAsync: the session is answered whether a replica has the record or not.
func TestAsync(t *testing.T) {
	l := newLab(t, settings, &Store{})
	l.play(
		row{0, "1 put! a 1", ""},
		row{5, "due", "1 ok"},
		row{6, "7 attach 0", "7 send 1"},
		row{7, "1 put! a 2", ""},
		row{12, "due", "7 send 2; 1 ok"},
		row{13, "7 ack 2", ""},
		row{14, "7 disconnect", ""},
		row{15, "1 put! a 3", ""},
		row{20, "due", "1 ok"},
	)
}

// TestSync: the session is answered, and the row is free and visible, when a
// replica has the record; without one, never.
func TestSync(t *testing.T) {
	cfg := settings
	cfg.Sync = true
	store := &Store{}
	l := newLab(t, cfg, store)
	l.play(
		row{0, "7 attach 0", "7 send"},
		row{0, "1 put! a 1", ""},
		row{1, "2 put! a 2", ""},
		row{5, "due", "7 send 1"},
		row{6, "2 disconnect", ""}, // it waited for the row
		row{6, "2 connect", ""},
		row{6, "2 get a", "2 ok"},
		row{7, "7 ack 1", "1 ok"},
		row{7, "2 get a", "2 1"},
		row{8, "7 disconnect", ""},
		row{9, "1 put! a 3", ""},
		row{14, "due", ""},
		row{99000, "2 get a", "2 1"},
		row{99000, "8 attach 1", "8 send 2"},
		row{99001, "8 ack 2", "1 ok"},
	)
}

// TestSyncCrash: a record that no replica has acknowledged is committed after a
// restart, though nobody was told.
func TestSyncCrash(t *testing.T) {
	cfg := settings
	cfg.Sync = true
	store := &Store{}
	l := newLab(t, cfg, store)
	l.play(row{0, "1 put! a 1", ""}, row{5, "due", ""}, row{6, "2 get a", "2 ok"})
	newLab(t, cfg, store).want("1 get a", "1 1")
}

// TestSyncTimeout: as MySQL does, commits stop waiting when no replica answers
// in time, and wait again once one has caught up.
func TestSyncTimeout(t *testing.T) {
	cfg := settings
	cfg.Sync, cfg.SyncTimeout = true, 10*time.Second
	l := newLab(t, cfg, &Store{})
	l.play(
		row{0, "1 put! a 1", ""},
		row{5, "due", ""},
		row{10004, "due", ""},
		row{10005, "due", "degraded; 1 ok"},
		row{11000, "1 put! a 2", ""},
		row{11005, "due", "1 ok"},
		row{12000, "7 attach 0", "7 send 1 2"},
		row{12001, "7 ack 1", ""},
		row{12002, "7 ack 2", "restored"},
		row{12003, "1 put! a 3", ""},
		row{12008, "due", "7 send 3"},
		row{12009, "7 ack 3", "1 ok"},
	)
}

// TestDiverged: who follows a promoted replica, and what he loses. The old
// primary has the records 1 to 3, the new one took over after record 2.
func TestDiverged(t *testing.T) {
	old, promoted := &Store{}, &Store{Replica: true}
	o := newLab(t, settings, old)
	p := newLab(t, settings, promoted)
	feed := func(to *lab, at int, f Feed) {
		t.Helper()
		to.receives(at, "", f)
		to.now += settings.Commit
		to.Step(to.now, Event{Kind: Due})
	}
	for i, value := range []string{"1", "2", "3"} {
		o.play(row{10 * i, "1 put! a " + value, ""}, row{10*i + 5, "due", "1 ok"})
	}
	f, lost := old.since(promoted.Position())
	if said := feedOf(f); said != " 1 2 3" || lost != 0 {
		t.Fatalf("got %q and %d lost, want all records", said, lost)
	}
	f.Records = f.Records[:2]
	feed(p, 40, f)
	p.play(
		row{50, "promote b/1", ""},
		row{50, "1 put! a 4", ""},
		row{55, "due", "1 ok"},
		row{60, "7 attach 2", "7 send 3"}, // a second replica of the old primary
		row{61, "8 attach 3", "8 lost 1; 8 send copy of 1 at 3"},
		row{62, "9 attach 9 c/1", "9 lost 9; 9 send copy of 1 at 3"},
		row{63, "10 attach 3 b/1", "10 send"},
	)
	o.play(row{70, "demote", "1 refused closing; 2 refused closing"})
	copied, _ := promoted.since(old.Position())
	feed(o, 70, copied)
	if old.Position() != promoted.Position() || old.Rows()[Key{"t", "a"}] != "4" {
		t.Errorf("got %v with %v, want those of the new primary", old.Position(), old.Rows())
	}
}

// TestDemoted: transactions end, and what was not written is gone.
func TestDemoted(t *testing.T) {
	l := newLab(t, settings, &Store{})
	l.play(
		row{0, "1 put a 1", "1 ok"},
		row{0, "2 put! b 2", ""},
		row{1, "7 attach 0", "7 send"},
		row{2, "demote", "1 refused closing; 2 refused closing; 7 refused closing"},
		row{9, "due", ""},
		row{9, "demote", ""},
		row{9, "1 connect", ""},
		row{9, "1 get b", "1 ok"},
		row{9, "7 attach 0", "7 refused read-only"},
	)
}

// TestReadOnly: a replica takes no writes, and shows what it has received.
func TestReadOnly(t *testing.T) {
	cfg := settings
	cfg.ApplyDelay = time.Second
	l := newLab(t, cfg, &Store{Replica: true})
	l.play(
		row{0, "1 put a 1", "1 read-only"},
		row{0, "1 lock a", "1 read-only"},
		row{0, "1 get a", "1 ok"},
	)
	l.receives(10, "", Feed{Records: records(1)})
	l.play(
		row{15, "due", "ack 1"},
		row{1014, "1 get a", "1 ok"},
		row{1015, "1 get a", "1 v1"},
	)
	l.receives(1020, "", Feed{Records: records(2)})
	l.play(
		row{1022, "promote db2/1", "ack 2"}, // all that has come becomes visible
		row{1022, "1 get a", "1 v2"},
		row{1022, "promote db2/2", ""},
		row{1022, "1 put! a 1", ""},
		row{1027, "due", "1 ok"},
	)
}

// records are the records after as many, each of which writes row a.
func records(number uint64) []Record {
	return []Record{{number, []Write{{Key: Key{"t", "a"}, Value: "v" + string(rune('0'+number))}}}}
}

func (l *lab) receives(at int, want string, f Feed) {
	l.Helper()
	l.now = time.Duration(at) * time.Millisecond
	if got := said(l.Step(l.now, Event{Kind: Received, Feed: f})); got != want {
		l.Errorf("%v, received: got %q, want %q", l.now, got, want)
	}
}
