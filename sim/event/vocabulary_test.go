package event

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestCanHold(t *testing.T) {
	for _, c := range []struct {
		kind, name, text string
		can              bool
		want             string // when it can't
	}{
		{"conn-closed", "how", "reset", true, ""},
		{"conn-closed", "how", "reste", false, "client, server, refused, reset, timeout, unreachable, tls"},
		{"conn-closed", "how", "", false, "client, server, refused, reset, timeout, unreachable, tls"},
		{"request-failed", "failure", "status-503", true, ""},
		{"request-failed", "failure", "status-", false, "refused, reset, timeout, unreachable, name, tls, closed, mismatched, status-"},
		{"standby-rejected", "reason", "wrong authentication", true, ""},
		{"standby-rejected", "peer", "192.0.2.1", true, ""},
		{"vip-served", "previous_at", "1m30s", true, ""},
		{"vip-served", "previous_at", "90s", false, "a duration as it is printed, such as 1m30s or 200ms"},
		{"power-changed", "state", "frozen", true, ""},
		{"power-changed", "state", "dead", false, "booting, up, off, crashed, frozen, thawed"},
		{"link-changed", "up", "false", true, ""},
		{"link-changed", "up", "no", false, "true, false"},
		{"load-changed", "share", "0.5", true, ""},
		{"load-changed", "share", "50%", false, "a number such as 0.5"},
		{"vip-announced", "repeat", "0", true, ""},
		{"vip-announced", "repeat", "first", false, "a whole number"},
		{"conn-closed", "hwo", "reset", false, ""},
		{"conn-shut", "how", "reset", false, ""},
	} {
		can, want := CanHold(c.kind, c.name, c.text)
		if can != c.can || !can && strings.Join(want, ", ") != c.want {
			t.Errorf("%s %s %q: got %v and %q, want %v and %q", c.kind, c.name, c.text, can, want, c.can, c.want)
		}
	}
}

// TestCanHoldWhatIsPrinted: CanHold and Field agree on how values are written,
// for every kind of field. Texts with a vocabulary are left to the library's
// incidents, which compare it with all that happens.
func TestCanHoldWhatIsPrinted(t *testing.T) {
	for _, e := range filled() {
		for _, name := range Fields(e.What.Kind()) {
			text, _ := Field(e.What, name)
			can, want := CanHold(e.What.Kind(), name, text)
			f, _ := byKind[e.What.Kind()].plan.Field(name)
			if f.Type.Kind() != reflect.String && !can {
				t.Errorf("%s %s: can't hold %q, want %q", e.What.Kind(), name, text, want)
			}
		}
	}
}

// TestWordsAreOfTexts: a vocabulary stands at text fields only, and says no
// word twice.
func TestWordsAreOfTexts(t *testing.T) {
	found := 0
	for _, b := range bodies {
		typ := reflect.TypeOf(b)
		for i := range typ.NumField() {
			f := typ.Field(i)
			words := slices.Clone(wordsOf(f))
			if words == nil {
				continue
			}
			found++
			many := len(words)
			slices.Sort(words)
			empty := words[0] == "" && !strings.HasSuffix(f.Tag.Get(wordsTag), ",") // and not meant
			if f.Type.Kind() != reflect.String || empty || len(slices.Compact(words)) != many {
				t.Errorf("%v.%s: got words %q", typ, f.Name, words)
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d vocabularies, want 10 or more", found)
	}
}
