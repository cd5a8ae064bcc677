package host_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// TestReplyFrom: the server's replies come from where the requests go, from
// another MAC address, or by another interface of the router. Each is refused
// by a check that excludes it, and by no other; and what is refused is logged
// once, as the flow of the request, with and without translation.
func TestReplyFrom(t *testing.T) {
	const usual, otherMAC, otherInterface = "from there", "from another MAC address", "by another interface"
	for _, c := range []struct {
		check host.ReplyCheck
		how   string
		why   string // of the refusal; empty: it passes
	}{
		{host.RepliesAny, usual, ""}, {host.RepliesSameInterface, usual, ""}, {host.RepliesSameMAC, usual, ""},
		{host.RepliesAny, otherMAC, ""}, {host.RepliesSameInterface, otherMAC, ""}, {host.RepliesSameMAC, otherMAC, event.RefusedMAC},
		{host.RepliesAny, otherInterface, ""}, {host.RepliesSameInterface, otherInterface, event.RefusedInterface}, {host.RepliesSameMAC, otherInterface, event.RefusedInterface},
	} {
		for _, target := range []string{"10.9.0.2:80", "10.0.0.80:8080"} {
			l, near, far, router := natLab(t)
			router.SetTranslation(host.Translation{
				Own:          []netip.Addr{netip.MustParseAddr("10.0.0.80")},
				Destinations: []host.Destination{{To: netip.MustParseAddrPort("10.0.0.80:8080"), Via: netip.MustParseAddrPort("10.9.0.2:80")}},
			})
			router.SetReplyCheck(c.check)
			tap := l.Tap()
			conn, err := l.try(t, near, target)
			if err != nil {
				t.Fatalf("%v %s: %v", c.check, target, err)
			}
			since := l.Loop.Now()
			switch c.how {
			case otherMAC:
				far.NIC("far").Stick(host.MAC{2, 0, 0, 9, 9, 9})
			case otherInterface: // a copy of the server's last segment
				segments := tap.SentBy("h2", 0, segment(0))
				frame := slices.Clone(segments[len(segments)-1].Data)
				eth := wire.EthernetOf(frame)
				eth.Set(router.NIC("lan").MAC(), near.NIC("lan").MAC(), eth.Type())
				l.At(since+time.Second, func() { hosttest.Inject(near.NIC("lan"), frame) })
			}
			err = l.again(t, near, conn)
			if passes := c.why == "" || c.how == otherInterface; (err == nil) != passes {
				t.Errorf("%v, replies %s, to %s: got %v, want them to pass: %v", c.check, c.how, target, err, passes)
			}
			var want []event.FlowRefused
			if c.why != "" {
				want = []event.FlowRefused{{Protocol: "TCP", From: "10.0.0.1", To: "10.9.0.2:80", Reason: c.why}}
			}
			if _, got := hosttest.Bodies[event.FlowRefused](l.Lab, "router"); !slices.Equal(got, want) {
				t.Errorf("%v, replies %s, to %s: got refusals %v, want %v", c.check, c.how, target, got, want)
			}
		}
	}
}

// TestReplyCheckChanges: the check can be switched while connections are open.
// It knows those that have begun since it was switched on; a crash switches it
// off.
func TestReplyCheckChanges(t *testing.T) {
	l, near, far, router := natLab(t)
	old, err := l.try(t, near, "10.9.0.2:80")
	if err != nil {
		t.Fatal(err)
	}
	router.SetReplyCheck(host.RepliesSameMAC)
	known, err := l.try(t, near, "10.9.0.2:80")
	if err != nil {
		t.Fatal(err)
	}
	far.NIC("far").Stick(host.MAC{2, 0, 0, 9, 9, 9})
	asks := func(conn *host.Conn, passes bool, what string) {
		t.Helper()
		if err := l.again(t, near, conn); (err == nil) != passes {
			t.Errorf("%s: got %v, want it to pass: %v", what, err, passes)
		}
	}
	asks(old, true, "a connection from before the check")
	asks(known, false, "one that it knows")
	router.SetReplyCheck(host.RepliesSameInterface)
	asks(known, true, "only the interface counts")
	router.SetReplyCheck(host.RepliesAny)
	asks(known, true, "switched off")
	if names := fmt.Sprint(router.NIC("lan").Ingress().Names(), router.NIC("lan").Egress().Names()); names != fmt.Sprint(near.NIC("lan").Ingress().Names(), near.NIC("lan").Egress().Names()) {
		t.Errorf("switched off, it still looks at frames: %s", names)
	}
	router.SetReplyCheck(host.RepliesSameMAC)
	router.Crash(false)
	router.PowerOn()
	router.SetForwarding(true)
	asks(known, true, "after a crash")
}
