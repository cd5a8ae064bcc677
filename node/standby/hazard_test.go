package standby

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The tests of this file are about spec/failover.md §1.7: what goes wrong with
// the literal table, and how the corrections fix it.

// TestHazardLoneMember: hazard 1. By the letter, a lone member stays Standby
// forever, because the expiry that should make it Active coincides with the one
// that makes it Standby. The golden timeline covers the corrected profiles.
func TestHazardLoneMember(t *testing.T) {
	n := group(RFC2281, 100)
	n.start(0, 0)
	n.run(24 * time.Hour)
	n.wantLog(t,
		"0.000s a Initial -> Listen (a: enabled)",
		"10.000s a Listen -> Speak (c: active timer expired)",
		"20.000s a Speak -> Standby (d: standby timer expired)",
	)
	if n.actives() != "" {
		t.Errorf("got Actives %q, want none", n.actives())
	}
}

// reboot is one trial of hazard 2: a settled pair, hellos jittered by ±10 %,
// the higher member crashes at a random phase of its hello cycle and is back
// after the outage (never, if zero). It returns whether nobody is Active 300 s
// after the crash, and if somebody is, how long the virtual IP was down.
//
// The pair settles by the corrected rules and switches to the tested profile
// before the crash: by the letter it would not settle (hazard 1).
func reboot(t *testing.T, profile Profile, seed uint64, outage time.Duration) (dead bool, down time.Duration) {
	t.Helper()
	n := group(DataPower, 200, 100).withJitter(seed, 0.1)
	phase := rand.New(rand.NewPCG(seed, 1000))
	uniform := func() time.Duration { return time.Duration(phase.Float64() * float64(3*time.Second)) }
	n.start(0, 0)
	n.start(1, uniform())
	n.run(100 * time.Second)
	if n.actives() != "a" || n.members[1].State() != Standby {
		t.Fatalf("seed %d: pair did not settle", seed)
	}
	for _, m := range n.members {
		m.cfg.Profile = profile
	}
	crash := 100*time.Second + uniform()
	n.crash(0, crash)
	if outage > 0 {
		n.start(0, crash+outage)
	}
	n.run(crash + 300*time.Second)
	back := Never
	for _, m := range n.members {
		for i, change := range m.history {
			if change.To == Active && m.historyAt[i] > crash {
				back = min(back, m.historyAt[i])
			}
		}
	}
	return n.actives() == "", back - crash
}

// TestHazardQuickReboot: hazard 2, the table of spec/failover.md §1.7. A higher
// member that returns within the hold time displaces the Standby before the
// takeover; by the letter the group then often never has an Active again.
//
// The tolerance. The spec's count and ours are two samples of 300 from the same
// unknown rate p, so their difference has the standard deviation
// sqrt(2·300·p(1-p)), with p estimated from both together. We accept three
// standard deviations. The seeds are fixed, so only a change can make the test
// fail: over 6,000 seeds our rates are 96.6 %, 95.6 % and 63.4 %, and the
// spec's are 97.3 %, 94.7 % and 61.3 %. Where the spec has 0/300 the outcome is
// certain (the Standby has taken over before the member returns to Speak) and
// we want exactly 0.
//
// The spec gives downtimes to 0.1 s: medians of 300 may differ by 0.3 s (0.6 s
// at 5 s, where the distribution is flat), maxima by 0.3 s. The minimum is
// compared where runs end near it. At 1 s and 3 s a short run is rare: the old
// Standby still wins the race (0.1 % and 1.7 % of 4,000 runs). The minimum of
// 300 runs is then 7 s or 11 s by chance, so we limit how often it happens
// instead. No run may take less than hold - 1.1·hello = 6.7 s.
func TestHazardQuickReboot(t *testing.T) {
	const runs = 300
	for _, tc := range []struct {
		outage           time.Duration
		literalDead      float64
		least, mid, most float64 // s, with the corrections
		midTolerance     float64
		quickMost        int // runs that may end before 10.9 s; 0: not rare
	}{
		{1 * time.Second, 292, 11.0, 12.5, 14.2, 0.3, 3},
		{3 * time.Second, 284, 6.8, 14.5, 16.2, 0.3, 15},
		{5 * time.Second, 184, 6.8, 15.6, 18.0, 0.6, 0},
		{7 * time.Second, 0, 6.8, 8.5, 10.0, 0.3, 0},
		{9 * time.Second, 0, 6.8, 8.5, 10.0, 0.3, 0},
		{12 * time.Second, 0, 6.8, 8.5, 10.0, 0.3, 0},
		{0, 0, 6.8, 8.5, 10.0, 0.3, 0}, // never returns
	} {
		var dead float64
		var down []float64
		for seed := range uint64(runs) {
			if lost, _ := reboot(t, RFC2281, seed, tc.outage); lost {
				dead++
			}
			lost, d := reboot(t, DataPower, seed, tc.outage)
			if lost {
				t.Fatalf("outage %s, seed %d: no Active after 300 s, with the corrections", tc.outage, seed)
			}
			down = append(down, d.Seconds())
		}
		p := (dead + tc.literalDead) / (2 * runs)
		if tolerance := 3 * math.Sqrt(2*runs*p*(1-p)); math.Abs(dead-tc.literalDead) > tolerance {
			t.Errorf("outage %s: literal table: got %v/300 without an Active, want %v ± %.0f", tc.outage, dead, tc.literalDead, tolerance)
		}
		slices.Sort(down)
		near := func(what string, got, want, tolerance float64) {
			if math.Abs(got-want) > tolerance {
				t.Errorf("outage %s: %s downtime: got %.2f s, want %.1f ± %.1f s", tc.outage, what, got, want, tolerance)
			}
		}
		if quick, _ := slices.BinarySearch(down, 10.9); tc.quickMost == 0 {
			near("least", down[0], tc.least, 0.3)
		} else if quick > tc.quickMost {
			t.Errorf("outage %s: got %d runs down for less than 10.9 s, want at most %d", tc.outage, quick, tc.quickMost)
		}
		near("median", down[runs/2], tc.mid, tc.midTolerance)
		near("most", down[runs-1], tc.most, 0.3)
		if down[0] < 6.7 {
			t.Errorf("outage %s: got a takeover after %.2f s, want at least 6.7 s", tc.outage, down[0])
		}
		t.Logf("outage %3s: literal table dead %3v/300 (sheet %v); corrected 0/300, down %.1f / %.1f / %.1f s (sheet %.1f / %.1f / %.1f)",
			tc.outage, dead, tc.literalDead, down[0], down[runs/2], down[runs-1], tc.least, tc.mid, tc.most)
	}
}

