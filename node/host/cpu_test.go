package host_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// cpuLab is one machine of the given cores, and a list of what ended when.
type cpuLab struct {
	*lab
	host *host.Host
	done []string
}

func newCPULab(t *testing.T, cores int) *cpuLab {
	l := newLab(t, 1, func(_ int, c *host.Config) { c.Cores = cores })
	return &cpuLab{lab: l, host: l.Hosts[0]}
}

// job starts work at an instant.
func (l *cpuLab) job(name string, at time.Duration, class host.Class, work time.Duration) {
	l.host.Go(name, func(p *sim.Proc) {
		p.Sleep(at)
		l.host.CPU().Use(p, class, work)
		l.done = append(l.done, fmt.Sprintf("%s %v", name, l.host.Now()))
	})
}

func (l *cpuLab) want(t *testing.T, until time.Duration, want ...string) {
	t.Helper()
	l.Run(until)
	if !slices.Equal(l.done, want) {
		t.Errorf("done: got %v, want %v", l.done, want)
	}
}

// TestProcessorSharing: figures calculated by hand. No job has more than one
// core; more jobs than cores share equally; a later job takes from all.
func TestProcessorSharing(t *testing.T) {
	const s = time.Second
	t.Run("as many jobs as cores", func(t *testing.T) {
		l := newCPULab(t, 2)
		l.job("a", 0, host.Service, 1*s)
		l.job("b", 0, host.Service, 2*s)
		l.want(t, 10*s, "a 1s", "b 2s")
	})
	t.Run("three jobs on two cores", func(t *testing.T) {
		l := newCPULab(t, 2)
		l.job("a", 0, host.Service, 1*s) // 2/3 of a core each until 1.5 s
		l.job("b", 0, host.Service, 2*s) // 1 s left, alone on its core
		l.job("c", 0, host.Service, 2*s)
		l.want(t, 10*s, "a 1.5s", "b 2.5s", "c 2.5s")
	})
	t.Run("a late comer", func(t *testing.T) {
		l := newCPULab(t, 1)
		l.job("a", 0, host.Service, 2*s) // 1 s done at 1 s, then half
		l.job("b", 1*s, host.Service, 500*time.Millisecond)
		l.want(t, 10*s, "b 2s", "a 2.5s")
	})
	t.Run("classes do not compete", func(t *testing.T) {
		l := newCPULab(t, 1)
		l.job("a", 0, host.Service, 1*s)
		l.job("b", 0, host.Control, 1*s)
		l.want(t, 10*s, "a 1s", "b 1s")
	})
	t.Run("no work", func(t *testing.T) {
		l := newCPULab(t, 1)
		l.job("a", 1*s, host.Service, 0)
		l.want(t, 10*s, "a 1s")
	})
}

// TestHog: a hog takes its share of all cores; at 100 % nothing progresses, and
// jobs continue where they were once the hog ends.
func TestHog(t *testing.T) {
	const s = time.Second
	hog := func(l *cpuLab, at time.Duration, share float64) {
		l.At(at, func() { l.host.Hog(host.Service, share) })
	}
	t.Run("half", func(t *testing.T) {
		l := newCPULab(t, 2) // one core's worth is left
		hog(l, 0, 0.5)
		l.job("a", 0, host.Service, 1*s)
		l.want(t, 10*s, "a 1s")
		l.job("b", 0, host.Service, 1*s)
		l.job("c", 0, host.Service, 1*s)
		l.want(t, 20*s, "a 1s", "b 12s", "c 12s")
	})
	t.Run("half of one core", func(t *testing.T) {
		l := newCPULab(t, 1)
		hog(l, 0, 0.5)
		l.job("a", 0, host.Service, 1*s)
		l.want(t, 10*s, "a 2s")
	})
	t.Run("all, then calm", func(t *testing.T) {
		l := newCPULab(t, 2)
		l.job("a", 0, host.Service, 3*s)
		hog(l, 1*s, 1)
		l.job("none", 2*s, host.Service, 0) // even zero work waits
		l.job("other", 2*s, host.Control, 1*s)
		hog(l, 11*s, 0)
		l.want(t, 10*s, "other 3s")
		l.want(t, 20*s, "other 3s", "none 11s", "a 13s")
	})
	t.Run("crash", func(t *testing.T) {
		l := newCPULab(t, 1)
		hog(l, 0, 1)
		l.job("dead", 0, host.Service, 1*s)
		l.At(1*s, func() { l.host.Crash(false); l.host.PowerOn(); l.job("new", 0, host.Service, 1*s) })
		l.want(t, 20*s, "new 2s")
		if l.host.CPU().Hogged(host.Service) != 0 || !l.host.CPU().Idle(host.Service) {
			t.Error("the hog outlived the crash")
		}
		var shares []float64
		for _, c := range event.Of[event.LoadChanged](l.Log.Events()) {
			shares = append(shares, c.Share)
		}
		if !slices.Equal(shares, []float64{1}) {
			t.Errorf("loads: got %v, want one of 1: the crash implies the end", shares)
		}
	})
}

