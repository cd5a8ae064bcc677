package host_test

import (
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// TestClockSkew: a step of the clock changes the time of day but no timer. It
// survives a reboot, because the clock is hardware.
func TestClockSkew(t *testing.T) {
	l := newLab(t, 1, func(_ int, c *host.Config) { c.ClockSkew = time.Hour })
	h := l.Hosts[0]
	var woke time.Duration
	h.Go("sleeper", func(p *sim.Proc) {
		p.Sleep(10 * time.Second)
		woke = h.Now()
	})
	l.At(5*time.Second, func() { h.Skew(-3 * time.Hour) })
	l.Run(20 * time.Second)
	if woke != 10*time.Second {
		t.Errorf("a sleep of 10 s ended at %v", woke)
	}
	h.Crash(false)
	h.PowerOn()
	if got, want := h.Scope().Local(), 20*time.Second-2*time.Hour; got != want {
		t.Errorf("the clock shows %v, want %v", got, want)
	}
	if got := host.KernelNow(h); !got.Equal(host.Epoch.Add(20*time.Second - 2*time.Hour)) {
		t.Errorf("the kernel's clock shows %v", got)
	}
	if got := h.Now(); got != 20*time.Second {
		t.Errorf("the world's instant: got %v, want 20s", got)
	}
}

// notVirtual is a driver of real time, for the loop.
type notVirtual struct{ sim.Virtual }

// TestReadingsDiffer: within an event the clock of the stack stands in virtual
// time. In real time each reading is later than the one before, and the loop
// catches up.
func TestReadingsDiffer(t *testing.T) {
	for _, real := range []bool{false, true} {
		loop := sim.New(1)
		if real {
			loop = sim.NewDriven(1, notVirtual{})
		}
		h := host.New(loop, host.Config{Name: "h1", Cores: 1, Log: event.NewLog(sim.NewDigest())})
		for range 3 {
			if err := loop.Run(loop.Now() + time.Second); err != nil {
				t.Fatal(err)
			}
			first, second := host.KernelMonotonic(h), host.KernelMonotonic(h)
			if got := second.Sub(first); real != (got > 0) || got > time.Microsecond {
				t.Errorf("real time %t: the second reading is %v later", real, got)
			}
			var zero tcpip.MonotonicTime
			if got := first.Sub(zero); got != loop.Now() {
				t.Errorf("real time %t: got %v at %v", real, got, loop.Now())
			}
		}
	}
}

// TestClockDrift: with a clock that runs 1 % fast the timers of programs and of
// the stack fire early.
func TestClockDrift(t *testing.T) {
	l := newLab(t, 2, func(i int, c *host.Config) {
		if i == 1 {
			c.Drift = 0.25
		}
	})
	h := l.Hosts[0]
	var woke []time.Duration
	h.Go("sleeper", func(p *sim.Proc) {
		for range 2 {
			p.Sleep(10 * time.Second)
			woke = append(woke, h.Now())
		}
	})
	l.At(9*time.Second, func() { h.Drift(0) })
	tap := l.Tap()
	l.Run(time.Minute)
	if len(woke) != 2 || woke[0] != 8*time.Second || woke[1] != 16*time.Second {
		t.Errorf("woke at %v, want 8s; the second sleep was set while the clock ran fast", woke)
	}
	h.Drift(0.25)
	start := l.Loop.Now()
	l.connectRepeatedly(h) // nobody has the virtual IP: questions a second apart by its own clock
	l.Run(start + 300*time.Millisecond + 2*time.Second)
	asked := tap.SentBy("h1", start, nil)
	if len(asked) < 3 {
		t.Fatalf("ARP requests: got %d, want 3", len(asked))
	}
	if got := asked[1].At - asked[0].At; got != 800*time.Millisecond {
		t.Errorf("between questions: got %v, want 800ms", got)
	}
}

// TestDeadlinesDrift: a timeout counts by the machine's own clock, and ends
// whatever the rounding.
func TestDeadlinesDrift(t *testing.T) {
	for _, drift := range []float64{0.25, 0.01, 1, 1e-9, -0.01, -0.9} {
		l, _, client := streamLab(t, silent)
		conn := l.dial(t, client, "10.0.0.1:80")
		client.Drift(drift)
		start := client.Now()
		var took []time.Duration
		client.Go("client", func(*sim.Proc) {
			for i := range 10 {
				conn.SetTimeout(time.Second/3 + time.Duration(i))
				conn.Read(make([]byte, 1))
				took = append(took, client.Now()-start)
				start = client.Now()
			}
		})
		l.Run(time.Minute)
		if len(took) != 10 {
			t.Fatalf("drift %v: got %d timeouts, want 10", drift, len(took))
		}
		want := time.Duration(float64(time.Second/3) / (1 + drift))
		for _, d := range took {
			within(t, "timeout of a third of a second", d, want-100*time.Nanosecond, want+100*time.Nanosecond)
		}
		if n := l.Loop.Count(); n > 500 {
			t.Errorf("drift %v: %d events for 10 timeouts", drift, n)
		}
	}
}
