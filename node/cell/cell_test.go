package cell

import (
	"testing"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const both = " s1 1 s2 1"

// TestPoll: each poll brings the document of its moment, so that a change is
// known within the interval.
func TestPoll(t *testing.T) {
	l := newLab(t)
	l.serve()
	l.watch("poll", 10*second)
	l.set(11*second, "weight.app.s1", "7")
	l.set(12*second, "weight.app.s1", "7") // no change
	l.set(21*second, "member.app.s2", "off")
	l.Run(35 * second)
	l.wantReports("poll", "0s: 1"+both, "10s: 1"+both, "20s: 2 s1 7 s2 1", "30s: 3 s1 7")
}

// TestSubscribe: a change is known at once, and without one the request ends
// after the interval. Two changes within a second of the last request are known
// when it has passed.
func TestSubscribe(t *testing.T) {
	l := newLab(t)
	l.serve()
	l.watch("subscribe", 10*second)
	l.set(5*second, "weight.app.s1", "7")
	l.set(5200*millisecond, "weight.app.s1", "8") // the next request is held since 5 s
	l.set(5400*millisecond, "weight.app.s1", "9") // the next one is due 1 s after that of 5 s
	l.Run(28 * second)
	l.wantReports("subscribe", "0s: 1"+both, "5s: 2 s1 7 s2 1", "5.2s: 3 s1 8 s2 1", "6s: 4 s1 9 s2 1", "17s: 4 s1 9 s2 1", "27s: 4 s1 9 s2 1")
}

// TestModes: what a watcher gets in each mode, from 1 s to 25 s.
func TestModes(t *testing.T) {
	for _, c := range []struct {
		mode, update string
		want         []string
	}{
		// The weight changes at 5 s; a stale cell keeps it to itself.
		{"ok", "poll", []string{"10s: 2 s1 7 s2 1", "20s: 2 s1 7 s2 1", "30s: 2 s1 7 s2 1"}},
		{"stale", "poll", []string{"10s: 1" + both, "20s: 1" + both, "30s: 3 s1 7 s2 1"}},
		{"empty", "poll", []string{"10s: 3", "20s: 3", "30s: 4 s1 7 s2 1"}},
		{"garbage", "poll", []string{"10s: document: got another format, want JSON", "20s: document: got another format, want JSON", "30s: 4 s1 7 s2 1"}},
		// A poll takes as long as the interval; that of 20 s is answered when the hang
		// ends.
		{"hang", "poll", []string{"20s: timeout", "25s: 4 s1 7 s2 1", "30s: 4 s1 7 s2 1"}},
		// The rest of what has begun comes with the next second after that.
		{"slow", "poll", []string{"20s: timeout", "25s: 3 s1 7 s2 1", "30s: 4 s1 7 s2 1"}},

		// The second request begins at 1 s.
		{"stale", "subscribe", []string{"11s: 1" + both, "21s: 1" + both, "25s: 3 s1 7 s2 1"}},
		{"empty", "subscribe", []string{"1s: 2", "5s: 3", "15s: 3", "25s: 4 s1 7 s2 1"}},
		// One that has failed is followed by the next after the interval, or 10 s.
		{"garbage", "subscribe", []string{"1s: document: got another format, want JSON", "11s: document: got another format, want JSON", "21s: document: got another format, want JSON", "31s: 4 s1 7 s2 1"}},
		// The limit of a request that is held is 5 s more than the interval.
		{"hang", "subscribe", []string{"16s: timeout", "26s: 4 s1 7 s2 1"}},
		{"slow", "subscribe", []string{"16s: timeout", "26s: 4 s1 7 s2 1"}},
	} {
		l := newLab(t)
		l.serve()
		l.watch(c.update, 10*second)
		l.set(1001*millisecond, "cell.mode", c.mode)
		l.set(5*second, "weight.app.s1", "7")
		l.set(25*second, "cell.mode", "ok")
		l.Run(33 * second)
		l.wantReports(c.mode+", "+c.update, append([]string{"0s: 1" + both}, c.want...)...)
	}
}

// TestGone: a cell that is stopped, crashes or was never there. A stopped one
// resets whoever waits; after a crash a subscription waits for its limit.
func TestGone(t *testing.T) {
	for _, c := range []struct {
		what, update string
		gone         func(*lab)
		want         []string
	}{
		{"stopped", "poll", func(l *lab) { l.stop() }, []string{"10s: refused", "20s: refused"}},
		{"stopped", "subscribe", func(l *lab) { l.stop() }, []string{"5s: reset", "15s: refused"}},
		{"crashed", "poll", func(l *lab) { l.dm.Crash(false) }, []string{"20s: timeout"}},
		{"crashed", "subscribe", func(l *lab) { l.dm.Crash(false) }, []string{"16s: timeout"}},
	} {
		l := newLab(t)
		l.serve()
		l.watch(c.update, 10*second)
		l.At(5*second, func() { c.gone(l) })
		l.Run(21 * second)
		l.wantReports(c.what+", "+c.update, append([]string{"0s: 1" + both}, c.want...)...)
	}
}

func (l *lab) stop() {
	if err := l.cell.StopService(topology.CellService); err != nil {
		l.TB.Error(err)
	}
}

// TestRestart: a stopped cell answers again, and a watcher knows it with its
// next request.
func TestRestart(t *testing.T) {
	l := newLab(t)
	l.serve()
	l.watch("poll", 10*second)
	l.At(5*second, l.stop)
	l.At(15*second, func() {
		if err := l.cell.StartService(topology.CellService); err != nil {
			t.Error(err)
		}
	})
	l.Run(25 * second)
	l.wantReports("restart", "0s: 1"+both, "10s: refused", "20s: 1"+both)
	var states []string
	for _, s := range event.Of[event.ServiceChanged](l.Log.Events()) {
		states = append(states, s.Service+" "+s.State)
	}
	if got, want := states, []string{"odcinfo listening", "odcinfo stopped", "odcinfo listening"}; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSetMistakes: what there is not cannot be set.
func TestSetMistakes(t *testing.T) {
	l := newLab(t)
	l.serve()
	for _, c := range [][2]string{
		{"cell.mode", "gone"}, {"weight.app.s3", "1"}, {"weight.ap.s1", "1"}, {"weight.app.s1", "65001"}, {"weight.app.s1", "x"}, {"share.app.s1", "1"}, {"", ""},
	} {
		if l.cell.Set(c[0], c[1]) == nil {
			t.Errorf("set %s %s: got no error", c[0], c[1])
		}
	}
	if l.cell.StopService("http") == nil || l.cell.StartService("http") == nil {
		t.Error("another service: got no error")
	}
	if l.cell.now.Generation != 1 {
		t.Errorf("generation %d, want 1", l.cell.now.Generation)
	}
}
