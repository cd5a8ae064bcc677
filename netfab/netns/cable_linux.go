package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"sync/atomic"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Cable is a veth pair between the fabric and a node.
type Cable struct {
	fabric *Namespace
	near   netlink.Link // the fabric's end
}

// cables is the number of cables that this process has made; it names the
// fabric's ends.
var cables atomic.Int32

// nearIndexFirst is above every interface index that a namespace assigns
// itself. The two ends of a pair must not have the same index: the kernel then
// treats them as one unstacked device, and reports a lost carrier up to one
// second late (linkwatch_urgent_event in net/core/link_watch.c).
const nearIndexFirst = 1 << 20

// Connect lays a cable from the fabric's namespace to the node's. Both ends are
// up, without offloads or IPv6, and send nothing by themselves. Errors are a
// name that is in use or too long, a group address, a missing capability
// (ErrPrivilege) and a kernel without veth.
func Connect(fabric, node *Namespace, spec CableSpec) (*Cable, error) {
	c, err := lay(fabric, node, spec)
	if err != nil {
		return nil, fmt.Errorf("netns: cable to %s: %w", spec.Name, err)
	}
	if err := c.prepare(node, spec); err != nil {
		c.Close()
		return nil, fmt.Errorf("netns: cable to %s: %w", spec.Name, err)
	}
	return c, nil
}

// lay creates the pair, down, with one end in each namespace.
func lay(fabric, node *Namespace, spec CableSpec) (*Cable, error) {
	number := int(cables.Add(1))
	attrs := netlink.NewLinkAttrs()
	attrs.Name = fmt.Sprintf("cable%d", number)
	attrs.Index = nearIndexFirst + number
	attrs.HardwareAddr = nearMAC(spec.MAC)
	attrs.MTU = mtu
	attrs.TxQLen = txQueueLength
	pair := netlink.NewVeth(attrs)
	pair.PeerName = spec.Name
	pair.PeerHardwareAddr = spec.MAC[:]
	pair.PeerNamespace = netlink.NsFd(node.FD())
	if err := fabric.handle.LinkAdd(pair); err != nil {
		return nil, explain("veth pair", err)
	}
	return &Cable{fabric: fabric, near: pair}, nil
}

// txQueueLength is the kernel's own choice for Ethernet. A veth has no queue,
// so it matters only if somebody adds one.
const txQueueLength = 1000

// nearMAC is the address of the fabric's end: the node's with one bit of the
// vendor prefix changed, so that a frame sent to it by mistake is noticed.
func nearMAC(mac [6]byte) net.HardwareAddr {
	mac[0] = mac[0]&^1 | 2
	mac[1] ^= 0x80
	return mac[:]
}

// prepare makes both ends silent, removes their offloads, and then sets them
// up.
func (c *Cable) prepare(node *Namespace, spec CableSpec) error {
	far, err := node.handle.LinkByName(spec.Name)
	if err != nil {
		return fmt.Errorf("node's end: %w", err)
	}
	for _, end := range []struct {
		ns   *Namespace
		link netlink.Link
	}{{c.fabric, c.near}, {node, far}} {
		if err := end.ns.silence(end.link); err != nil {
			return err
		}
		if err := end.ns.dropOffloads(end.link.Attrs().Name); err != nil {
			return err
		}
	}
	if spec.Address.IsValid() {
		ip, err := netlink.ParseIPNet(spec.Address.String())
		if err != nil {
			return fmt.Errorf("address %s: %w", spec.Address, err)
		}
		if err := node.handle.AddrAdd(far, &netlink.Addr{IPNet: ip}); err != nil {
			return fmt.Errorf("address %s: %w", spec.Address, err)
		}
	}
	// The node's end comes last, so that it is opened with a carrier. The end that
	// is opened without one gets its queue only when the kernel's worker has
	// processed the carrier, and until then its kernel's frames are lost; a port
	// bypasses the queue, so it is not affected.
	if err := c.SetCarrier(true); err != nil {
		return err
	}
	if err := node.handle.LinkSetUp(far); err != nil {
		return fmt.Errorf("node's end up: %w", err)
	}
	return nil
}

// silence keeps IPv6 from sending on an interface: no link-local address, no
// duplicate address detection, no router solicitation, no multicast report.
// Usually the namespace has already done so for all its interfaces. Otherwise,
// one of two ways suffices: disable_ipv6 needs a writable /proc/sys, the
// address generation mode a kernel that supports it. Neither exists without
// IPv6.
func (ns *Namespace) silence(link netlink.Link) error {
	name := link.Attrs().Name
	silent := false
	bySysctl := ns.Do(func() error {
		const off = "1"
		setting := "net/ipv6/conf/" + name + "/disable_ipv6"
		value, err := sysctl(setting)
		if silent = errors.Is(err, fs.ErrNotExist) || value == off; silent {
			return nil
		}
		return setSysctl(setting, off)
	})
	if silent {
		return nil
	}
	const none = 1 // IN6_ADDR_GEN_MODE_NONE
	byMode := ns.handle.LinkSetIP6AddrGenMode(link, none)
	if errors.Is(byMode, unix.EAFNOSUPPORT) {
		byMode = nil
	}
	if bySysctl != nil && byMode != nil {
		return fmt.Errorf("%s: IPv6 off: %w", name, errors.Join(bySysctl, byMode))
	}
	return nil
}

// Interface returns the name of the cable's end in the fabric's namespace: what
// the fabric opens a Port on.
func (c *Cable) Interface() string { return c.near.Attrs().Name }

// SetCarrier plugs the cable in or pulls it at the fabric's end. The node's
// interface loses its carrier at once, as when a switch port is shut down.
func (c *Cable) SetCarrier(up bool) error {
	set, word := c.fabric.handle.LinkSetDown, "down"
	if up {
		set, word = c.fabric.handle.LinkSetUp, "up"
	}
	if err := set(c.near); err != nil {
		return fmt.Errorf("netns: %s %s: %w", c.Interface(), word, err)
	}
	return nil
}

// Close removes both ends of the cable. Ends that are already gone with one of
// the namespaces are not an error.
func (c *Cable) Close() error {
	err := c.fabric.handle.LinkDel(c.near)
	if err == nil || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return fmt.Errorf("netns: remove %s: %w", c.Interface(), err)
}
