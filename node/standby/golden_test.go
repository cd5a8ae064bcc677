package standby

import (
	"testing"
	"time"
)

// The tests of this file prove the golden timelines of spec/failover.md §1.8,
// every row, to the millisecond: no jitter, links of 1 ms, hello 3 s, hold 10
// s. Every transition, Coup and Resign is listed, so nothing else happened
// either. Where the spec rounds to 0.1 s (12.0, 42.0), the extra millisecond is
// the link delay.

const ms = time.Millisecond

// settled starts both members of a pair at 0 and runs until a is Active and b
// Standby, then clears the log.
func settled(t *testing.T, n *network) *network {
	t.Helper()
	n.start(0, 0)
	n.start(1, 0)
	n.run(60 * time.Second)
	if n.members[0].State() != Active || n.members[1].State() != Standby {
		t.Fatalf("pair did not settle: %s, %s", n.members[0].State(), n.members[1].State())
	}
	n.log = nil
	for _, m := range n.members {
		m.announced, m.coups, m.resigns = 0, 0, 0
	}
	return n
}

func TestGoldenLoneColdStart(t *testing.T) {
	for _, profile := range []Profile{DataPower, IOS} {
		n := group(profile, 100)
		n.start(0, 0)
		n.run(300 * time.Second)
		n.wantLog(t,
			"0.000s a Initial -> Listen (a: enabled)",
			"10.000s a Listen -> Speak (c: active timer expired)",
			"20.000s a Speak -> Standby (d: standby timer expired)",
			"20.000s a Standby -> Active (c: active timer expired)",
		)
		if got := n.members[0].announced; got != 1 {
			t.Errorf("%s: got %d bursts of gratuitous ARP, want 1", profile, got)
		}
	}
}

func TestGoldenBothStart(t *testing.T) {
	want := []string{
		"0.000s a Initial -> Listen (a: enabled)",
		"0.000s b Initial -> Listen (a: enabled)",
		"10.000s a Listen -> Speak (c: active timer expired)",
		"10.000s b Listen -> Speak (c: active timer expired)",
		"12.001s b Speak -> Listen (f: higher member speaks)",
		"20.000s a Speak -> Standby (d: standby timer expired)",
		"20.000s a Standby -> Active (c: active timer expired)",
		"20.000s b Listen -> Speak (c: active timer expired)",
		"30.000s b Speak -> Standby (d: standby timer expired)",
	}
	n := group(DataPower, 200, 100)
	n.start(0, 0)
	n.start(1, 0)
	n.run(300 * time.Second)
	n.wantLog(t, want...)

	// Equal priorities: the higher address, b's, wins a simultaneous start; the log
	// is the same with the names swapped.
	n = group(DataPower, 100, 100)
	n.members[0].cfg.Address, n.members[1].cfg.Address = n.members[1].cfg.Address, n.members[0].cfg.Address
	n.start(0, 0)
	n.start(1, 0)
	n.run(300 * time.Second)
	n.wantLog(t, want...)
}

// TestGoldenEqualPriorityStaggered: the lower address starts 40 s earlier and
// keeps the role, unless preempt is on.
func TestGoldenEqualPriorityStaggered(t *testing.T) {
	early := []string{
		"0.000s a Initial -> Listen (a: enabled)",
		"10.000s a Listen -> Speak (c: active timer expired)",
		"20.000s a Speak -> Standby (d: standby timer expired)",
		"20.000s a Standby -> Active (c: active timer expired)",
		"40.000s b Initial -> Listen (a: enabled)",
	}
	n := group(DataPower, 100, 100)
	n.start(0, 0)
	n.start(1, 40*time.Second)
	n.run(300 * time.Second)
	n.wantLog(t, append(early[:5:5],
		"50.000s b Listen -> Speak (d: standby timer expired)",
		"60.000s b Speak -> Standby (d: standby timer expired)",
	)...)

	n = group(DataPower, 100, 100).withPreempt()
	n.start(0, 0)
	n.start(1, 40*time.Second)
	n.run(300 * time.Second)
	n.wantLog(t, append(early[:5:5],
		"42.001s b sends Coup",
		"42.001s b Listen -> Active (h: lower member is active, preempting)",
		"42.002s a Active -> Speak (j: coup by a higher member)",
		"42.002s a sends Resign",
		"52.002s a Speak -> Standby (d: standby timer expired)",
	)...)
	if got := n.members[1].announced; got != 1 {
		t.Errorf("got %d bursts, want 1", got)
	}
}