// TestFrozenWorkStops: a frozen machine, or process, computes nothing.
func TestFrozenWorkStops(t *testing.T) {
	for _, process := range []bool{true, false} {
		l := newCPULab(t, 1)
		l.job("a", 0, host.Service, 3*time.Second)
		l.At(1*time.Second, func() { l.host.Freeze(process) })
		l.At(6*time.Second, l.host.Thaw)
		l.want(t, 20*time.Second, "a 8s")
	}
}

// TestDriftingCPU: a clock that runs fast or slow makes the machine's work
// equally fast or slow, and the work ends.
func TestDriftingCPU(t *testing.T) {
	for _, drift := range []float64{0.01, -0.01, 1, -0.9, 1e-9} {
		l := newCPULab(t, 1)
		l.host.Drift(drift)
		var done time.Duration
		l.host.Go("job", func(p *sim.Proc) {
			for range 100 {
				l.host.CPU().Use(p, host.Service, 10*time.Millisecond+1)
			}
			done = l.host.Now()
		})
		l.Run(time.Minute)
		want := time.Duration(float64(time.Second) / (1 + drift))
		within(t, fmt.Sprintf("work of 1 s with a drift of %v", drift), done, want-time.Millisecond, want+time.Millisecond)
		if n := l.Loop.Count(); n > 1000 {
			t.Errorf("drift %v: %d events for 100 jobs", drift, n)
		}
	}
}

// TestAlmostDead: with the service class at 100 % the kernel completes
// handshakes until the backlog is full, and nothing is answered; after the hog,
// everything that waited is. Pings and the control class are not affected.
func TestAlmostDead(t *testing.T) {
	l := newLab(t, 2, nil)
	server, client := l.Hosts[0], l.Hosts[1]
	listener, err := server.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 3)
	if err != nil {
		t.Fatal(err)
	}
	server.Go("server", func(p *sim.Proc) {
		for {
			server.CPU().Use(p, host.Service, 0) // as node/gateway does
			conn, err := listener.AcceptConn()
			if err != nil {
				return
			}
			server.Go("connection", func(p *sim.Proc) {
				conn.Read(make([]byte, 100))
				server.CPU().Use(p, host.Service, time.Millisecond)
				conn.Write(make([]byte, 10))
			})
		}
	})
	l.Run(time.Second)
	l.At(1100*time.Millisecond, func() { server.Hog(host.Service, 1) })
	established, answered := 0, 0
	for i := range 6 {
		l.Program(client, "client", func(p *sim.Proc) error {
			p.Sleep(time.Second + time.Duration(i)*10*time.Millisecond)
			conn, err := client.Dial(netip.MustParseAddrPort("10.0.0.1:80"), 0)
			if err == nil {
				established++
				_, err = ask(conn, 1, 10)
				answered++
			}
			return err
		})
	}
	var control time.Duration
	server.Go("control", func(p *sim.Proc) {
		p.Sleep(4 * time.Second)
		server.CPU().Use(p, host.Control, time.Second)
		control = server.Now()
	})
	tap := l.Tap()
	l.At(5*time.Second, func() { hosttest.Inject(client.NIC("lan"), ping(t, client, server)) })
	l.Run(20 * time.Second)
	if established != 4 || answered != 0 { // the first was in Accept already
		t.Errorf("hogged: got %d established, %d answered, want 4 and 0", established, answered)
	}
	if n := len(tap.SentBy("h1", 0, pong)); n != 1 || control != 6*time.Second {
		t.Errorf("hogged: got %d echo replies and control work done at %v, want 1 and 6s", n, control)
	}
	l.At(30*time.Second, func() { server.Hog(host.Service, 0) })
	l.Run(31 * time.Second)
	if answered != 4 {
		t.Errorf("calm: got %d answered after 1 s, want 4", answered)
	}
	l.Run(2 * time.Minute)
	if answered != 6 {
		t.Errorf("calm: got %d answered, want all 6", answered)
	}
}

// TestControlWork: while the control class is free its work is done at once, in
// the same event; with a hog it waits, in order.
func TestControlWork(t *testing.T) {
	l := newCPULab(t, 1)
	do := func(name string) {
		l.host.CPU().Do(sim.Func(func() { l.done = append(l.done, fmt.Sprintf("%s %v", name, l.host.Now())) }))
	}
	do("free")
	if len(l.done) != 1 {
		t.Error("with the class free the work was not done at once")
	}
	l.host.Hog(host.Control, 0.9) // 200 µs take 2 ms
	do("a")
	do("b")
	l.want(t, time.Second, "free 0s", "a 4ms", "b 4ms")
	l.host.Hog(host.Control, 1)
	do("c")
	do("d")
	l.want(t, 2*time.Second, "free 0s", "a 4ms", "b 4ms")
	l.host.Hog(host.Control, 0)
	l.want(t, 3*time.Second, "free 0s", "a 4ms", "b 4ms", "c 2.0004s", "d 2.0004s")
}
