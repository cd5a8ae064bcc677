package host_test

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
)

// TestEchoRepliesAreTheStacks: what the shortcut answers has the bytes of the
// stack's own answer, for the own address, a virtual IP and one with a virtual
// MAC, and both resolve an unknown asker first.
func TestEchoRepliesAreTheStacks(t *testing.T) {
	vip, mac := netip.MustParseAddr("192.0.2.100"), netip.MustParseAddr("192.0.2.101")
	play := func(stack bool) (replies [][]byte) {
		l := hosttest.New(t, netfab.SegmentConfig{})
		a, c := l.Add("a", "192.0.2.11/24"), l.Add("c1", "192.0.2.201/24")
		tap := l.Tap()
		l.Run(time.Second)
		if stack {
			host.CloseShortcut(a)
		}
		a.NIC("lan").AddVIP(vip, host.MAC{})
		a.NIC("lan").AddVIP(mac, host.MAC{0, 0, 0x0c, 7, 0xac, 1})
		var sockets []*host.EchoSocket
		for i, to := range []netip.Addr{a.NIC("lan").Address().Addr(), vip, mac} {
			sockets = append(sockets, c.OpenEcho(uint16(i), to, func(host.EchoResult) {}))
		}
		for i, s := range sockets {
			for n := range 3 {
				s.Send(uint16(n), uint64(i))
				l.Pass(time.Millisecond)
			}
		}
		l.Pass(time.Minute) // the neighbour entries are stale
		sockets[1].Send(9, 9)
		l.Pass(10 * time.Second)
		a.NIC("lan").RemoveVIP(vip, false)
		sockets[1].Send(10, 10) // nobody answers
		l.Pass(time.Second)
		for _, f := range tap.SentBy("a", 0, nil) {
			replies = append(replies, f.Data)
		}
		return replies
	}
	got, want := play(false), play(true)
	echoes := 0
	for i := range want {
		if i >= len(got) || !bytes.Equal(got[i], want[i]) {
			t.Fatalf("frame %d of %d: got % x, want % x", i, len(want), got[min(i, len(got)-1)], want[i])
		}
		if _, echo := wire.EchoOf(want[i]); echo != nil {
			echoes++
		}
	}
	if len(got) != len(want) || echoes != 10 {
		t.Errorf("%d frames with %d answers, want %d with 10", len(got), echoes, len(want))
	}
}