// TestGoldenActiveCrashes: the Standby takes over one hold time after the last
// hello it received, so between hold-hello and hold after the crash.
func TestGoldenActiveCrashes(t *testing.T) {
	for phase := time.Duration(0); phase < 3*time.Second; phase += 100 * ms {
		n := settled(t, group(DataPower, 200, 100))
		crash := 60*time.Second + 500*time.Microsecond + phase // after the hello of 60 s was sent
		n.crash(0, crash)
		n.run(300 * time.Second)
		n.wantLog(t, "70.001s b Standby -> Active (c: active timer expired)")
		if took := n.members[1].claimedAt - crash; took <= 7*time.Second || took > 10*time.Second+ms {
			t.Errorf("crash %s after a hello: takeover took %s, want 7s to 10s", phase, took)
		}
	}
}

// TestGoldenActiveStops: an Active that is disabled resigns, and the Standby
// takes the role one link delay later.
func TestGoldenActiveStops(t *testing.T) {
	n := settled(t, group(DataPower, 200, 100))
	n.event(0, 61*time.Second, Stop{})
	n.run(300 * time.Second)
	n.wantLog(t,
		"61.000s a Active -> Initial (b: disabled)",
		"61.000s a sends Resign",
		"61.001s b Standby -> Active (i: active resigned)",
	)
}

// TestGoldenOldActiveReturns: without preempt it returns as Standby; with
// preempt it takes the role at the first hello it hears from the Active.
func TestGoldenOldActiveReturns(t *testing.T) {
	n := settled(t, group(DataPower, 200, 100))
	n.crash(0, 61*time.Second)
	n.start(0, 100*time.Second)
	n.run(300 * time.Second)
	n.wantLog(t,
		"70.001s b Standby -> Active (c: active timer expired)",
		"100.000s a Initial -> Listen (a: enabled)",
		"110.000s a Listen -> Speak (d: standby timer expired)",
		"120.000s a Speak -> Standby (d: standby timer expired)",
	)
	if got := n.members[0].announced + n.members[0].coups + n.members[1].resigns; got != 0 {
		t.Errorf("got %d announcements, Coups and Resigns, want none", got)
	}

	n = settled(t, group(DataPower, 200, 100).withPreempt())
	n.crash(0, 61*time.Second)
	n.start(0, 100*time.Second)
	n.run(300 * time.Second)
	n.wantLog(t,
		"70.001s b Standby -> Active (c: active timer expired)",
		"100.000s a Initial -> Listen (a: enabled)",
		"102.001s a sends Coup",
		"102.001s a Listen -> Active (h: lower member is active, preempting)",
		"102.002s b Active -> Speak (j: coup by a higher member)",
		"102.002s b sends Resign",
		"112.002s b Speak -> Standby (d: standby timer expired)",
	)
	if a, b := n.members[0], n.members[1]; a.announced != 1 || a.coups != 1 || b.resigns != 1 {
		t.Errorf("got %d bursts, %d Coups, %d Resigns, want one of each", a.announced, a.coups, b.resigns)
	}
}

