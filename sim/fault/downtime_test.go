package fault

import (
	"errors"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// TestDownAt: of a timeline, the last fault is judged. A machine a is there
// from the beginning; b starts at 5 s and takes 2 s to boot.
func TestDownAt(t *testing.T) {
	const s = time.Second
	whole := topology.Topology{Nodes: map[string]topology.Node{"a": {}, "b": {Start: 5 * s, Boot: 2 * s},
		"c": {Boot: 2 * s, Clock: topology.Clock{Drift: 0.01}}}}
	type timed struct {
		at   time.Duration
		line string
	}
	for _, c := range []struct {
		why  string // empty: it may be up
		list []timed
	}{
		{"", []timed{{0, "freeze a"}}},
		{"", []timed{{1990 * time.Millisecond, "freeze c"}}},
		{"b is down at 2s: it is up from 7s on", []timed{{2 * s, "freeze b"}}},
		{"b is down at 6.999s: it is up from 7s on", []timed{{6999 * time.Millisecond, "freeze b"}}},
		{"", []timed{{7 * s, "freeze b"}}},
		{"", []timed{{2 * s, "boot b"}, {4 * s, "freeze b"}}},
		{"b is down at 3s, after boot b at 2s: it is up from 4s on", []timed{{2 * s, "boot b"}, {3 * s, "freeze b"}}},
		{"", []timed{{2 * s, "crash b"}, {7 * s, "freeze b"}}},
		{"a is down at 50s, after crash a at 40s", []timed{{40 * s, "crash a"}, {50 * s, "freeze a"}}},
		{"a is down at 40s, after crash a at 40s", []timed{{40 * s, "crash a"}, {40 * s, "freeze a"}}},
		{"", []timed{{40 * s, "freeze a"}, {40 * s, "crash a"}, {39 * s, "hog a service 50%"}}},
		{"", []timed{{40 * s, "crash a"}, {50 * s, "pull a.lan"}}},
		{"", []timed{{40 * s, "crash a"}, {50 * s, "freeze b"}}},
		{"", []timed{{40 * s, "crash a"}, {45 * s, "boot a"}, {50 * s, "freeze a"}}},
		{"a is down at 44s, after crash a for 5s at 40s: it is up from 45s on", []timed{{40 * s, "crash a for 5s"}, {44 * s, "freeze a"}}},
		{"", []timed{{40 * s, "crash a for 5s"}, {45 * s, "freeze a"}}},
		{"a is down at 46s, after crash a at 42s", []timed{{40 * s, "crash a for 5s"}, {42 * s, "crash a"}, {46 * s, "freeze a"}}},
		{"b is down at 51s, after crash b for 8s at 42s: it is up from 52s on", []timed{{42 * s, "crash b for 8s"}, {51 * s, "freeze b"}}},
		{"", []timed{{42 * s, "crash b for 8s"}, {44 * s, "boot b"}, {46 * s, "freeze b"}}},
		{"a is down at 45s, after reboot a down 10s at 40s: it is up from 50s on", []timed{{40 * s, "reboot a down 10s"}, {45 * s, "freeze a"}}},
		{"", []timed{{40 * s, "reboot a down 10s"}, {50 * s, "freeze a"}}},
		{"b is down at 41s, after reboot b at 40s: it is up from 42s on", []timed{{40 * s, "reboot b"}, {41 * s, "freeze b"}}},
		{"", []timed{{40 * s, "reboot a"}, {41 * s, "freeze a"}}},
		{"", []timed{{30 * s, "drift b 50%"}, {40 * s, "reboot b"}, {41500 * time.Millisecond, "freeze b"}}}, // its clock decides
	} {
		var timeline []Timed
		for _, one := range c.list {
			timeline = append(timeline, Timed{one.at, parsed(t, one.line)})
		}
		all := DownAt(whole, timeline)
		last := all[len(all)-1]
		for i, err := range all[:len(all)-1] {
			if err != nil {
				t.Errorf("%v: fault %d: got %v, want nil", c.list, i, err)
			}
		}
		switch {
		case c.why == "" && last != nil:
			t.Errorf("%v: got %v, want nil", c.list, last)
		case c.why != "" && (last == nil || last.Error() != c.why || !errors.Is(last, ErrDown)):
			t.Errorf("%v:\n got %v\nwant %s", c.list, last, c.why)
		}
	}
}
