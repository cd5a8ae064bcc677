package standby

import (
	"testing"
	"time"
)

// freeze stops a member as a hypervisor's snapshot does: its timers stop, and
// messages sent to it are lost. thaw lets it continue as if no time had passed.
func (n *network) freeze(index int, when time.Duration) {
	n.at(when, func() { n.members[index].up = false })
}

func (n *network) thaw(index int, when time.Duration) {
	n.at(when, func() { n.members[index].up = true })
}

// TestFreezeAndThaw: the Active is frozen long enough to lose the role, and
// thaws. The other hears it and steps down; the frozen one never learns of the
// takeover. Without the two policies nobody informs the hosts; with them the
// winner announces again two link delays after it thawed (spec/peers.md §5:
// keepalived's higher_prio_send_advert).
func TestFreezeAndThaw(t *testing.T) {
	play := func(policies bool) *network {
		n := settled(t, group(DataPower, 200, 100))
		for _, m := range n.members {
			m.cfg.ReannounceOnWin, m.cfg.SpeakBeforeStepDown = policies, policies
		}
		n.freeze(0, 61*time.Second)
		n.thaw(0, 75500*ms)
		n.run(200 * time.Second)
		return n
	}

	n := play(false)
	n.wantLog(t,
		"70.001s b Standby -> Active (c: active timer expired)",
		"75.501s b Active -> Speak (g: higher member is active)",
		"85.501s b Speak -> Standby (d: standby timer expired)",
	)
	if got := n.members[0].announced; got != 0 {
		t.Errorf("without the policies the winner announced %d times, want never", got)
	}

	n = play(true)
	n.wantLog(t,
		"70.001s b Standby -> Active (c: active timer expired)",
		"75.501s b Active -> Speak (g: higher member is active)",
		"75.502s a sends Coup", // it heard b's last hello
		"85.501s b Speak -> Standby (d: standby timer expired)",
	)
	if got := n.members[0].announced; got != 1 {
		t.Errorf("with the policies the winner announced %d times, want once", got)
	}
}

// TestPartitionReannounced: with the policy, the winner of a healed partition
// announces again. Receiving a Resign or a Coup is enough (spec/failover.md §8,
// F27).
func TestPartitionReannounced(t *testing.T) {
	n := settled(t, group(DataPower, 200, 100))
	n.members[0].cfg.ReannounceOnWin = true
	n.at(61*time.Second, func() { n.partition(0, 1, true) })
	n.at(101*time.Second, func() { n.partition(0, 1, false) })
	n.run(200 * time.Second)
	if a, b := n.members[0].announced, n.members[1].announced; a != 1 || b != 1 {
		t.Errorf("got %d announcements by the winner and %d by the loser, want 1 after the heal and 1 at its takeover", a, b)
	}
	if n.actives() != "a" {
		t.Errorf("got Actives %q, want a", n.actives())
	}
}

// TestIOSResignsWhenBeaten: the same heal among routers. The loser resigns,
// although nobody sent it a Coup before.
func TestIOSResignsWhenBeaten(t *testing.T) {
	n := settled(t, group(IOS, 200, 100))
	n.at(61*time.Second, func() { n.partition(0, 1, true) })
	n.at(100*time.Second, func() { n.partition(0, 1, false) })
	n.run(200 * time.Second)
	if a, b := n.members[0], n.members[1]; n.actives() != "a" || b.resigns != 1 || a.resigns != 0 || b.State() != Standby {
		t.Errorf("got Actives %q, %d Resigns of the loser, %d of the winner; log %v", n.actives(), b.resigns, a.resigns, n.log)
	}
}

// TestYieldMovesTheRole: the operator's yield costs one link delay. The new
// Active keeps the role although the old one is higher and has preempt on; the
// role comes back when the new one is lost.
func TestYieldMovesTheRole(t *testing.T) {
	n := settled(t, group(DataPower, 200, 100).withPreempt())
	n.event(0, 61*time.Second, Yield{})
	n.run(150 * time.Second)
	n.wantLog(t,
		"61.000s a Active -> Listen (-: yielded by the operator)",
		"61.000s a sends Resign",
		"61.001s b Standby -> Active (i: active resigned)",
		"71.000s a Listen -> Speak (d: standby timer expired)",
		"81.000s a Speak -> Standby (d: standby timer expired)",
	)
	n.crash(1, 151*time.Second)
	n.run(170 * time.Second)
	n.wantLog(t, "160.001s a Standby -> Active (c: active timer expired)")
	if n.members[0].Status().Yielded {
		t.Error("the yield must be over when the role has come back")
	}
}

// TestYieldWithoutItsResign: the Resign is lost. The Standby still takes over
// by its timer, because the higher member that yielded does not displace it.
func TestYieldWithoutItsResign(t *testing.T) {
	n := settled(t, group(DataPower, 200, 100).withPreempt())
	n.at(61*time.Second, func() { n.partition(0, 1, true) })
	n.event(0, 61*time.Second, Yield{})
	n.at(61*time.Second+2*ms, func() { n.partition(0, 1, false) })
	n.run(200 * time.Second)
	n.wantLog(t,
		"61.000s a Active -> Listen (-: yielded by the operator)",
		"61.000s a sends Resign",
		"70.001s b Standby -> Active (c: active timer expired)",
		"79.001s a Listen -> Speak (d: standby timer expired)",
		"89.001s a Speak -> Standby (d: standby timer expired)",
	)
}

// TestRaisedPriority is F10: raising either member's priority at run time has
// no effect while preempt is off; with preempt on it moves the role at the
// Active's next hello.
func TestRaisedPriority(t *testing.T) {
	for _, preempt := range []bool{false, true} {
		n := settled(t, group(DataPower, 200, 100))
		cfg := n.members[1].cfg
		cfg.Priority, cfg.Preempt = 250, preempt
		n.event(1, 61*time.Second, Reconfigure{cfg})
		n.run(200 * time.Second)
		if !preempt {
			n.wantLog(t)
			continue
		}
		n.wantLog(t,
			"63.001s b sends Coup",
			"63.001s b Standby -> Active (h: lower member is active, preempting)",
			"63.002s a Active -> Speak (j: coup by a higher member)",
			"63.002s a sends Resign",
			"73.002s a Speak -> Standby (d: standby timer expired)",
		)
	}
}
