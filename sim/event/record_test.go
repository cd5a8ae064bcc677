package event

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// panics returns what f panics with, empty if it does not.
func panics(f func()) (said string) {
	defer func() {
		if r := recover(); r != nil {
			said = r.(string)
		}
	}()
	f()
	return ""
}

// TestSetHoldsKinds: a set of each kind holds that one, and no other.
func TestSetHoldsKinds(t *testing.T) {
	for _, b := range bodies {
		s := SetOf(b)
		if s != SetNamed(b.Kind()) || s.String() != b.Kind() {
			t.Errorf("%s: got %s and %s", b.Kind(), s, SetNamed(b.Kind()))
		}
		for _, other := range bodies {
			if s.Has(other) != (other == b) {
				t.Errorf("%s: holds %s: %v", s, other.Kind(), s.Has(other))
			}
		}
		if rest := All().Without(s); rest.Has(b) || rest.Or(s) != All() || rest == (Set{}) {
			t.Errorf("all without %s: %s", s, rest)
		}
	}
	if SetNamed("no-such-kind") != (Set{}) || (Set{}).String() != "" {
		t.Error("a set of nothing holds something")
	}
}

// TestLogForgets: a log keeps what it is told to, and who watches sees all.
func TestLogForgets(t *testing.T) {
	var l Log
	l.Forget(All().Without(SetOf(VIPGained{}, VIPLost{})))
	seen := 0
	l.Watch(func(Event) { seen++ })
	for i, b := range bodies {
		l.Append(time.Duration(i), "a", b)
	}
	got := slices.Collect(l.Record().Of(SetOf(VIPGained{}, VIPLost{})))
	if len(got) != 2 || len(l.events) != 2 || l.Len() != len(bodies) || seen != len(bodies) {
		t.Errorf("kept %v, length %d, %d seen", got, l.Len(), seen)
	}
}

// TestRecordRefuses: what nobody asked for may have happened, so to look for it
// is never answered with nothing.
func TestRecordRefuses(t *testing.T) {
	var l Log
	l.Forget(SetOf(RequestSent{}))
	record := l.Record()
	few := record.Only(SetOf(VIPGained{}))
	for name, c := range map[string]struct {
		read func()
		want string
	}{
		"all of a log":       {func() { l.Events() }, "request-sent"},
		"all of a record":    {func() { record.All() }, "request-sent"},
		"a kind":             {func() { record.Of(SetOf(RequestSent{}, VIPLost{})) }, "request-sent is read"},
		"a type":             {func() { From[RequestSent](record) }, "request-sent"},
		"fewer":              {func() { record.Only(All()) }, "request-sent"},
		"what was left out":  {func() { From[VIPLost](few) }, "vip-lost"},
		"kept":               {func() { From[VIPLost](record); record.Only(SetOf(VIPLost{})) }, ""},
		"fewer that is kept": {func() { From[VIPGained](few) }, ""},
	} {
		if got := panics(c.read); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: panics with %q, want %q in it", name, got, c.want)
		}
	}
}

// TestRecordOnly: a record of fewer kinds has the events of those, in order.
func TestRecordOnly(t *testing.T) {
	events := []Event{{At: 1, What: VIPLost{}}, {At: 2, What: VIPGained{}}, {At: 3, What: VIPLost{}}}
	record := RecordOf(events).Only(SetOf(VIPLost{}))
	var at []time.Duration
	for e := range From[VIPLost](record) {
		at = append(at, e.At)
	}
	for e := range record.Of(SetOf(VIPLost{})) {
		at = append(at, e.At)
	}
	if !slices.Equal(at, []time.Duration{1, 3, 1, 3}) {
		t.Errorf("got instants %v", at)
	}
}
