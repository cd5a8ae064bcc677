package tracker_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/track"
	"github.com/cablepull/cablepull/node/track/tracker"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

const interval = 2 * time.Second

// lab is a machine whose tracker looks at two objects: polled has an interval,
// told has none.
type lab struct {
	*hosttest.Lab
	a            *host.Host
	tracker      *tracker.Tracker
	polled, told error
	takes        time.Duration   // how long a look at polled takes
	looks        []time.Duration // at polled
	toldLooks    int
	calls        []string
}

func newLab(t *testing.T, polled, told track.Effect) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.a = l.Add("a", "192.0.2.11/24")
	l.start(polled, told)
	return l
}

func (l *lab) start(polled, told track.Effect) {
	l.tracker = tracker.Start(l.a, tracker.Config{
		Interface: "lan", Group: func() uint8 { return 30 }, Priority: func() uint8 { return 110 },
		Apply: func(v track.Verdict) {
			l.calls = append(l.calls, fmt.Sprintf("%v apply %d %v", l.Loop.Now(), v.Weight, v.Fault))
			if n := hosttest.Count[event.TrackChanged](l.Lab, "a"); n == 0 {
				l.TB.Error("the verdict came before the event")
			}
		},
		Yield: func() { l.calls = append(l.calls, fmt.Sprintf("%v yield", l.Loop.Now())) },
		Objects: []tracker.Object{
			{
				Object: track.Object{Name: "polled", Rise: 2, Fall: 3, Effect: polled}, Interval: interval,
				Look: func(p *sim.Proc) error {
					l.looks = append(l.looks, l.Loop.Now())
					p.Sleep(l.takes)
					return l.polled
				},
			},
			{Object: track.Object{Name: "told", Effect: told}, Look: func(*sim.Proc) error {
				l.toldLooks++
				return l.told
			}},
		},
	})
}

// changes returns the events in short.
func (l *lab) changes() (all []string) {
	at, changed := hosttest.Bodies[event.TrackChanged](l.Lab, "a")
	for i, c := range changed {
		text := fmt.Sprintf("%v %s %s %d", at[i], c.Object, c.State, c.Priority)
		if c.Reason != "" {
			text += " " + c.Reason
		}
		if c.Fault {
			text += " fault"
		}
		if c.Interface != "lan" || c.Group != 30 {
			l.TB.Errorf("got %s group %d, want lan group 30", c.Interface, c.Group)
		}
		all = append(all, text)
	}
	return all
}

func (l *lab) want(what string, got, want []string) {
	l.TB.Helper()
	if !slices.Equal(got, want) {
		l.TB.Errorf("%s: got\n%q, want\n%q", what, got, want)
	}
}

// TestPolled: it looks at an interval from a phase in the first one on, and the
// third bad look in a row counts when it is over.
func TestPolled(t *testing.T) {
	l := newLab(t, track.Effect{Weight: 20}, track.Effect{})
	l.takes = 300 * time.Millisecond
	l.Run(7 * time.Second)
	l.polled = errors.New("timeout")
	before := len(l.looks)
	l.Run(17 * time.Second)
	l.polled = nil
	up := len(l.looks)
	l.Run(30 * time.Second)
	if l.looks[0] >= interval {
		t.Errorf("first look at %v, want within %v", l.looks[0], interval)
	}
	for i, at := range l.looks {
		if want := l.looks[0] + time.Duration(i)*interval; at != want {
			t.Errorf("look %d at %v, want %v", i, at, want)
		}
	}
	failed, works := l.looks[before+2]+l.takes, l.looks[up+1]+l.takes
	if got := l.looks[before]; l.looks[before-1]+l.takes > 7*time.Second || got < 7*time.Second {
		t.Fatalf("a look was under way at 7s: choose another instant")
	}
	l.want("changes", l.changes(), []string{fmt.Sprintf("%v polled down 90 timeout", failed), fmt.Sprintf("%v polled up 110", works)})
	l.want("calls", l.calls, []string{fmt.Sprintf("%v apply 20 false", failed), fmt.Sprintf("%v apply 0 false", works)})
	_, changed := hosttest.Bodies[event.TrackChanged](l.Lab, "a")
	if got, want := changed[0].Since, l.looks[before]+l.takes; got != want {
		t.Errorf("it failed since %v, want %v", got, want)
	}
	if l.toldLooks != 1 {
		t.Errorf("the other object was looked at %d times, want once", l.toldLooks)
	}
}

