//go:build linux

package wire

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Pair is two members of any kind, a and b, that share the virtual IP. At first
// a owns it.
type Pair map[string]topology.Node

// vip is the address that a pair shares.
var vip = netip.MustParseAddr("192.0.2.100")

// The timers of both kinds of pair. The backup of keepalived waits for three
// adverts and a skew that its priority gives it (RFC 9568 §6.1); our standby
// has the same hold time.
const (
	advertTime     = 20 * time.Millisecond // a whole number of centiseconds, as the advert has it
	backupPriority = 100
	detectionTime  = 3*advertTime + advertTime*(256-backupPriority)/256
)

// OurPair is two members of a standby group.
func OurPair() Pair {
	pair := Pair{}
	for i, name := range []string{"a", "b"} {
		priority := backupPriority + 10*(1-i)
		pair[name] = topology.Node{
			Gateway: &topology.Gateway{},
			NICs:    map[string]topology.NIC{"lan": {Address: member(i)}},
			Standby: map[string]topology.Standby{"lan": {
				VIP: vip, Priority: &priority, Profile: "ios", Hello: advertTime, Hold: detectionTime.Truncate(time.Millisecond),
			}},
		}
	}
	return pair
}

// member is the address of a member.
func member(i int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + i)}), 24)
}

// KeepalivedPair is two instances of keepalived that use VRRP version 3.
func KeepalivedPair() Pair {
	const config = `
global_defs {
	vrrp_version 3
}
vrrp_instance pair {
	state BACKUP
	interface {lan.interface}
	virtual_router_id 30
	priority %d
	advert_int %.2f
	virtual_ipaddress {
		%s/24
	}
}
`
	pair := Pair{}
	for i, name := range []string{"a", "b"} {
		pair[name] = topology.Node{
			NICs: map[string]topology.NIC{"lan": {Address: member(i)}},
			Exec: &topology.Exec{
				Run: []string{
					"keepalived", "--dont-fork", "--log-console", "--vrrp", "--use-file", "{dir}/keepalived.conf",
					"--pid", "{dir}/pid", "--vrrp_pid", "{dir}/vrrp-pid",
				},
				Files: map[string]string{"keepalived.conf": fmt.Sprintf(config, backupPriority+10*(1-i), advertTime.Seconds(), vip)},
				VIPs:  []netip.Addr{vip},
			},
		}
	}
	return pair
}

// settled is the instant by which both kinds of pair have settled.
const settled = 4 * time.Second

// Takeover pulls the cable of a and returns how long a host that pings the
// virtual IP every millisecond gets no answer: from the last answer of a to the
// first of b. phase, from 0 to 1, is when between two adverts the cable is
// pulled: the time since the last advert is part of the result.
func Takeover(pair Pair, phase float64) (time.Duration, error) {
	pullAt := settled + time.Duration(phase*float64(advertTime))
	run, err := probeProgram(vip.String())
	if err != nil {
		return 0, err
	}
	t := topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{
		"client": {
			Start: pullAt - time.Second,
			NICs:  map[string]topology.NIC{"lan": {Address: Source}},
			Exec:  &topology.Exec{Run: run, Name: "probe"},
		},
	}}
	for name, node := range pair { // order: copies a map
		t.Nodes[name] = node
	}
	b, err := testbed.New(t, testbed.Options{Options: world.Options{Seed: 1}})
	if err != nil {
		return 0, absent(err)
	}
	defer b.Close()
	pull, err := fault.Parse("pull a.lan")
	if err != nil {
		return 0, err
	}
	if err := b.At(pullAt, pull); err != nil {
		return 0, err
	}
	if err := b.Run(pullAt + time.Second); err != nil {
		return 0, err
	}
	for _, e := range b.Events() {
		served, is := e.What.(event.VIPServed)
		if is && e.At > pullAt && e.Node == "b" && served.Previous == "a" {
			return e.At - served.PreviousAt, nil
		}
	}
	return 0, fmt.Errorf("wire: b has not served %s within a second of the fault", vip)
}