// TestGoldenPartition: each side has its Active; after the heal, rank decides
// within one hello time although preempt is off. If the higher member's hello
// comes first, the lower steps down silently; if the lower member's does, the
// higher answers with a Coup.
func TestGoldenPartition(t *testing.T) {
	n := settled(t, group(DataPower, 200, 100))
	n.at(61*time.Second, func() { n.partition(0, 1, true) })
	n.at(101*time.Second, func() { n.partition(0, 1, false) })
	n.run(100 * time.Second)
	if got := n.actives(); got != "ab" {
		t.Errorf("during the partition: got Actives %q, want both", got)
	}
	n.run(300 * time.Second)
	n.wantLog(t,
		"70.001s b Standby -> Active (c: active timer expired)", // 10 s after the last hello
		"102.001s b Active -> Speak (g: higher member is active)",
		"102.001s a sends Coup", // their hellos of 102 s crossed; the Coup finds b in Speak
		"112.001s b Speak -> Standby (d: standby timer expired)",
	)

	// The same with b's hellos half a second before a's.
	n = group(DataPower, 200, 100)
	n.start(0, 500*ms)
	n.start(1, 0)
	n.run(60 * time.Second)
	n.log = nil
	n.at(61*time.Second, func() { n.partition(0, 1, true) })
	n.at(101*time.Second, func() { n.partition(0, 1, false) })
	n.run(300 * time.Second)
	n.wantLog(t,
		"70.501s b Standby -> Active (c: active timer expired)",
		"102.001s a sends Coup",
		"102.002s b Active -> Speak (j: coup by a higher member)",
		"102.002s b sends Resign",
		"112.002s b Speak -> Standby (d: standby timer expired)",
	)
	if got := n.members[0].announced; got != 1 {
		t.Errorf("the winner announced %d times in all, want 1, at its takeover: the RFC does not announce again", got)
	}
}

// TestGoldenOneWayLoss: a's hellos are lost on the way to b. b takes over; a
// stays Active and answers each of b's hellos with a Coup that never arrives,
// until the direction is restored.
func TestGoldenOneWayLoss(t *testing.T) {
	n := settled(t, group(DataPower, 200, 100))
	n.at(61*time.Second, func() { n.cut[[2]int{0, 1}] = true })
	n.at(100*time.Second, func() { n.cut[[2]int{0, 1}] = false })
	n.run(99 * time.Second)
	want := []string{"70.001s b Standby -> Active (c: active timer expired)"}
	for _, at := range []string{"70.002", "72.001", "75.001", "78.001", "81.001", "84.001", "87.001", "90.001", "93.001", "96.001"} {
		want = append(want, at+"s a sends Coup")
	}
	n.wantLog(t, want...)
	if got := n.actives(); got != "ab" {
		t.Errorf("got Actives %q, want both", got)
	}
	n.run(300 * time.Second)
	n.wantLog(t,
		"99.001s a sends Coup",
		"102.001s b Active -> Speak (g: higher member is active)",
		"102.001s a sends Coup",
		"112.001s b Speak -> Standby (d: standby timer expired)",
	)

	// The other direction: a does not hear b. Nothing changes.
	n = settled(t, group(DataPower, 200, 100))
	n.at(61*time.Second, func() { n.cut[[2]int{1, 0}] = true })
	n.run(300 * time.Second)
	n.wantLog(t)
}

// TestGoldenThirdMember: after a takeover the Standby timer of the third member
// must expire twice, in Listen and in Speak, before there is a Standby again.
func TestGoldenThirdMember(t *testing.T) {
	n := group(DataPower, 200, 150, 100)
	for i := range n.members {
		n.start(i, 0)
	}
	n.run(60 * time.Second)
	if n.members[2].State() != Listen || n.actives() != "a" {
		t.Fatalf("group did not settle: %v", n.log)
	}
	n.log = nil
	n.crash(0, 61*time.Second)
	n.run(300 * time.Second)
	n.wantLog(t,
		"70.001s b Standby -> Active (c: active timer expired)",
		"70.001s c Listen -> Speak (c: active timer expired)",
		"80.001s c Speak -> Standby (d: standby timer expired)",
	)

	// The Active resigns instead: c heard b as Standby until then, so it first
	// waits for that timer.
	n = group(DataPower, 200, 150, 100)
	for i := range n.members {
		n.start(i, 0)
	}
	n.run(60 * time.Second)
	n.log = nil
	n.cut[[2]int{0, 2}] = true // c does not hear the Resign, only b's hellos as Active
	n.event(0, 61*time.Second, Stop{})
	n.run(300 * time.Second)
	n.wantLog(t,
		"61.000s a Active -> Initial (b: disabled)",
		"61.000s a sends Resign",
		"61.001s b Standby -> Active (i: active resigned)",
		"70.001s c Listen -> Speak (d: standby timer expired)",
		"80.001s c Speak -> Standby (d: standby timer expired)",
	)
}
