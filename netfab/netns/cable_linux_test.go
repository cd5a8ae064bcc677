package netns

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
)

// TestCableIsPlain checks both ends of a cable: addresses, MTU and queue as
// documented, nothing that changes frames, no IPv6. A pair made without Connect
// shows that the kernel's defaults differ.
func TestCableIsPlain(t *testing.T) {
	s := newSegment(t, true)
	for _, end := range []struct {
		ns   *Namespace
		name string
		mac  string
	}{{s.fabric, s.cables[0].Interface(), "02:80:00:00:00:01"}, {s.nodes[0], "eth0", "02:00:00:00:00:01"}} {
		link, err := end.ns.handle.LinkByName(end.name)
		if err != nil {
			t.Fatal(err)
		}
		a := link.Attrs()
		if a.HardwareAddr.String() != end.mac || a.MTU != mtu || a.TxQLen != txQueueLength {
			t.Errorf("%s: %v, MTU %d, queue of %d; want %s, 1500, 1000", end.name, a.HardwareAddr, a.MTU, a.TxQLen, end.mac)
		}
		if on, err := end.ns.Offloads(end.name); err != nil || len(on) > 0 {
			t.Errorf("%s: offloads %v, %v; want none", end.name, on, err)
		}
		if addresses, err := end.ns.handle.AddrList(link, netlink.FAMILY_ALL); err != nil || len(addresses) > 0 {
			t.Errorf("%s: addresses %v, %v; want none", end.name, addresses, err)
		}
	}
	plain := newNamespace(t)
	addPair(t, plain)
	if on, err := plain.Offloads("left"); err != nil || !slices.Contains(on, "tx-tcp-segmentation") {
		t.Errorf("a pair of the kernel's own has offloads %v, %v; want tx-tcp-segmentation among them", on, err)
	}
}

// addPair makes a veth pair with the kernel's defaults.
func addPair(t *testing.T, ns *Namespace) {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "left"
	pair := netlink.NewVeth(attrs)
	pair.PeerName = "right"
	if err := ns.handle.LinkAdd(pair); err != nil {
		t.Fatal(err)
	}
}

// TestCableIsSilent listens to both ends for three seconds, in which the kernel
// would solicit IPv6 routers, report multicast groups and detect duplicate
// addresses. Method: two kernels with addresses, whose cables must stay silent,
// and the pair of a host with IPv6 as a control, which must not.
func TestCableIsSilent(t *testing.T) {
	s := newSegment(t, false)
	loud := newNamespace(t)
	withIPv6 := true
	if err := loud.Do(func() error { return setSysctl("net/ipv6/conf/default/disable_ipv6", "0") }); err != nil {
		withIPv6 = false
	}
	addPair(t, loud)
	var ports []*Port
	for i := range s.cables {
		ports = append(ports, s.open(t, i), openPort(t, s.nodes[i], "eth0"))
	}
	control := openPort(t, loud, "left")
	for _, name := range []string{"left", "right"} {
		link, err := loud.handle.LinkByName(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := loud.handle.LinkSetUp(link); err != nil {
			t.Fatal(err)
		}
	}
	heard := frames(t, control)
	var arrived []<-chan []byte
	for _, p := range ports {
		arrived = append(arrived, frames(t, p))
	}
	<-time.After(3 * time.Second)
	for i, c := range arrived {
		if len(c) > 0 {
			t.Errorf("port %d heard % x on a cable that must be silent", i, <-c)
		}
	}
	if withIPv6 && len(heard) == 0 {
		t.Error("not even the kernel's own pair spoke, so the silence above proves nothing")
	}
}

// TestKernelStaysOut: if a node has its own stack, the kernel has no address,
// so it neither answers ARP nor resets unknown connections.
func TestKernelStaysOut(t *testing.T) {
	for _, bare := range []bool{true, false} {
		s := newSegment(t, bare)
		port := s.open(t, 0)
		answers := frames(t, port)
		port.Send(arpRequest)
		port.Flush()
		if bare {
			select {
			case got := <-answers:
				t.Errorf("a bare node's kernel answers % x", got)
			case <-time.After(500 * time.Millisecond):
			}
			continue
		}
		got := within(t, time.Second, "answer of a kernel with an address", answers)
		if want := mac(0); !bytes.Equal(got[6:12], want[:]) {
			t.Errorf("answer % x, want it from % x", got, want)
		}
	}
}

// arpRequest is an ARP request of 192.0.2.9 for 192.0.2.1.
var arpRequest = append([]byte{
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 0x08, 0x06,
	0, 1, 8, 0, 6, 4, 0, 1,
	2, 0, 0, 0, 0, 9, 192, 0, 2, 9,
	0, 0, 0, 0, 0, 0, 192, 0, 2, 1,
}, make([]byte, 18)...)

func TestConnectNamesWhatIsWrong(t *testing.T) {
	s := newSegment(t, true)
	for _, spec := range []CableSpec{
		{Name: "eth0", MAC: mac(0)}, // taken
		{Name: "a-name-beyond-15-bytes", MAC: mac(0)},
		{Name: "eth1", MAC: [6]byte{1}}, // the address of a group
	} {
		cable, err := Connect(s.fabric, s.nodes[0], spec)
		if err == nil {
			cable.Close()
			t.Errorf("%+v: no error", spec)
		}
	}
	links, err := s.fabric.handle.LinkList()
	if err != nil || len(links) != 3 {
		t.Errorf("%d interfaces in the fabric (%v), want loopback and two cables and nothing of the failures", len(links), err)
	}
}
