package netfab

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"
)

// pair is a lab with a and b on one segment, introduced.
func pair(t *testing.T, seed uint64) (l *lab, a, b *station) {
	l = newLab(t, seed)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
	l.introduce(st...)
	return l, st[0], st[1]
}

// volley sends n numbered frames from one station to another, gap apart, and
// returns once all that are not lost have arrived.
func (l *lab) volley(from, to *station, n int, gap time.Duration) {
	l.t.Helper()
	start := l.loop.Now()
	for i := range n {
		l.at(start+time.Duration(i)*gap, func() { from.say(to.mac, strconv.Itoa(i)) })
	}
	l.run(time.Duration(n)*gap + time.Minute)
}

// inOrder reports whether numbered payloads never decrease.
func inOrder(payloads []string) bool {
	return slices.IsSortedFunc(payloads, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
}

// TestDelayIsPerWay: an impairment of a's cable delays what a sends, what it
// receives, or both, each once; with both, a round trip is delayed twice
// (coreemu#945 and #145 got this wrong).
func TestDelayIsPerWay(t *testing.T) {
	const delay = 20 * time.Millisecond
	for _, tt := range []struct {
		direction Direction
		there     time.Duration // a to b
		back      time.Duration
	}{
		{Both, delay, delay}, {Out, delay, 0}, {In, 0, delay},
	} {
		l, a, b := pair(t, 1)
		undo := l.install(Impairment{Direction: tt.direction, Delay: delay}.Rule(a.Port))
		for _, healed := range []bool{false, true} {
			if healed {
				undo()
				tt.there, tt.back = 0, 0
			}
			start := l.loop.Now()
			a.say(b.mac, "x")
			b.say(a.mac, "y")
			l.run(time.Second)
			there, back := b.got[0].at-start-latency, a.got[0].at-start-latency
			if there != tt.there || back != tt.back {
				t.Errorf("%v: delayed %v there and %v back, want %v and %v", tt.direction, there, back, tt.there, tt.back)
			}
			l.want(a, "y")
			l.want(b, "x")
		}
	}
}

// TestDelayDoesNotCapTheRate: a thousand frames sent within a millisecond
// arrive within a millisecond, one delay later (mysticeti#281 got this wrong).
func TestDelayDoesNotCapTheRate(t *testing.T) {
	l, a, b := pair(t, 1)
	l.install(Impairment{Delay: time.Second}.Rule(a.Port))
	start := l.loop.Now()
	l.volley(a, b, 1000, time.Microsecond)
	first, last := b.got[0].at-start, b.got[len(b.got)-1].at-start
	if len(b.got) != 1000 || first != time.Second+latency || last-first != 999*time.Microsecond {
		t.Errorf("%d frames from %v to %v", len(b.got), first, last)
	}
}

// TestJitterKeepsOrder: jitter varies the delay, but however large it is,
// frames on a cable keep their order.
func TestJitterKeepsOrder(t *testing.T) {
	for _, d := range []Distribution{Uniform, Normal, Exponential} {
		l, a, b := pair(t, 1)
		l.install(Impairment{Delay: 5 * time.Millisecond, Jitter: 5 * time.Millisecond, Distribution: d}.Rule(b.Port))
		l.volley(a, b, 500, time.Millisecond)
		delays := map[time.Duration]bool{}
		for _, g := range b.got {
			delays[g.at%time.Millisecond] = true
		}
		if p := b.payloads(); len(p) != 500 || !inOrder(p) || len(delays) < 100 {
			t.Errorf("%s: %d frames with %d delays, in order: %v", d, len(p), len(delays), inOrder(p))
		}
		l.wantLost()
	}
}

// TestReorderReallyReorders: each chosen frame is overtaken by exactly the next
// one that is not chosen, and none is lost or duplicated; the share is within 4
// standard deviations.
func TestReorderReallyReorders(t *testing.T) {
	for _, direction := range []Direction{Out, In} {
		const n, share = 4000, 0.25
		l, a, b := pair(t, 1)
		port, from, to := a.Port, a, b
		if direction == In {
			from, to = b, a
		}
		l.install(Impairment{Direction: direction, Reorder: share, Delay: time.Millisecond}.Rule(port))
		l.volley(from, to, n, 10*time.Microsecond)
		overtaken := 0
		p := to.payloads()
		for i, s := range p[1:] {
			x, _ := strconv.Atoi(p[i])
			if y, _ := strconv.Atoi(s); y < x {
				overtaken++
			}
		}
		if inOrder(p) || len(p) != n {
			t.Errorf("%v: %d frames arrived, in order: %v", direction, len(p), inOrder(p))
		}
		slices.Sort(p)
		if len(slices.Compact(p)) != n {
			t.Errorf("%v: frames were lost or duplicated", direction)
		}
		// Consecutive held frames keep their order, so they count once.
		rows := n * share * (1 - share)
		if off := math.Abs(float64(overtaken) - rows); off > sigmas*math.Sqrt(rows) {
			t.Errorf("%v: order was broken %d times, want about %.0f", direction, overtaken, rows)
		}
	}
}

// TestShares: loss, duplication and corruption affect the given share, within 4
// standard deviations of the binomial, in the chosen direction only; a
// duplicate arrives right after its original.
func TestShares(t *testing.T) {
	const n, share = 5000, 0.1
	bound := sigmas * math.Sqrt(n*share*(1-share))
	near := func(got int) bool { return math.Abs(float64(got)-n*share) <= bound }
	for _, direction := range []Direction{Out, In} {
		for _, effect := range []string{"loss", "duplicate", "corrupt"} {
			l, a, b := pair(t, 1)
			i := Impairment{Direction: direction}
			*map[string]*float64{"loss": &i.Loss, "duplicate": &i.Duplicate, "corrupt": &i.Corrupt}[effect] = share
			l.install(i.Rule(a.Port))
			from, to := a, b
			if direction == In {
				from, to = b, a
			}
			l.volley(from, to, n, time.Microsecond)
			damaged, doubled := 0, 0
			for j, g := range to.got {
				if g.damaged {
					damaged++
				}
				if j > 0 && g == to.got[j-1] {
					doubled++
				}
			}
			want := map[string]bool{
				"loss":      near(n-len(to.got)) && damaged+doubled == 0 && len(l.lost) == n-len(to.got),
				"duplicate": near(len(to.got)-n) && doubled == len(to.got)-n && damaged == 0 && len(l.lost) == 0,
				"corrupt":   near(damaged) && len(to.got) == n && doubled == 0 && len(l.lost) == 0,
			}
			if !want[effect] {
				t.Errorf("%v %s: %d arrived, %d damaged, %d doubled, %d lost", direction, effect, len(to.got), damaged, doubled, len(l.lost))
			}
			to.got, l.lost = nil, nil
			l.volley(to, from, 500, time.Microsecond)
			if p := from.payloads(); len(p) != 500 || !inOrder(p) || len(l.lost) > 0 {
				t.Errorf("%v %s: the other direction is impaired too", direction, effect)
			}
		}
	}
}

// TestRate: frames leave one after another at the rate; frames that do not fit
// into the queue are lost at its tail; an idle cable accepts a frame of any
// size.
func TestRate(t *testing.T) {
	l, a, b := pair(t, 1)
	// Frames of 14+1 bytes take 15 ms at 8 kbit/s; three fit into 45 bytes.
	l.install(Impairment{Direction: Out, Rate: 8000, Queue: 45}.Rule(a.Port))
	start := l.loop.Now()
	for i := range 5 {
		a.say(b.mac, strconv.Itoa(i))
	}
	l.run(time.Second)
	for i, g := range b.got {
		if at := g.at - start - latency; at != time.Duration(i+1)*15*time.Millisecond {
			t.Errorf("frame %d arrived at %v", i, at)
		}
	}
	l.want(b, "0", "1", "2")
	l.wantLost("a.lan: queue full", "a.lan: queue full")
	big := fmt.Sprintf("%0100d", 7)
	a.say(b.mac, big)
	b.say(a.mac, big)
	l.run(time.Second)
	l.want(b, big)
	l.want(a, big)
	l.wantLost()
	l.volley(a, b, 10, 15*time.Millisecond) // exactly the rate
	if p := b.payloads(); len(p) != 10 {
		t.Errorf("at the rate itself %d of 10 frames arrived", len(p))
	}
}

// TestRateExtremes: extreme values neither overflow nor divide by zero.
func TestRateExtremes(t *testing.T) {
	for _, rate := range []int64{1, 10e9, math.MaxInt64} {
		s := shaper{rate: rate, queue: QueueMax}
		var last time.Duration
		for range 3 {
			wait, ok := s.admit(0, 1514)
			if !ok || wait < last {
				t.Errorf("rate %d: waits %v after %v, admitted %v", rate, wait, last, ok)
			}
			last = wait
		}
	}
}

// TestImpairmentsCompose: a partition, a silent pull and a drop work together
// with an earlier impairment, and so does a second impairment.
func TestImpairmentsCompose(t *testing.T) {
	l, a, b := pair(t, 1)
	bad := Impairment{Delay: time.Millisecond, Jitter: time.Millisecond, Duplicate: 1, Reorder: 0.5, Corrupt: 1, Rate: 1e6, Queue: 64 << 10}
	l.install(bad.Rule(a.Port))
	l.install(bad.Rule(b.Port))
	drop, err := Drop{Kind: All, From: "a"}.Rule()
	if err != nil {
		t.Fatal(err)
	}
	cut, err := Partition{Sets: [][]string{{"a"}, {"b"}}}.Rule()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []Rule{drop, cut, Silence{Port: a.Port}.Rule(), Silence{b.Port, In}.Rule()} {
		undo := l.Install(r)
		a.say(b.mac, "x")
		l.run(time.Second)
		if len(b.payloads()) != 0 || len(l.lost) == 0 {
			t.Errorf("%s is disabled by an impairment", r)
		}
		l.lost = nil
		undo()
	}
	a.say(b.mac, "x")
	l.run(time.Second)
	if len(b.payloads()) != 4 {
		t.Error("two duplicating cables should make four of one frame")
	}
	l.wantLost()
}

// TestStreamsContinue: a second impairment of a cable does not repeat the
// losses of the first, and other cables have other losses because streams are
// named after cables.
func TestStreamsContinue(t *testing.T) {
	losses := func(port int, before bool) string {
		l, a, b := pair(t, 1)
		p := []*Port{a.Port, b.Port}[port]
		if before {
			undo := l.install(Impairment{Loss: 0.5}.Rule(p))
			l.volley(a, b, 50, time.Millisecond)
			undo()
			b.got = nil
		}
		l.install(Impairment{Loss: 0.5}.Rule(p))
		l.volley(a, b, 50, time.Millisecond)
		return fmt.Sprint(b.payloads())
	}
	if first, second := losses(0, false), losses(0, false); first != second {
		t.Errorf("one seed, two different runs: %s and %s", first, second)
	}
	if losses(0, false) == losses(0, true) || losses(0, false) == losses(1, false) {
		t.Error("two impairments lose the same frames")
	}
}

// TestImpairmentRefused lists the fields out of range.
func TestImpairmentRefused(t *testing.T) {
	_, a, _ := pair(t, 1)
	for _, i := range []Impairment{
		{Loss: -0.1}, {Loss: 1.1}, {Loss: math.NaN()}, {Duplicate: 2}, {Reorder: -1}, {Corrupt: 1.5}, {Burst: -1}, {Burst: math.NaN()},
		{Delay: -1}, {Jitter: -1}, {Rate: -1}, {Rate: 1}, {Queue: -1}, {Queue: QueueMax + 1}, {Distribution: "pareto"},
	} {
		if r, err := i.Rule(a.Port); !errors.Is(err, ErrRule) {
			t.Errorf("%+v: got rule %v, error %v; want ErrRule", i, r, err)
		}
	}
}
