package netns

import (
	"fmt"

	"github.com/vishvananda/netlink"
	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// WatchCarrier calls changed for every interface of the namespace but loopback,
// once with its current carrier and then at every change; an interface that is
// removed loses its carrier first. The calls come from one goroutine. stop ends
// them: none begins after it has returned. It must not be called by changed
// itself.
func WatchCarrier(ns *Namespace, changed func(iface string, up bool)) (stop func(), err error) {
	inside := vnetns.NsHandle(ns.FD())
	updates := make(chan netlink.LinkUpdate)
	done := make(chan struct{})
	err = netlink.LinkSubscribeWithOptions(updates, done, netlink.LinkSubscribeOptions{
		Namespace:    &inside,
		ListExisting: true,
	})
	if err != nil {
		return nil, fmt.Errorf("netns: watch carrier: %w", explain("netlink", err))
	}
	carrier := make(map[int]bool) // by the interface's index
	return each(updates, done, func(u netlink.LinkUpdate) {
		// An update comes for every change of an interface, not only of carrier.
		attrs := u.Link.Attrs()
		up := u.Header.Type == unix.RTM_NEWLINK && attrs.RawFlags&unix.IFF_LOWER_UP != 0
		was, known := carrier[attrs.Index]
		if attrs.RawFlags&unix.IFF_LOOPBACK != 0 || known && was == up {
			return
		}
		carrier[attrs.Index] = up
		changed(attrs.Name, up)
	}), nil
}