// TestPolledWithoutPause: a look that takes the whole interval is followed by
// the next at once.
func TestPolledWithoutPause(t *testing.T) {
	l := newLab(t, track.Effect{}, track.Effect{})
	l.takes = interval
	l.Run(20 * time.Second)
	if len(l.looks) < 9 {
		t.Fatalf("looked %d times in 20s, want 9 or 10 times", len(l.looks))
	}
	for i, at := range l.looks {
		if want := l.looks[0] + time.Duration(i)*interval; at != want {
			t.Errorf("look %d at %v, want %v", i, at, want)
		}
	}
}

// TestTold: an object without interval is looked at once at the start, and once
// after each event that says so, not during it.
func TestTold(t *testing.T) {
	l := newLab(t, track.Effect{}, track.Effect{Fault: true})
	if l.toldLooks != 0 {
		t.Error("it looked during the start")
	}
	l.Run(time.Second)
	l.told = errors.New("no carrier")
	l.Run(2 * time.Second) // nobody says that it has changed
	l.At(3*time.Second, func() {
		l.tracker.Changed()
		l.tracker.Changed()
		if l.toldLooks != 1 {
			t.Error("it looked during the event")
		}
	})
	l.Run(4 * time.Second)
	if l.toldLooks != 2 {
		t.Errorf("looked %d times, want 2", l.toldLooks)
	}
	if v := l.tracker.Verdict(); !v.Fault {
		t.Errorf("verdict: got %v, want fault", v)
	}
	l.told = nil
	l.tracker.Changed()
	l.Run(5 * time.Second)
	l.want("changes", l.changes(), []string{"3s told down 110 no carrier fault", "4s told up 110"})
	l.want("calls", l.calls, []string{"3s apply 0 true", "4s apply 0 false"})
}

// TestYield: the verdict is applied before the yield, which comes with the
// failure only.
func TestYield(t *testing.T) {
	l := newLab(t, track.Effect{}, track.Effect{Yield: true})
	l.told = errors.New("not active")
	l.Run(time.Second)
	l.told = nil
	l.tracker.Changed()
	l.Run(2 * time.Second)
	l.want("calls", l.calls, []string{"0s apply 0 false", "0s yield", "1s apply 0 false"})
	l.want("changes", l.changes(), []string{"0s told down 110 not active", "1s told up 110"})
}

// TestStarved: while the control class has no CPU, nothing is noticed; a frozen
// machine skips the looks that it missed.
func TestStarved(t *testing.T) {
	l := newLab(t, track.Effect{Weight: 20}, track.Effect{Fault: true})
	l.polled, l.told = errors.New("timeout"), errors.New("no carrier")
	l.a.Hog(host.Control, 1)
	l.tracker.Changed()
	l.Run(20 * time.Second)
	l.want("starved", l.changes(), nil)
	if len(l.looks) != 1 {
		t.Errorf("starved: %d looks, want 1: its result waits", len(l.looks))
	}
	l.polled, l.told = nil, nil
	l.a.Hog(host.Control, 0)
	l.Run(30 * time.Second)
	l.want("told when it is over", l.changes(), nil)

	l.looks = nil
	l.a.Freeze(false)
	l.Run(40 * time.Second)
	l.a.Thaw()
	l.Run(44 * time.Second)
	if len(l.looks) > 3 {
		t.Errorf("thawed: %d looks in 4 s, want at most 3: those that it missed are skipped", len(l.looks))
	}
}

// TestCrash: a tracker ends with its machine, and the next boot knows nothing
// of what failed before.
func TestCrash(t *testing.T) {
	l := newLab(t, track.Effect{}, track.Effect{Fault: true})
	l.told = errors.New("no carrier")
	l.Run(time.Second)
	l.tracker.Changed()
	l.a.Crash(false)
	l.looks, l.toldLooks, l.told = nil, 0, nil
	l.Run(20 * time.Second)
	if len(l.looks)+l.toldLooks != 0 {
		t.Errorf("%d looks after the crash, want none", len(l.looks)+l.toldLooks)
	}
	l.a.PowerOn()
	l.start(track.Effect{}, track.Effect{Fault: true})
	l.Run(30 * time.Second)
	if l.tracker.Verdict() != (track.Verdict{}) || l.toldLooks != 1 {
		t.Errorf("after the boot: got %v and %d looks, want none that fails, and 1", l.tracker.Verdict(), l.toldLooks)
	}
	l.want("changes", l.changes(), []string{"0s told down 110 no carrier fault"})
}
