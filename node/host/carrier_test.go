package host_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/event"
)

// TestCarrierLoss: the machine notices a pulled cable at once, notifies its
// programs, and forgets its neighbours in order of address, not in map order;
// the link's event comes first.
func TestCarrierLoss(t *testing.T) {
	const neighbours = 40
	l := newLab(t, neighbours+1, nil)
	h := l.Hosts[0]
	for i, peer := range l.Hosts[1:] {
		l.At(time.Duration(i*37%neighbours)*time.Millisecond, func() {
			l.talk(peer, netip.AddrPortFrom(h.NIC("lan").Address().Addr(), 80), 1) // resolves h's address, so h learns of the peer
		})
	}
	l.Run(time.Second)
	var notified []string
	h.NIC("lan").OnCarrier(func(up bool) { notified = append(notified, fmt.Sprintf("%v %v", h.Now(), up)) })
	before := l.Log.Len()
	l.At(2*time.Second, h.NIC("lan").Port().Pull)
	l.At(3*time.Second, h.NIC("lan").Port().Plug)
	l.Run(4 * time.Second)
	if want := []string{"2s false", "3s true"}; !slices.Equal(notified, want) {
		t.Errorf("notified: got %v, want %v", notified, want)
	}
	var got []string
	for _, e := range l.Log.Events()[before:] {
		switch b := e.What.(type) {
		case event.LinkChanged:
			got = append(got, fmt.Sprintf("%v link %v", e.At, b.Up))
		case event.NeighbourChanged:
			got = append(got, b.IP+b.MAC)
		}
	}
	want := []string{"2s link false"}
	for i := range neighbours {
		want = append(want, fmt.Sprintf("10.0.0.%d", i+2))
	}
	want = append(want, "3s link true")
	if !slices.Equal(got, want) {
		t.Errorf("events: got %v, want %v", got, want)
	}
}

// TestCarrierWhileFrozen: a frozen machine notices at its thaw. So do the
// programs of a frozen process, but its kernel notices at once. A crashed
// machine notices nothing.
func TestCarrierWhileFrozen(t *testing.T) {
	for _, c := range []struct {
		name                 string
		put                  func(*host.Host)
		linkAt, notifiedAt   time.Duration
		links, notifiedTimes int
	}{
		{"frozen machine", func(h *host.Host) { h.Freeze(false) }, 5 * time.Second, 5 * time.Second, 1, 1},
		{"frozen process", func(h *host.Host) { h.Freeze(true) }, 2 * time.Second, 5 * time.Second, 1, 1},
		{"crashed machine", func(h *host.Host) { h.Crash(false) }, 0, 0, 0, 0},
		{"warm restart", func(h *host.Host) { h.Crash(true) }, 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, 1, nil)
			h := l.Hosts[0]
			var notified []time.Duration
			h.NIC("lan").OnCarrier(func(bool) { notified = append(notified, h.Now()) })
			l.At(time.Second, func() { c.put(h) })
			l.At(2*time.Second, h.NIC("lan").Port().Pull)
			l.At(5*time.Second, h.Thaw)
			l.Run(10 * time.Second)
			var links []time.Duration
			for e := range event.Of[event.LinkChanged](l.Log.Events()) {
				links = append(links, e.At)
			}
			if len(links) != c.links || c.links > 0 && links[0] != c.linkAt {
				t.Errorf("kernel: got %v, want %d at %v", links, c.links, c.linkAt)
			}
			if len(notified) != c.notifiedTimes || c.notifiedTimes > 0 && notified[0] != c.notifiedAt {
				t.Errorf("programs: got %v, want %d at %v", notified, c.notifiedTimes, c.notifiedAt)
			}
		})
	}
}

// TestBootFindsCables: a machine that was down when a cable was pulled says at
// its boot that it has no carrier, and nothing if the cable is there again.
func TestBootFindsCables(t *testing.T) {
	l := newLab(t, 1, nil)
	h := l.Hosts[0]
	for at, do := range []func(){
		1: func() { h.Crash(false) }, 2: h.NIC("lan").Port().Pull, 3: h.PowerOn,
		4: func() { h.Crash(false) }, 5: h.NIC("lan").Port().Plug, 6: h.PowerOn,
	} {
		if do != nil {
			l.At(time.Duration(at)*time.Second, do)
		}
	}
	l.Run(10 * time.Second)
	var got []string
	for e, b := range event.Of[event.LinkChanged](l.Log.Events()) {
		got = append(got, fmt.Sprintf("%v %v", e.At, b.Up))
	}
	if want := []string{"3s false"}; !slices.Equal(got, want) {
		t.Errorf("links: got %v, want %v", got, want)
	}
}

// TestCrashForgetsSilently: a machine that crashes logs nothing about its
// neighbour cache, because the stack clears it in map order.
func TestCrashForgetsSilently(t *testing.T) {
	l := newLab(t, 5, nil)
	h := l.Hosts[0]
	for _, peer := range l.Hosts[1:] {
		l.talk(peer, netip.AddrPortFrom(h.NIC("lan").Address().Addr(), 80), 1)
	}
	l.Run(time.Second)
	if n := len(host.Neighbours(h.NIC("lan"))); n != 4 {
		t.Fatalf("neighbours: got %d, want 4", n)
	}
	before := l.Log.Len()
	h.Crash(false)
	for _, e := range l.Log.Events()[before:] {
		if p, is := e.What.(event.PowerChanged); !is || p.State != event.PowerCrashed {
			t.Errorf("logged %+v, want the crash only", e.What)
		}
	}
	h.PowerOn()
	if n := len(host.Neighbours(h.NIC("lan"))); n != 0 {
		t.Errorf("neighbours after the boot: got %d, want none", n)
	}
}
