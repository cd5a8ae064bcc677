package host_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
)

// TestMulticast: members of a group receive what is sent to it; others do not,
// nor does a member that has left.
func TestMulticast(t *testing.T) {
	l := newLab(t, 3, nil)
	a, b, c := l.Hosts[0], l.Hosts[1], l.Hosts[2]
	sender, member, other := open(t, a), open(t, b), open(t, c)
	join(t, b, member, group)
	got, stray := collect(l, b, member), collect(l, c, other)
	say(l, a, sender, 10*time.Second, "one", group)
	l.At(20*time.Second, func() {
		if err := member.Leave(group, b.NIC("lan")); err != nil {
			t.Error(err)
		}
	})
	say(l, a, sender, 30*time.Second, "two", group)
	l.Run(40 * time.Second)
	if want := []string{"10.0001s one from 10.0.0.1:5000"}; !slices.Equal(*got, want) || len(*stray) > 0 {
		t.Errorf("got %q, and %q by who has not joined, want %q and nothing", *got, *stray, want)
	}
	if mac := wire.MulticastMAC(group.As4()); b.NIC("lan").Port().Filter().Accepts(mac) {
		t.Errorf("the interface still takes frames to %v", mac)
	}
}

// TestMulticastTTLAndInterface: a datagram to a group has the TTL and leaves by
// the interface that the socket sets; by default 1 and the first interface.
func TestMulticastTTLAndInterface(t *testing.T) {
	l := newLab(t, 1, nil)
	far := l.Fabric.AddSegment("far", netfab.SegmentConfig{Latency: hosttest.Latency, Ageing: hosttest.Ageing})
	h := host.New(l.Loop, host.Config{Name: "router", Cores: 1, Log: l.Log})
	t.Cleanup(h.Destroy)
	h.AddNIC("lan", host.MAC{2, 0, 0, 0, 1, 1}, netip.MustParsePrefix("10.0.1.1/16"), l.LAN)
	h.AddNIC("far", host.MAC{2, 0, 0, 0, 1, 2}, netip.MustParsePrefix("10.9.0.1/16"), far)
	h.PowerOn()
	u := open(t, h)
	tap := l.Tap()
	for _, c := range []struct {
		change func()
		ttl    uint8
		source string
	}{
		{func() {}, 1, "10.0.1.1"},
		{func() { u.SetMulticastInterface(h.NIC("far")) }, 1, "10.9.0.1"},
		{func() { u.SetMulticastTTL(7) }, 7, "10.9.0.1"},
		{func() { u.SetTTL(9) }, 7, "10.9.0.1"},
	} {
		c.change()
		tap.All = nil
		say(l, h, u, l.Loop.Now(), "text", group)
		l.Pass(time.Second)
		if len(tap.All) != 1 {
			t.Fatalf("frames: got %d, want 1", len(tap.All))
		}
		ip := wire.IPv4Of(tap.All[0].Data)
		if got := netip.AddrFrom4(ip.Source()).String(); got != c.source || ip.TTL() != c.ttl {
			t.Errorf("sent from %s with TTL %d, want %s and %d", got, ip.TTL(), c.source, c.ttl)
		}
	}
}

// TestSnoopedMulticast: a snooping switch sends a group's frames only to
// machines whose stack reported membership.
func TestSnoopedMulticast(t *testing.T) {
	l := &lab{hosttest.New(t, netfab.SegmentConfig{Snooping: netfab.SnoopingOn})}
	a, b, c := l.Add("a", "10.0.0.1/16"), l.Add("b", "10.0.0.2/16"), l.Add("c", "10.0.0.3/16")
	sender, member, other := open(t, a), open(t, b), open(t, c)
	join(t, b, member, group)
	c.NIC("lan").Port().Filter().SetPromiscuous(true)
	came := 0
	if _, err := c.NIC("lan").Ingress().Insert(host.IngressSockets, host.Stage{Name: "count", Do: func(f *netfab.Frame) host.Verdict {
		if _, udp := wire.UDPOf(f.Data()); udp != nil {
			came++
		}
		return host.Pass
	}}); err != nil {
		t.Fatal(err)
	}
	got := collect(l, b, member)
	collect(l, c, other)
	say(l, a, sender, time.Second, "one", group)
	l.Run(2 * time.Second)
	if want := []string{"1.0001s one from 10.0.0.1:5000"}; !slices.Equal(*got, want) || came > 0 {
		t.Errorf("got %q, and %d frames at the port of who has not joined, want %q and none", *got, came, want)
	}
}

// TestPrunedMulticast: the snooping bug drops groups of 224.0.0.x while
// datagrams to machines pass, until it is undone.
func TestPrunedMulticast(t *testing.T) {
	l := newLab(t, 2, nil)
	a, b := l.Hosts[0], l.Hosts[1]
	sender, member := open(t, a), open(t, b)
	join(t, b, member, local, group)
	got := collect(l, b, member)
	undo := l.LAN.Prune()
	say(l, a, sender, time.Second, "pruned", local)
	say(l, a, sender, 2*time.Second, "other group", group)
	say(l, a, sender, 3*time.Second, "unicast", own(b))
	l.At(4*time.Second, undo)
	say(l, a, sender, 5*time.Second, "healed", local)
	l.Run(10 * time.Second)
	want := []string{
		"2.0001s other group from 10.0.0.1:5000",
		"3.0003s unicast from 10.0.0.1:5000",
		"5.0001s healed from 10.0.0.1:5000",
	}
	if !slices.Equal(*got, want) {
		t.Errorf("got\n%q, want\n%q", *got, want)
	}
}

// TestMulticastIsDeterministic: a socket joins and leaves its groups in the
// order of its program, and the reports of a run come at the same instants each
// time. Method: compare all frames that leave, because no machine accepts
// reports.
func TestMulticastIsDeterministic(t *testing.T) {
	play := func() (all []string) {
		l := newLab(t, 2, nil)
		a, b := l.Hosts[0], l.Hosts[1]
		tap := l.Tap()
		sender, member := open(t, a), open(t, b)
		for i := range byte(10) {
			join(t, b, member, netip.AddrFrom4([4]byte{239, 0, 0, i}))
		}
		collect(l, b, member)
		say(l, a, sender, time.Second, "text", netip.AddrFrom4([4]byte{239, 0, 0, 5}))
		l.At(20*time.Second, member.Close)
		l.Run(30 * time.Second)
		for _, f := range tap.All {
			all = append(all, fmt.Sprintf("%v %x", f.At, f.Data))
		}
		return all
	}
	want := play()
	if len(want) < 21 {
		t.Errorf("frames: got %d, want a report and a leave of each group", len(want))
	}
	for range 5 {
		if got := play(); !slices.Equal(got, want) {
			t.Fatalf("got\n%q, want\n%q", got, want)
		}
	}
}
