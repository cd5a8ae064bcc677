package netns

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// This file is for real hosts, whose stack is the kernel's: it watches
// addresses and neighbours, checks for listeners, and sets a route.

// WatchAddresses calls changed whenever an IPv4 address of the namespace is
// added or removed, but not for existing ones. Calls come from one goroutine.
// stop ends them: none begins after it has returned. It must not be called by
// changed itself.
func WatchAddresses(ns *Namespace, changed func(address netip.Prefix, present bool)) (stop func(), err error) {
	inside := vnetns.NsHandle(ns.FD())
	updates, done := make(chan netlink.AddrUpdate), make(chan struct{})
	err = netlink.AddrSubscribeWithOptions(updates, done, netlink.AddrSubscribeOptions{Namespace: &inside})
	if err != nil {
		return nil, fmt.Errorf("netns: watch addresses: %w", explain("netlink", err))
	}
	return each(updates, done, func(u netlink.AddrUpdate) {
		ip, ok := netip.AddrFromSlice(u.LinkAddress.IP.To4())
		bits, _ := u.LinkAddress.Mask.Size()
		if ok {
			changed(netip.PrefixFrom(ip, bits), u.NewAddr)
		}
	}), nil
}

// WatchNeighbours calls changed whenever the kernel of the namespace learns,
// replaces or loses the hardware address by which it reaches an IPv4 address on
// an interface. An empty one means that it no longer knows any. Calls come from
// one goroutine; stop is as in WatchAddresses.
func WatchNeighbours(ns *Namespace, changed func(iface string, ip netip.Addr, mac net.HardwareAddr)) (stop func(), err error) {
	inside := vnetns.NsHandle(ns.FD())
	links, err := ns.handle.LinkList()
	if err != nil {
		return nil, fmt.Errorf("netns: watch neighbours: %w", explain("netlink", err))
	}
	updates, done := make(chan netlink.NeighUpdate), make(chan struct{})
	err = netlink.NeighSubscribeWithOptions(updates, done, netlink.NeighSubscribeOptions{Namespace: &inside})
	if err != nil {
		return nil, fmt.Errorf("netns: watch neighbours: %w", explain("netlink", err))
	}
	t := neighbours{names: map[int]string{}, known: map[neighbourKey]string{}, changed: changed}
	for _, l := range links {
		t.names[l.Attrs().Index] = l.Attrs().Name
	}
	return each(updates, done, t.take), nil
}

// neighbours mirrors a kernel's neighbour table.
type neighbours struct {
	names   map[int]string // of interfaces that were there at the beginning
	known   map[neighbourKey]string
	changed func(string, netip.Addr, net.HardwareAddr)
}

type neighbourKey struct {
	link int
	ip   netip.Addr
}

// valid are the states in which an entry's hardware address is used
// (neighbour.h). Incomplete and failed entries have none, and noarp entries are
// not neighbours.
const valid = netlink.NUD_REACHABLE | netlink.NUD_STALE | netlink.NUD_DELAY | netlink.NUD_PROBE | netlink.NUD_PERMANENT

// take is called for every change of an entry; most only change its state.
func (t *neighbours) take(u netlink.NeighUpdate) {
	ip, ok := netip.AddrFromSlice(u.IP.To4())
	if !ok || u.State&netlink.NUD_NOARP != 0 {
		return
	}
	key := neighbourKey{u.LinkIndex, ip}
	mac := u.HardwareAddr
	if u.Type != unix.RTM_NEWNEIGH || u.State&valid == 0 {
		mac = nil
	}
	if t.known[key] == mac.String() {
		return
	}
	t.known[key] = mac.String()
	t.changed(t.names[u.LinkIndex], ip, mac)
}

// each passes every update to take until the returned function is called.
func each[T any](updates <-chan T, done chan struct{}, take func(T)) (stop func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				go func() { // the subscription ends only when somebody still takes what it has
					for range updates {
					}
				}()
				return
			case u, ok := <-updates:
				if !ok {
					return
				}
				take(u)
			}
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() { close(done) })
		<-ended
	}
}

// SetDefaultRoute sets the default route of the namespace's kernel to a next
// hop on one of its segments.
func (ns *Namespace) SetDefaultRoute(via netip.Addr) error {
	if err := ns.handle.RouteReplace(&netlink.Route{Gw: via.AsSlice()}); err != nil {
		return fmt.Errorf("netns: default route by %s: %w", via, explain("netlink", err))
	}
	return nil
}

// Listens reports whether a process in the namespace listens on a TCP port. It
// asks the kernel only for listeners (sock_diag(7)): reading the table in /proc
// takes 10 ms or more.
func (ns *Namespace) Listens(port uint16) (bool, error) {
	found := false
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		err := ns.Do(func() error {
			answers, err := diagnose(family, port)
			found = found || len(answers) > 0
			return err
		})
		if err != nil {
			return false, fmt.Errorf("netns: listeners on port %d: %w", port, err)
		}
	}
	return found, nil
}

// diagnose lists the sockets of a family that listen on a TCP port in the
// calling thread's namespace. The request is inet_diag_req_v2 of
// linux/inet_diag.h: family, protocol, extensions, padding, a bit for each
// requested state, and the identity of a socket, of which only the port
// matters.
func diagnose(family uint8, port uint16) ([][]byte, error) {
	const size, states, sourcePort = 56, 4, 8
	const listen = 10 // TCP_LISTEN
	request := make([]byte, size)
	request[0], request[1] = family, unix.IPPROTO_TCP
	binary.NativeEndian.PutUint32(request[states:], 1<<listen)
	binary.BigEndian.PutUint16(request[sourcePort:], port)
	r := nl.NewNetlinkRequest(nl.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP)
	r.AddRawData(request)
	return r.Execute(unix.NETLINK_INET_DIAG, nl.SOCK_DIAG_BY_FAMILY)
}
