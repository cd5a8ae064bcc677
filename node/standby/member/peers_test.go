package member_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
)

// destinations is an observer that notes where HSRP frames go.
type destinations struct{ all map[string]int }

func (d destinations) Sent(_ time.Duration, from *netfab.Port, data []byte) {
	if _, _, _, err := wire.ParseFrame(data); err == nil {
		to := wire.IPv4Of(data).Destination()
		d.all[from.Node()+" to "+netip.AddrFrom4(to).String()]++
	}
}

func (destinations) Lost(time.Duration, *netfab.Port, *netfab.Port, []byte, string) {}

func (destinations) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// TestPeers: members elect by messages to each other's addresses alone, also
// after one of them has got another address, and a takeover is that of a
// crash. Who is not a peer hears nothing.
func TestPeers(t *testing.T) {
	l := newLab(t, 3)
	d := destinations{map[string]int{}}
	l.Fabric.Observe(d)
	peers := func(of ...int) func(*member.Config) {
		return func(c *member.Config) {
			for _, i := range of {
				c.Peers = append(c.Peers, own(i))
			}
		}
	}
	a, b := l.start(0, configured(0, 110, peers(1))), l.start(1, configured(1, 100, peers(0)))
	c := l.start(2, config(2, 90)) // by multicast
	l.Run(60 * time.Second)
	l.want(a, standby.Active)
	l.want(b, standby.Standby)
	l.want(c, standby.Active) // it hears neither
	for _, to := range []string{"a to 192.0.2.12", "b to 192.0.2.11", "c to 224.0.0.2"} {
		if d.all[to] == 0 {
			t.Errorf("%s: got no message", to)
		}
		delete(d.all, to)
	}
	if len(d.all) != 0 {
		t.Errorf("messages to others: %v", d.all)
	}
	c.Enable(false)
	at := l.Loop.Now()
	a.Yield()
	l.Run(at + 2*latency)
	l.want(b, standby.Active)

	l.Hosts[0].NIC("lan").SetAddress(netip.MustParsePrefix("192.0.2.11/25"))
	a.SetAddress(own(0))
	l.Pass(30 * time.Second)
	l.want(a, standby.Standby)
	l.Hosts[1].Crash(false)
	l.Pass(10 * time.Second)
	l.want(a, standby.Active)
	if names := []string{"a to 192.0.2.12", "b to 192.0.2.11"}; slices.ContainsFunc(names, func(n string) bool { return d.all[n] == 0 }) {
		t.Errorf("messages: got %v, want some of %v", d.all, names)
	}
}
