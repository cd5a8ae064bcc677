package host_test

import (
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// eventful is a run with most of what can happen to machines: clients that
// never stop, losses, a takeover, a crash with open connections, a frozen
// machine and process, a pulled cable, hogs, a drifting clock. prepare, unless
// nil, changes each stack after a boot; questions is how many packets went
// through IPv4 at one of the machines.
func eventful(t *testing.T, watch bool, prepare func(*host.Host)) (digest string, events int, questions uint64) {
	l := newLab(t, 6, func(i int, c *host.Config) {
		c.ARP = []host.ARPPolicy{host.ARPLinux, host.ARPReplyOnly, host.ARPNetstack}[i%3]
		c.Cores = 2
	})
	if watch {
		l.Tap()
	}
	for _, h := range l.Hosts {
		if prepare != nil {
			prepare(h)
			h.OnBoot(func() { prepare(h) })
		}
	}
	for _, h := range l.Hosts[:2] {
		h.OnBoot(func() { l.serve(t, h, 80, 3000) })
		l.serve(t, h, 80, 3000)
	}
	for i, h := range l.Hosts[2:] {
		rule, err := netfab.Impairment{Loss: 0.02, Delay: time.Millisecond, Jitter: time.Millisecond, Reorder: 0.01}.Rule(h.NIC("lan").Port())
		if err != nil {
			t.Fatal(err)
		}
		l.Fabric.Install(rule)
		for range 2 {
			h.Go("client", func(p *sim.Proc) {
				for {
					conn, err := h.Dial(netip.AddrPortFrom(vip, 80), time.Second)
					if err == nil {
						conn.SetTimeout(3 * time.Second)
						ask(conn, 5, 3000)
						conn.Close()
					}
					h.CPU().Use(p, host.Service, time.Duration(i+1)*10*time.Millisecond)
					p.Sleep(500 * time.Millisecond)
				}
			})
		}
	}
	a, b := l.Hosts[0], l.Hosts[1]
	a.NIC("lan").AddVIP(vip, host.MAC{})
	l.At(3*time.Second, func() { a.NIC("lan").RemoveVIP(vip, true); b.NIC("lan").AddVIP(vip, host.MAC{}) })
	l.At(5*time.Second, func() { b.Crash(false); a.NIC("lan").AddVIP(vip, host.MAC{0, 0, 0x0c, 7, 0xac, 1}) })
	l.At(6*time.Second, b.PowerOn)
	l.At(7*time.Second, func() { a.Freeze(true); l.Hosts[2].Freeze(false) })
	l.At(9*time.Second, func() { a.Thaw(); l.Hosts[2].Thaw() })
	l.At(10*time.Second, l.Hosts[3].NIC("lan").Port().Pull)
	l.At(11*time.Second, l.Hosts[3].NIC("lan").Port().Plug)
	l.At(12*time.Second, func() { l.Hosts[4].Hog(host.Service, 0.7); l.Hosts[5].Drift(0.05) })
	l.Run(25 * time.Second)
	return l.Digest.String(), l.Log.Len(), host.StackStats(l.Hosts[2]).IP.PacketsReceived.Value()
}

// TestEventfulRunIsDeterministic: an eventful run gives the same digest with
// and without an observer of the frames, on any number of processors.
func TestEventfulRunIsDeterministic(t *testing.T) {
	want, events, _ := eventful(t, false, nil)
	if events < 20 {
		t.Errorf("events: got %d, want an eventful run", events)
	}
	for i, procs := range []int{1, 2, 4, 2} {
		before := runtime.GOMAXPROCS(procs)
		got, _, _ := eventful(t, i%2 == 0, nil)
		runtime.GOMAXPROCS(before)
		if got != want {
			t.Errorf("digest with GOMAXPROCS=%d: got %s, want %s", procs, got, want)
		}
	}
}

// TestShortcutChangesNothing: the same frames pass at the same instants whether
// segments bypass IPv4 or not.
func TestShortcutChangesNothing(t *testing.T) {
	short, _, fewer := eventful(t, false, nil)
	long, _, questions := eventful(t, false, host.CloseShortcut)
	if short != long {
		t.Errorf("digest: got %s by the shortcut, want %s as by the long way", short, long)
	}
	if questions < 100 || fewer > questions/10 {
		t.Errorf("packets that IPv4 processed: got %d with the shortcut and %d without, want nearly none and many", fewer, questions)
	}
}

// TestFlowsChangeNothing: the same frames pass at the same instants whether
// segments bypass gVisor's demultiplexer or not.
func TestFlowsChangeNothing(t *testing.T) {
	with, events, _ := eventful(t, false, nil)
	without, same, _ := eventful(t, false, host.CloseFlows)
	if with != without || events != same {
		t.Errorf("digest: got %s and %d events with flows, want %s and %d as without", with, events, without, same)
	}
}

// TestFlowsFollowConnections: both ends of a connection are found as long as
// they are open.
func TestFlowsFollowConnections(t *testing.T) {
	l := newLab(t, 2, nil)
	l.serve(t, l.Hosts[0], 80, 1000)
	a, b := l.dial(t, l.Hosts[1], "10.0.0.1:80"), l.dial(t, l.Hosts[1], "10.0.0.1:80")
	for i, end := range []func(){func() {}, a.Abort, func() { b.Close() }} {
		l.Program(l.Hosts[1], "client", func(*sim.Proc) error { end(); return nil })
		l.Pass(time.Second)
		for _, h := range l.Hosts {
			if got := host.Flows(h); got != 2-i {
				t.Errorf("flows of %s with %d open connections: got %d", h.Name(), 2-i, got)
			}
		}
	}
}
