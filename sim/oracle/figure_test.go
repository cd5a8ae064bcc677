package oracle

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// filled is measures with one of each sort, in which every number, flag and
// text is set.
func filled() *Measures {
	var m Measures
	all := reflect.ValueOf(&m).Elem()
	for i := range all.NumField() {
		if all.Type().Field(i).Tag.Get("json") == "-" { // Own, and what only pictures show
			continue
		}
		one := reflect.New(all.Field(i).Type().Elem()).Elem()
		for j := range one.NumField() {
			switch f := one.Field(j); f.Kind() {
			case reflect.String:
				f.SetString("x")
			case reflect.Bool:
				f.SetBool(true)
			case reflect.Float64:
				f.SetFloat(0.5)
			case reflect.Map:
				f.Set(reflect.ValueOf(map[string]int{"reset": 1}))
			case reflect.Slice:
				f.Set(reflect.MakeSlice(f.Type(), 1, 1))
			case reflect.Int, reflect.Int64:
				f.SetInt(int64(j + 1))
			default:
				f.SetUint(1)
			}
		}
		all.Field(i).Set(reflect.Append(all.Field(i), one))
	}
	m.Gaps = append(m.Gaps, m.Gaps...) // they are listed when there are more than outages
	return &m
}

// statuses are the measures that are mostly words.
var statuses = []string{"Members", "Balanced", "BalanceCounters"}

// TestEveryMeasureListsItself: there is a table of each measure but those of
// status, and it is whole.
func TestEveryMeasureListsItself(t *testing.T) {
	m := filled()
	all := reflect.ValueOf(m).Elem()
	for i := range all.NumField() {
		if all.Type().Field(i).Tag.Get("json") == "-" { // Own, and what only pictures show
			continue
		}
		name := all.Type().Field(i).Name
		var only Measures
		reflect.ValueOf(&only).Elem().Field(i).Set(all.Field(i))
		if got := len(only.Tables()); got != 1 && !slices.Contains(statuses, name) {
			t.Errorf("%s has %d tables, want 1", name, got)
		}
	}
	ids, names := map[string]bool{}, map[string]bool{}
	units := []Unit{Span, Instant, Count, Share}
	for _, table := range m.Tables() {
		for _, c := range table.Columns {
			if c.ID == "" || ids[c.ID] || c.Name == "" || names[c.Name] {
				t.Errorf("%s: column %+v: its ID and name must be there, and no other column's", table.Title, c)
			}
			ids[c.ID], names[c.Name] = true, true
			if !slices.Contains(units, c.Unit) || !slices.Contains(AllVaries, c.Varies) && c.Varies != Freely {
				t.Errorf("%s: column %+v: unknown unit, or way to vary", table.Title, c)
			}
		}
		for _, r := range table.Rows {
			if r.Of == "" || len(r.Names) != len(table.Names) || len(r.Notes) != len(table.Notes) {
				t.Errorf("%s: row %+v: want %d names and %d notes", table.Title, r, len(table.Names), len(table.Notes))
			}
			var got []*Column
			for _, f := range r.Figures {
				got = append(got, f.Column)
				if f.Value == 0 || f.Of != r.Of {
					t.Errorf("%s: figure %s of %q is %v: nothing of the row is zero", table.Title, f.ID, f.Of, f.Value)
				}
			}
			if !slices.Equal(got, table.Columns) {
				t.Errorf("%s: the figures are not those of the columns, in their order", table.Title)
			}
		}
	}
}

// TestFigures: what was not measured is no figure, and what was measured of one
// thing twice has two names.
func TestFigures(t *testing.T) {
	m := Measures{Takeovers: []Takeover{
		{VIP: vip, To: "a", At: time.Second},
		{VIP: vip, From: "a", To: "b", At: 3 * time.Second, Causes: begun("crash a", 2*time.Second), Served: true, Gap: ms},
		{VIP: vip, From: "a", To: "b", At: 9 * time.Second, Causes: begun("crash a", 7*time.Second), Detected: true},
	}}
	type figure struct {
		id, of string
		value  time.Duration
	}
	var got []figure
	for _, f := range m.Figures() {
		got = append(got, figure{f.ID, f.Of, f.Time()})
	}
	const first, moved = vip + " nobody → a", vip + " a → b, crash a"
	want := []figure{
		{"takeover-at", first, time.Second},
		{"takeover-at", moved, 3 * time.Second},
		{"takeover-after-fault", moved, time.Second},
		{"takeover-gap", moved, ms},
		{"takeover-at", moved + " (2)", 9 * time.Second},
		{"takeover-after-fault", moved + " (2)", 2 * time.Second},
		{"takeover-detection", moved, 0},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// TestTones: what ought not to be is bad, however little of it there is.
func TestTones(t *testing.T) {
	m := Measures{
		Outages:     []Outage{{Client: "c1", Duration: OutageMin - 1}, {Client: "c2", Duration: OutageMin, Open: true}},
		Connections: []Connections{{Kept: 1}, {Kept: 1, Lost: 1}, {}},
		Groups:      []Group{{}, {DualActive: 1}},
	}
	var got []Tone
	for _, c := range []*Column{longestColumns[0], connectionsKept, connectionsLost, groupDual} {
		for _, f := range m.Figures() {
			if f.Column == c {
				got = append(got, f.Tone)
				if f.Open != (f.Of == "c2") {
					t.Errorf("%s of %s: open: got %v", f.ID, f.Of, f.Open)
				}
			}
		}
	}
	if want := []Tone{Plain, Bad, Good, Plain, Plain, Plain, Bad, Plain, Plain, Bad}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// throwAway counts links that change: a measure that this test needs once.
type throwAway struct{ changes int }

// reads implements fold.
func (*throwAway) reads() event.Set { return event.SetOf(event.LinkChanged{}) }

// Observe implements fold.
func (x *throwAway) Observe(e event.Event) {
	if _, is := e.What.(event.LinkChanged); is {
		x.changes++
	}
}

// Finish implements fold.
func (x *throwAway) Finish(time.Duration) {}

func (x *throwAway) record(*Measures) {}

// TestRowIsEnough: a row is all that a measure needs to be folded, and to be
// among the figures that pages and comparisons read.
func TestRowIsEnough(t *testing.T) {
	before := measures
	defer func() { measures = before }()
	fold := &throwAway{}
	column := &Column{"link-changes", "link changes", "changes", Count, Never}
	measures = append(slices.Clip(measures), measure{
		func(*scene) recorder { return fold },
		[]func(*Measures) Table{func(*Measures) Table {
			r := row("all")
			r.count(column, fold.changes)
			return Table{Title: "Links", Names: []string{"link"}, Columns: []*Column{column}, Rows: []Row{r}}
		}},
	})
	l := (&log{}).at(1, "a", event.LinkChanged{Interface: "lan"}, event.LinkChanged{Interface: "lan", Up: true})
	m := Measure(l.in(), Facts{})
	want := []Figure{{Column: column, Of: "all", Value: 2}}
	if got := m.Figures(); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := m.Tables(); len(got) != 1 || got[0].Title != "Links" {
		t.Errorf("got tables %+v", got)
	}
}
