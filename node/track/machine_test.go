package track

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRiseAndFall walks the table: an object changes with the last of enough
// results in a row, and a result of the other kind begins anew. Upper case is a
// look after which it has changed.
//
//	state    result  in a row     then
//	working  bad     < fall       working
//	working  bad     fall         failed   Changed, then Yield if it yields
//	working  good    any          working
//	failed   good    < rise       failed
//	failed   good    rise         working  Changed
//	failed   bad     any          failed
func TestRiseAndFall(t *testing.T) {
	for _, c := range []struct {
		name       string
		rise, fall int
		looks      string // g good, b bad
		want       string // u works, d failed; in upper case it has just changed
	}{
		{"it counts as working before the first look", 1, 1, "g", "u"},
		{"the first bad look", 1, 1, "b", "D"},
		{"each change at once", 1, 1, "bgbbgg", "DUDdUu"},
		{"zero is one", 0, 0, "bg", "DU"},
		{"fewer than fall", 2, 3, "bbg", "uuu"},
		{"fall", 2, 3, "bbb", "uuD"},
		{"a good look in between begins anew", 2, 3, "bbgbbgbbb", "uuuuuuuuD"},
		{"more than fall", 2, 3, "bbbbb", "uuDdd"},
		{"fewer than rise", 2, 1, "bgb", "Ddd"},
		{"rise", 2, 1, "bgg", "DdU"},
		{"a bad look in between begins anew", 3, 1, "bggbggg", "DdddddU"},
		{"flapping at every look never changes it", 2, 2, "bgbgbgbgbg", "uuuuuuuuuu"},
		{"good looks before do not count as rise", 2, 2, "ggggbb", "uuuuuD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := New([]Object{{Name: "x", Rise: c.rise, Fall: c.fall}})
			var got strings.Builder
			for i, look := range c.looks {
				before := m
				var actions []Action
				m, actions = m.Step(time.Duration(i), Result{0, look == 'g'})
				state := map[bool]string{true: "u", false: "d"}[m.Up(0)]
				switch {
				case before.Up(0) == m.Up(0) && len(actions) == 0:
				case before.Up(0) != m.Up(0) && len(actions) == 1 && actions[0].(Changed).Up == m.Up(0):
					state = strings.ToUpper(state)
				default:
					t.Errorf("look %d: got actions %v from %v to %v", i, actions, before.Up(0), m.Up(0))
				}
				got.WriteString(state)
			}
			if got.String() != c.want {
				t.Errorf("%s: got %s, want %s", c.looks, &got, c.want)
			}
		})
	}
}

// TestSince: a change says when the results that caused it began.
func TestSince(t *testing.T) {
	m := New([]Object{{Rise: 1, Fall: 1}, {Rise: 2, Fall: 3}})
	var got []Action
	for at, good := range []bool{true, false, true, false, false, false, false, true, true} {
		var actions []Action
		m, actions = m.Step(time.Duration(at)*time.Second, Result{1, good})
		got = append(got, actions...)
	}
	want := []Action{Changed{1, false, 3 * time.Second}, Changed{1, true, 7 * time.Second}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestVerdict: weights add up, one fault is enough, and only objects that fail
// count. Only the failure of an object yields, not its return.
func TestVerdict(t *testing.T) {
	objects := []Object{
		{Name: "a", Effect: Effect{Weight: 20}},
		{Name: "b", Effect: Effect{Weight: 30}},
		{Name: "c", Effect: Effect{Fault: true}},
		{Name: "d", Effect: Effect{Yield: true}},
		{Name: "e", Effect: Effect{Weight: -5}}, // configuration refuses it; it must not raise
	}
	for failing := range 1 << len(objects) {
		m, want, yields, yielded := New(objects), Verdict{}, 0, failing&8 != 0
		for i := range objects {
			fails := failing&(1<<i) != 0
			var actions []Action
			m, actions = m.Step(0, Result{i, !fails})
			if slices.Contains(actions, Action(Yield{})) {
				yields++
			}
			if fails && i < 2 {
				want.Weight += objects[i].Effect.Weight
			}
		}
		want.Fault = failing&4 != 0
		if got := m.Verdict(); got != want {
			t.Errorf("failing %05b: got %v, want %v", failing, got, want)
		}
		if got := yields == 1; got != yielded || yields > 1 {
			t.Errorf("failing %05b: got %d yields, want %v", failing, yields, yielded)
		}
		for i := range objects {
			var actions []Action
			if m, actions = m.Step(1, Result{i, true}); slices.Contains(actions, Action(Yield{})) {
				t.Errorf("%s works again: it yields", objects[i].Name)
			}
		}
		if got := m.Verdict(); got != (Verdict{}) {
			t.Errorf("all work: got %v, want none", got)
		}
	}
}

// TestPriority: the priority never leaves 0 to 255, whatever fails, and all of
// the weight comes back.
func TestPriority(t *testing.T) {
	for _, c := range []struct {
		configured uint8
		weight     int
		want       uint8
	}{
		{110, 0, 110}, {110, 20, 90}, {110, 110, 0}, {110, 111, 0}, {255, 255, 0}, {255, 1, 254}, {0, 1, 0}, {0, 0, 0}, {100, -20, 100},
	} {
		if got := (Verdict{Weight: c.weight}).Priority(c.configured); got != c.want {
			t.Errorf("%d less %d: got %d, want %d", c.configured, c.weight, got, c.want)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var objects []Object
		for range 1 + random.IntN(8) {
			objects = append(objects, Object{Rise: random.IntN(4), Fall: random.IntN(4), Effect: Effect{Weight: random.IntN(256)}})
		}
		m, configured := New(objects), uint8(random.IntN(256))
		for i := range 50 {
			before := m.Verdict()
			old := m
			m, _ = m.Step(time.Duration(i), Result{random.IntN(len(objects)), random.IntN(2) == 0})
			if old.Verdict() != before {
				t.Fatal("a step changed the old machine")
			}
			sum := 0
			for o := range objects {
				if !m.Up(o) {
					sum += objects[o].Effect.Weight
				}
			}
			got := int(m.Verdict().Priority(configured))
			if want := max(0, int(configured)-sum); got != want || got < 0 || got > 255 {
				t.Fatalf("priority %d less %d: got %d, want %d", configured, sum, got, want)
			}
		}
		for o := range objects {
			for range 4 {
				m, _ = m.Step(time.Hour, Result{o, true})
			}
		}
		if got := m.Verdict().Priority(configured); got != configured {
			t.Fatalf("all work: got %d, want %d", got, configured)
		}
	}
}
