package topology

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	for _, good := range []string{"a", "dp-a", "c1", "0", "a--b", strings.Repeat("x", 63)} {
		if err := CheckName(good); err != nil {
			t.Errorf("CheckName(%q): %v", good, err)
		}
	}
	for _, bad := range []string{"", "A", "a.b", "a~b", "-a", "a-", "a b", "ä", "for", "one-way", "|", strings.Repeat("x", 64)} {
		if err := CheckName(bad); !errors.Is(err, ErrName) {
			t.Errorf("CheckName(%q): got %v, want ErrName", bad, err)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"priority", "preempt", "profile", "hold", "hello", "vip", "Active", "a", "c1"}
	for word, want := range map[string]string{
		"priorty": "priority", "Priority": "priority", "pirority": "priority", "prempt": "preempt",
		"hodl": "hold", "helo": "hello", "vpi": "vip", "vipp": "vip",
		"actve": "Active", "Actve": "Active", "c2": "c1", "z": "",
		"zebra": "", "hallway": "", "": "", strings.Repeat("x", 1000): "",
	} {
		if got := Nearest(word, words); got != want {
			t.Errorf("Nearest(%.20q): got %q, want %q", word, got, want)
		}
	}
}
