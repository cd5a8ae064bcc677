package pool

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// document is the settings of the document, with fewer connections.
var document = Config{
	MaxActive: 2, MinIdle: 1, MaxWait: 60 * time.Second, TestOnBorrow: true, ValidationInterval: 30 * time.Second,
	Clean: 5 * time.Second, MinEvictableIdle: 60 * time.Second,
}

// row is an event at an instant in seconds, and the actions that must follow.
type row struct {
	at    int
	event Event
	want  string
}

// The transitions of a connection, which TestTable walks:
//
//	state       event                                then        action
//	-           borrow, fewer than MaxActive         opening     open
//	opening     opened                               lent        lend
//	opening     opened, failed                       -           unreachable; one who waits: open
//	idle        borrow, validated lately             lent        lend
//	idle        borrow                               validating  validate
//	validating  validated                            lent        lend
//	validating  validated, failed                    opening     open
//	lent        return, nobody waits                 idle        -
//	lent        return, somebody waits               as idle     of the one who waits longest
//	idle        idle for MinEvictableIdle, more than MinIdle  -  close
//	all lent    borrow                               -           -; after MaxWait: exhausted
var table = []row{
	{0, Event{Kind: Borrow, Borrower: 1}, "open 1 for 1"},
	{0, Event{Kind: Borrow, Borrower: 2}, "open 2 for 2"},
	{0, Event{Kind: Borrow, Borrower: 3}, ""},
	{1, Event{Kind: Opened, Conn: 1, OK: true}, "lend 1 to 1"},
	{1, Event{Kind: Opened, Conn: 2}, "unreachable 2 for 2; open 3 for 3"},
	{2, Event{Kind: Opened, Conn: 3, OK: true}, "lend 3 to 3"},
	{3, Event{Kind: Return, Conn: 1}, ""},

	// It was never validated: opening it does not count.
	{4, Event{Kind: Borrow, Borrower: 4}, "validate 1 for 4"},
	{5, Event{Kind: Validated, Conn: 1, OK: true}, "lend 1 to 4"},
	{6, Event{Kind: Return, Conn: 1}, ""},
	{33, Event{Kind: Borrow, Borrower: 5}, "lend 1 to 5"}, // 29 s after the validation began
	{33, Event{Kind: Return, Conn: 1}, ""},
	{34, Event{Kind: Borrow, Borrower: 6}, "validate 1 for 6"},
	{35, Event{Kind: Validated, Conn: 1}, "open 1 for 6"},
	{36, Event{Kind: Opened, Conn: 1, OK: true}, "lend 1 to 6"},

	// All are lent: waits end in turn, by a return or after a minute.
	{40, Event{Kind: Borrow, Borrower: 7}, ""},
	{41, Event{Kind: Borrow, Borrower: 8}, ""},
	{50, Event{Kind: Return, Conn: 3}, "validate 3 for 7"},
	{51, Event{Kind: Validated, Conn: 3, OK: true}, "lend 3 to 7"},
	{100, Event{}, ""},
	{101, Event{}, "exhausted 8"},

	// The reconnect of 35 s was no validation.
	{102, Event{Kind: Return, Conn: 1}, ""},
	{103, Event{Kind: Borrow, Borrower: 9}, "validate 1 for 9"},
	{103, Event{Kind: Validated, Conn: 1, OK: true}, "lend 1 to 9"},

	// Two are idle, and one may go: the older one, with the first look after 60 s.
	{104, Event{Kind: Return, Conn: 3}, ""},
	{105, Event{Kind: Return, Conn: 1}, ""},
	{164, Event{}, ""},
	{165, Event{}, "close 3"},
	{999, Event{}, ""},
	{999, Event{Kind: Return, Conn: 3}, ""}, // closed meanwhile
}

func TestTable(t *testing.T) { walk(t, New(document), table) }

func walk(t *testing.T, p *Pool, rows []row) {
	t.Helper()
	for i, r := range rows {
		if got := said(p.Step(time.Duration(r.at)*time.Second, r.event)); got != r.want {
			t.Errorf("row %d, %d s, %+v: got %q, want %q", i+1, r.at, r.event, got, r.want)
		}
	}
}

func said(actions []Action) string {
	var all []string
	for _, a := range actions {
		switch a.Kind {
		case Open, Validate, Unreachable:
			all = append(all, fmt.Sprintf("%s %d for %d", map[ActionKind]string{Open: "open", Validate: "validate", Unreachable: "unreachable"}[a.Kind], a.Conn, a.Borrower))
		case Lend:
			all = append(all, fmt.Sprintf("lend %d to %d", a.Conn, a.Borrower))
		case Exhausted:
			all = append(all, fmt.Sprintf("exhausted %d", a.Borrower))
		case Close:
			all = append(all, fmt.Sprintf("close %d", a.Conn))
		}
	}
	return strings.Join(all, "; ")
}

// TestStart: the first connections are opened for nobody, and a failure of one
// is the pool's own matter.
func TestStart(t *testing.T) {
	cfg := document
	cfg.Initial = 2
	p := New(cfg)
	walk(t, p, []row{
		{0, Event{Kind: Start}, "open 1 for 0; open 2 for 0"},
		{1, Event{Kind: Opened, Conn: 1, OK: true}, ""},
		{1, Event{Kind: Opened, Conn: 2}, ""},
	})
	if p.Len() != 1 || p.Idle() != 1 || p.Waiting() != 0 {
		t.Errorf("got %d connections, %d idle, %d waiting, want 1, 1 and 0", p.Len(), p.Idle(), p.Waiting())
	}
}

// TestNoLimits: without MaxWait a wait never ends, and without TestOnBorrow
// nothing is validated.
func TestNoLimits(t *testing.T) {
	p := New(Config{MaxActive: 1})
	walk(t, p, []row{
		{0, Event{Kind: Borrow, Borrower: 1}, "open 1 for 1"},
		{0, Event{Kind: Opened, Conn: 1, OK: true}, "lend 1 to 1"},
		{0, Event{Kind: Borrow, Borrower: 2}, ""},
		{9999999, Event{}, ""},
		{9999999, Event{Kind: Return, Conn: 1}, "lend 1 to 2"},
	})
	if due, ok := p.Deadline(); ok {
		t.Errorf("got the deadline %v, want none", due)
	}
}

// TestDeadline: it is that of the first wait, or of the next look.
func TestDeadline(t *testing.T) {
	p := New(document)
	want := func(seconds int) {
		t.Helper()
		due, ok := p.Deadline()
		if ok != (seconds > 0) || due != time.Duration(seconds)*time.Second {
			t.Errorf("got %v, %v, want %d s", due, ok, seconds)
		}
	}
	want(0)
	walk(t, p, []row{
		{2, Event{Kind: Borrow, Borrower: 1}, "open 1 for 1"},
		{2, Event{Kind: Borrow, Borrower: 2}, "open 2 for 2"},
		{3, Event{Kind: Borrow, Borrower: 3}, ""},
	})
	want(63)
	walk(t, p, []row{
		{4, Event{Kind: Opened, Conn: 1}, "unreachable 1 for 1; open 3 for 3"},
		{4, Event{Kind: Opened, Conn: 2, OK: true}, "lend 2 to 2"},
		{4, Event{Kind: Opened, Conn: 3, OK: true}, "lend 3 to 3"},
		{7, Event{Kind: Return, Conn: 2}, ""},
	})
	want(70)
	walk(t, p, []row{{70, Event{}, "close 2"}})
	want(0)
}
