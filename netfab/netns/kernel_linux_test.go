package netns

import (
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"testing"
	"time"
)

// hosts are two nodes whose kernels have addresses, with frames forwarded
// between their cables.
func hosts(t *testing.T) [2]*Namespace {
	fabric, err := New()
	if err != nil {
		t.Skipf("no network namespace can be made: %v", err)
	}
	t.Cleanup(func() { fabric.Close() })
	var nodes [2]*Namespace
	var ports [2]*Port
	for i := range nodes {
		if nodes[i], err = New(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { nodes[i].Close() })
		cable, err := Connect(fabric, nodes[i], CableSpec{
			Name: "lan", MAC: [6]byte{2, 0, 0, 0, 0, byte(i + 1)}, Address: netip.MustParsePrefix(fmt.Sprintf("192.0.2.%d/24", i+1)),
		})
		if err != nil {
			t.Fatal(err)
		}
		ports[i] = openPort(t, fabric, cable.Interface())
	}
	read(t, func(p *Port, frames [][]byte) {
		to := ports[0]
		if p == to {
			to = ports[1]
		}
		for _, f := range frames {
			to.Send(f)
		}
		to.Flush()
	}, ports[:]...)
	return nodes
}

// ip runs iproute2 in a namespace.
func ip(t *testing.T, ns *Namespace, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("ip is not installed (apt-get install iproute2)")
	}
	err := ns.Do(func() error {
		out, err := exec.Command("ip", args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ip %v: %w: %s", args, err, out)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWatchAddresses adds and removes an address, as a program would.
func TestWatchAddresses(t *testing.T) {
	nodes := hosts(t)
	told := make(chan string, 10)
	stop, err := WatchAddresses(nodes[0], func(a netip.Prefix, present bool) { told <- fmt.Sprint(a, " ", present) })
	if err != nil {
		t.Fatal(err)
	}
	ip(t, nodes[0], "addr", "add", "192.0.2.100/32", "dev", "lan")
	if got := within(t, time.Second, "new address", told); got != "192.0.2.100/32 true" {
		t.Errorf("got %s, want the new address", got)
	}
	ip(t, nodes[1], "addr", "add", "192.0.2.101/32", "dev", "lan") // somebody else's
	ip(t, nodes[0], "addr", "del", "192.0.2.100/32", "dev", "lan")
	if got := within(t, time.Second, "removed address", told); got != "192.0.2.100/32 false" {
		t.Errorf("got %s, want the removed address", got)
	}
	stop()
	ip(t, nodes[0], "addr", "add", "192.0.2.102/32", "dev", "lan")
	select {
	case got := <-told:
		t.Errorf("%s after stop", got)
	case <-time.After(100 * time.Millisecond):
	}
}

// TestWatchNeighbours makes one kernel resolve the other, then sees the entry
// replaced and removed, without calls for changes of state.
func TestWatchNeighbours(t *testing.T) {
	nodes := hosts(t)
	told := make(chan string, 10)
	stop, err := WatchNeighbours(nodes[0], func(iface string, ip netip.Addr, mac net.HardwareAddr) {
		told <- fmt.Sprint(iface, " ", ip, " ", mac)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	err = nodes[0].Do(func() error {
		c, err := net.Dial("udp4", "192.0.2.2:9")
		if err == nil {
			_, err = c.Write([]byte("?"))
			c.Close()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args []string
		want string
	}{
		{nil, "lan 192.0.2.2 02:00:00:00:00:02"},
		{[]string{"neigh", "replace", "192.0.2.2", "dev", "lan", "lladdr", "02:00:00:00:00:09", "nud", "stale"}, "lan 192.0.2.2 02:00:00:00:00:09"},
		{[]string{"neigh", "del", "192.0.2.2", "dev", "lan"}, "lan 192.0.2.2 "},
	} {
		if step.args != nil {
			ip(t, nodes[0], step.args...)
		}
		if got := within(t, 5*time.Second, "change", told); got != step.want {
			t.Errorf("after %v: got %q, want %q", step.args, got, step.want)
		}
	}
	select {
	case got := <-told:
		t.Errorf("got %q more, want three changes in all", got)
	case <-time.After(100 * time.Millisecond):
	}
}

func TestSetDefaultRoute(t *testing.T) {
	nodes := hosts(t)
	if err := nodes[0].SetDefaultRoute(netip.MustParseAddr("192.0.2.2")); err != nil {
		t.Fatal(err)
	}
	routes, err := nodes[0].handle.RouteGet(net.IPv4(198, 51, 100, 1))
	if err != nil || len(routes) != 1 || !routes[0].Gw.Equal(net.IPv4(192, 0, 2, 2)) {
		t.Errorf("route to 198.51.100.1: got %v, %v, want one by 192.0.2.2", routes, err)
	}
	if err := nodes[0].SetDefaultRoute(netip.MustParseAddr("203.0.113.1")); err == nil {
		t.Error("a next hop on no segment: got no error")
	}
}

// TestListens opens and closes a port, and checks it from inside and from
// another namespace.
func TestListens(t *testing.T) {
	here, there := newNamespace(t), newNamespace(t)
	const port = 8080
	want := func(what string, inside bool) {
		t.Helper()
		for ns, want := range map[*Namespace]bool{here: inside, there: false} { // order: each for itself
			if got, err := ns.Listens(port); err != nil || got != want {
				t.Errorf("%s: got %v, %v, want %v", what, got, err, want)
			}
		}
	}
	want("at first", false)
	var l net.Listener
	err := here.Do(func() (err error) {
		l, err = net.Listen("tcp4", fmt.Sprint(":", port))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want("with a listener", true)
	if got, err := here.Listens(port + 1); err != nil || got {
		t.Errorf("the next port: got %v, %v, want false", got, err)
	}
	l.Close()
	want("after its end", false)
}