// TestHazardBootDelay: with a boot delay of one hold time no Standby is
// displaced (hazard 2); a quick reboot then costs no more than staying down.
func TestHazardBootDelay(t *testing.T) {
	for _, outage := range []time.Duration{time.Second, 3 * time.Second, 5 * time.Second} {
		n := settled(t, group(DataPower, 200, 100))
		n.members[0].cfg.BootDelay = 10 * time.Second
		n.crash(0, 61*time.Second)
		n.start(0, 61*time.Second+outage)
		n.run(69 * time.Second)
		n.wantLog(t) // a is up and Initial: it sends nothing
		n.run(71 * time.Second)
		n.wantLog(t, "70.001s b Standby -> Active (c: active timer expired)")
		n.run(300 * time.Second)
		if n.actives() != "b" || n.members[0].State() != Standby {
			t.Errorf("outage %s: got Actives %q, a is %s", outage, n.actives(), n.members[0].State())
		}
	}
}

// threeSettled returns a network with b Active, c Standby, and a, the highest,
// about to start with preempt on.
func threeSettled(t *testing.T, profile Profile) *network {
	t.Helper()
	n := group(DataPower, 200, 150, 100)
	n.members[0].cfg.Preempt = true
	n.start(1, 0)
	n.start(2, 0)
	n.run(60 * time.Second)
	if n.actives() != "b" || n.members[2].State() != Standby {
		t.Fatalf("group did not settle: %v", n.log)
	}
	for _, m := range n.members {
		m.cfg.Profile = profile
	}
	n.log = nil
	return n
}

// TestHazardResign: hazard 3. a preempts b; b resigns to a. If the Standby c
// takes any Resign for event i, it becomes a third Active for an instant.
// Accepting only the Active's Resign prevents that, provided c heard a's first
// hello.
func TestHazardResign(t *testing.T) {
	takeover := []string{
		"61.000s a Initial -> Listen (a: enabled)",
		"63.001s a sends Coup",
		"63.001s a Listen -> Active (h: lower member is active, preempting)",
		"63.002s b Active -> Speak (j: coup by a higher member)",
		"63.002s b sends Resign",
	}
	falseActive := append(takeover[:5:5],
		"63.003s c Standby -> Active (i: active resigned)",
		"63.004s a sends Coup",
		"63.005s c Active -> Speak (j: coup by a higher member)",
		"63.005s c sends Resign",
	)
	corrected := threeSettled(t, DataPower)
	corrected.start(0, 61*time.Second)
	corrected.run(64 * time.Second)
	corrected.wantLog(t, takeover...)
	if got := corrected.members[2].announced; got != 0 {
		t.Errorf("c announced %d times, want never", got)
	}

	literal := threeSettled(t, RFC2281)
	literal.start(0, 61*time.Second)
	literal.run(63*time.Second + 6*ms)
	literal.wantLog(t, falseActive...)
	if got := literal.members[2].announced; got != 1 {
		t.Errorf("c announced %d times, want once: a false gratuitous ARP", got)
	}

	// With the correction, but a's Coup and first hello lost on the way to c: the
	// tracked Active is still b.
	lossy := threeSettled(t, DataPower)
	lossy.start(0, 61*time.Second)
	lossy.at(61*time.Second, func() { lossy.cut[[2]int{0, 2}] = true })
	lossy.at(63*time.Second+2*ms, func() { lossy.cut[[2]int{0, 2}] = false })
	lossy.run(63*time.Second + 6*ms)
	lossy.wantLog(t, falseActive...)
	lossy.run(120 * time.Second)
	if got := lossy.actives(); got != "a" {
		t.Errorf("after it resolved itself: got Actives %q, want a", got)
	}
}
