//go:build linux

package realhost

import (
	"net"
	"net/netip"
	"slices"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/attachment"
	"github.com/cablepull/cablepull/sim/topology"
)

// kernelWatch turns what the kernel of a real host does into events: the
// virtual IPs that its programs give it and take from it, and its neighbours.
type kernelWatch struct{ stops []func() }

// watchKernel begins to watch the kernel of a namespace, and gives it its
// route.
func (h *Host) watchKernel(ns *attachment.NodeNamespace) (*kernelWatch, error) {
	w := &kernelWatch{}
	say := func(what event.Body) {
		h.Bed.Journal.Add(event.Event{At: h.Bed.Clock.Now(), Node: h.Node, What: what})
	}
	stop, err := netns.WatchAddresses(ns.Namespace, h.vipWatch(say))
	if err != nil {
		return nil, err
	}
	w.stops = append(w.stops, stop)
	stop, err = netns.WatchNeighbours(ns.Namespace, func(iface string, ip netip.Addr, mac net.HardwareAddr) {
		say(event.NeighbourChanged{Interface: iface, IP: ip.String(), MAC: mac.String()})
	})
	if err != nil {
		w.stop()
		return nil, err
	}
	w.stops = append(w.stops, stop)
	if h.cfg.Default.IsValid() {
		if err := ns.SetDefaultRoute(h.cfg.Default); err != nil {
			w.stop()
			return nil, err
		}
	}
	return w, nil
}

// vipWatch says when a virtual IP of the programs comes and goes. The kernel
// tells of an address again when it changes something about it.
func (h *Host) vipWatch(say func(event.Body)) func(netip.Prefix, bool) {
	ifaces := map[netip.Addr]string{}
	for _, iface := range topology.Names(h.cfg.NICs) {
		for _, vip := range h.cfg.ExecVIPs(iface) {
			ifaces[vip] = iface
		}
	}
	var has []netip.Addr
	return func(address netip.Prefix, present bool) {
		vip := address.Addr()
		iface, virtual := ifaces[vip]
		i := slices.Index(has, vip)
		switch {
		case !virtual || present == (i >= 0):
		case present:
			has = append(has, vip)
			say(event.VIPGained{Interface: iface, VIP: vip.String()})
		default:
			has = slices.Delete(has, i, i+1)
			say(event.VIPLost{Interface: iface, VIP: vip.String()})
		}
	}
}

// stop ends the watch. The end of the namespace is no news.
func (w *kernelWatch) stop() {
	for _, stop := range w.stops {
		stop()
	}
}
