package world_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// lost lists the Coups and Resigns that were lost since an instant.
func (l *lab) lost(since time.Duration) []string {
	all := []string{}
	for e, b := range event.Of[event.StandbyLost](l.Events()) {
		if e.At >= since {
			all = append(all, fmt.Sprintf("%s of %s.%s in group %d to %q: %s", b.Opcode, e.Node, b.Interface, b.Group, b.To, b.Reason))
		}
	}
	return all
}

// TestLostResign: whether a Resign was heard, the log says; of hellos, and of
// machines that are off, it says nothing.
func TestLostResign(t *testing.T) {
	for _, c := range []struct {
		faults []string
		want   []string
	}{
		{[]string{"pull a.lan"}, []string{`Resign of a.lan in group 30 to "": cable a.lan is out`}},
		{[]string{"pull a.lan silently", "yield a"}, []string{`Resign of a.lan in group 30 to "": pull a.lan silently`}},
		{[]string{"partition a | b", "yield a"}, []string{`Resign of a.lan in group 30 to "b": partition a | b`}},
		{[]string{"prune multicast lan", "yield a"}, []string{`Resign of a.lan in group 30 to "": prune multicast lan`}},
		{[]string{"partition a | b"}, []string{}},
		{[]string{"yield a"}, []string{}},
		{[]string{"crash b", "yield a"}, nil},
	} {
		l := open(t, group{"a": {1, 200, true, 0}, "b": {2, 100, true, 0}}.topology())
		l.run(60 * time.Second)
		for _, line := range c.faults {
			l.inject(line)
		}
		l.run(61 * time.Second)
		if got := l.lost(60 * time.Second); !slices.Equal(got, c.want) {
			t.Errorf("%v: got %q, want %q", c.faults, got, c.want)
		}
	}
}
