package testbed

import (
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed/realhost"
	"github.com/cablepull/cablepull/sim/topology"
)

// needIP skips a test that needs iproute2.
func needIP(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("ip is not installed (apt-get install iproute2)")
	}
}

// addresses are the words for the virtual IPs of kernels.
func addresses(e event.Event) string {
	switch what := e.What.(type) {
	case event.VIPGained:
		return e.Node + " has " + what.VIP + " on " + what.Interface
	case event.VIPLost:
		return e.Node + " lost " + what.VIP + " on " + what.Interface
	}
	return ""
}

// neighbours are the words for the neighbour tables of kernels.
func neighbours(e event.Event) string {
	if what, is := e.What.(event.NeighbourChanged); is {
		return e.Node + " reaches " + what.IP + " at " + what.MAC
	}
	return ""
}

// said are the words of programs that are watched for.
func said(e event.Event) string {
	if what, is := e.What.(event.ProgramSaid); is {
		return what.Program + ": " + what.Line
	}
	return ""
}

// owner is a real host that takes the virtual IP when it starts, and makes the
// kernel ask for another host.
func owner(boot time.Duration) topology.Topology {
	t := realHost(topology.Exec{
		// Addresses and neighbours are watched apart: the pause keeps them in order.
		Run: shell("ip address add 192.0.2.100/32 dev lan; ip address add 192.0.2.101/32 dev lan; sleep 0.1; " +
			"ip neighbour add 192.0.2.77 dev lan lladdr 02:00:00:00:00:77 nud reachable; echo done; exec sleep 60"),
		Name: "owner", Ready: topology.Ready{Log: "done"}, VIPs: []netip.Addr{netip.MustParseAddr("192.0.2.100")},
	})
	web := t.Nodes["web"]
	web.Boot = boot
	t.Nodes["web"] = web
	return t
}

const (
	has     = "web has 192.0.2.100 on lan"
	lost    = "web lost 192.0.2.100 on lan"
	reaches = "web reaches 192.0.2.77 at 02:00:00:00:00:77"
)

// TestRealHostAddresses: a virtual IP that a program gives its kernel is held
// from then on, other addresses are nobody's business, and the neighbour table
// is followed.
func TestRealHostAddresses(t *testing.T) {
	needIP(t)
	b := open(t, owner(0), Options{})
	b.settled()
	b.all(addresses, has)
	b.all(neighbours, reaches)
}

// settled waits until all is known of what the owner has done. The kernel's
// word for it comes on ways of its own.
func (b *bed) settled() {
	b.t.Helper()
	b.await(lives, "web owner running")
	b.await(addresses, has)
	b.await(neighbours, reaches)
}

// TestRealHostCrash: with the machine its kernel dies. The virtual IP is gone
// at the crash, and the next boot finds a fresh kernel: the program can give it
// the same address and neighbour as if they had never been.
func TestRealHostCrash(t *testing.T) {
	needIP(t)
	b := open(t, owner(100*time.Millisecond), Options{})
	b.await(lives, "web up")
	b.settled()
	crashedAt := b.Now()
	b.inject("crash web")
	b.await(lives, "web crashed")
	b.refuses("freeze web", "the machine is not up")
	b.inject("boot web")
	if up := b.await(lives, "web up"); up < crashedAt+100*time.Millisecond {
		t.Errorf("up %v after the crash, want no less than the boot time, 100ms", up-crashedAt)
	}
	b.settled()
	crashedAt = b.Now()
	b.inject("reboot web down 300ms")
	b.await(lives, "web crashed")
	if up := b.await(lives, "web up"); up < crashedAt+300*time.Millisecond {
		t.Errorf("up %v after the reboot, want no less than 300ms", up-crashedAt)
	}
	b.settled()
	b.all(addresses, has, lost, has, lost, has)
	b.all(neighbours, reaches, reaches, reaches)
	b.end()
	life := []string{"web booting", "web up", "web owner starting", "web owner running"}
	want := slices.Concat(life, []string{"web crashed"}, life, []string{"web crashed"}, life)
	if got := b.happened(lives); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	b.Close()
	nothingLeft(t)
}

// TestRealHostCrashesWhileItBoots: a machine without power stays dark, and one
// that is closed in the middle of it leaves nothing.
func TestRealHostCrashesWhileItBoots(t *testing.T) {
	b := open(t, server(), Options{})
	b.await(lives, "web server running")
	b.inject("reboot web down 100ms")
	b.inject("crash web")
	b.pass(200 * time.Millisecond)
	if got := b.happened(lives); got[len(got)-1] != "web crashed" {
		t.Errorf("got %q, want no power after the second crash", got)
	}
	b.inject("boot web")
	b.inject("crash web")
	b.inject("boot web")
	b.Close()
	nothingLeft(t)
}

// server is a real host that serves, and a client that asks it 50 times per
// second.
func server() topology.Topology {
	return withClient(realHost(topology.Exec{Run: actor("serve", "80"), Name: "server", Ready: topology.Ready{TCP: 80}}))
}

// established are the words for new connections.
func established(e event.Event) string {
	if _, is := e.What.(event.ConnEstablished); is {
		return "established"
	}
	return ""
}

// establishes counts the connections that are established in a while.
func (b *bed) establishes(d time.Duration) int {
	b.t.Helper()
	b.pass(20 * time.Millisecond) // what was under way
	before := len(b.happened(established))
	b.pass(d)
	return len(b.happened(established)) - before
}

// TestRealHostStands: a machine that crashed or is frozen establishes nothing,
// and one whose process is frozen does, for its kernel goes on. A boot and a
// thaw end that.
func TestRealHostStands(t *testing.T) {
	b := open(t, server(), Options{})
	b.await(established, "established")
	for _, c := range []struct {
		faults []string
		serves bool
	}{
		{[]string{"freeze web process"}, true},
		{[]string{"thaw web", "freeze web"}, false},
		{[]string{"thaw web"}, true},
		{[]string{"pull web.lan silently"}, false},
		{[]string{"plug web.lan"}, true},
		{[]string{"crash web"}, false},
		{[]string{"boot web"}, true},
	} {
		for _, line := range c.faults {
			b.inject(line)
		}
		if c.serves {
			b.awaited["established"] = len(b.happened(established))
			b.await(established, "established")
		} else if n := b.establishes(150 * time.Millisecond); n > 0 {
			t.Errorf("after %q: %d connections established, want none", c.faults, n)
		}
	}
}

// TestRealHostCable: the kernel sees the carrier of a pulled cable go.
func TestRealHostCable(t *testing.T) {
	needIP(t)
	b := open(t, realHost(topology.Exec{
		Run: shell("while sleep 0.02; do ip -oneline link show dev lan | grep -c LOWER_UP; done"), Name: "look", Watch: ".",
	}), Options{})
	b.await(said, "look: 1")
	b.inject("pull web.lan")
	b.await(said, "look: 0")
	b.inject("plug web.lan")
	b.await(said, "look: 1")
	b.end()
	links := b.happened(func(e event.Event) string {
		if what, is := e.What.(event.LinkChanged); is {
			return fmt.Sprintf("%s %v", what.Interface, what.Up)
		}
		return ""
	})
	if want := []string{"lan false", "lan true"}; !slices.Equal(links, want) {
		t.Errorf("links: got %q, want %q", links, want)
	}
}

// TestRealHostService: a program is stopped, and killed if it does not end in
// time; healing starts it again; both are events.
func TestRealHostService(t *testing.T) {
	b := open(t, realHost(topology.Exec{
		Run: actor("serve", "80"), Name: "server", Ready: topology.Ready{TCP: 80}, Watch: "^deaf",
		Beside: map[string][]string{"stubborn": shell("trap '' TERM; echo deaf; while :; do sleep 0.05; done")},
		Stop:   topology.Stop{Within: 200 * time.Millisecond},
	}), Options{})
	b.await(said, "stubborn: deaf")
	b.await(lives, "web server running")
	heal := b.inject("stop service server on web")
	b.await(lives, "web server ended: exit 0")
	heal()
	b.await(lives, "web server running")
	asked := b.Now()
	b.inject("stop service stubborn on web")
	if at := b.await(lives, "web stubborn ended: signal killed"); at < asked+200*time.Millisecond {
		t.Errorf("killed %v after it was asked, want no sooner than 200ms", at-asked)
	}
	b.refuses("stop service nginx on web", `node web has no service "nginx", want stubborn or server`)
	b.end()
}

// TestRealHostFaultsRefused: what a kernel cannot do is told before the run.
func TestRealHostFaultsRefused(t *testing.T) {
	b := open(t, server(), Options{})
	for _, c := range []struct{ fault, want string }{
		{"set web standby.priority 120", "a node with real programs uses the kernel's stack"},
		{"fill web memory 90%", "a node with real programs uses the kernel's stack"},
		{"skew web 5s for 2s", "a node with real programs uses the kernel's stack"},
		{"reboot web warm down 5s", "there is no warm reboot in real time"},
	} {
		f, err := fault.Parse(c.fault)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.At(time.Second, f); !errors.Is(err, ErrImpossible) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.fault, err, c.want)
		}
	}
}

// TestRealHostFlood: a program that floods its output neither waits for us nor
// fills memory, file or log, and the file says that it was cut.
func TestRealHostFlood(t *testing.T) {
	const more = 4 // MiB above the bound
	dir := t.TempDir()
	b := open(t, realHost(topology.Exec{
		Run: actor("flood", fmt.Sprint(realhost.RecordedMax>>20+more)), Name: "flood", Watch: "x", Ready: topology.Ready{Log: "^written$"},
	}), Options{Output: into(dir)})
	b.await(lives, "web flood running")
	b.end()
	lines := 0
	for range event.Of[event.ProgramSaid](b.Events()) {
		lines++
	}
	if lines != realhost.SaidMax+1 {
		t.Errorf("%d lines became events, want %d and one that says so", lines, realhost.SaidMax)
	}
	size, end := fileEnd(t, dir+"/web.flood.log", 100)
	want := "cablepull: cut here: it wrote more than 16 MiB\n"
	if size > realhost.RecordedMax+100 || !strings.HasSuffix(end, want) {
		t.Errorf("the file has %d bytes and ends with %q, want %d and %q", size, end, realhost.RecordedMax, want)
	}
}

// TestRealHostHog: with a hog that takes all of the node's processors, a
// program gets next to nothing done, and afterwards as much as before.
func TestRealHostHog(t *testing.T) {
	needNamespaces(t)
	for _, limit := range Limits() {
		if strings.Contains(limit, "CPU quota") {
			t.Skip(limit)
		}
	}
	// A piece takes some ten milliseconds, as only SaidMax of them become events.
	b := open(t, realHost(topology.Exec{Run: shell("while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; done"), Name: "work", Watch: "done"}), Options{})
	b.await(said, "work: done")
	works := func() int {
		before := len(b.happened(said))
		b.pass(400 * time.Millisecond)
		return len(b.happened(said)) - before
	}
	// A hog takes a moment to start, and others on the machine take their share.
	becomes := func(what string, holds func(done int) bool) (done int) {
		for range 10 {
			if done = works(); holds(done) {
				return done
			}
		}
		t.Errorf("%s: %d pieces of work done in 400 ms", what, done)
		return done
	}
	free := max(works(), works(), works()) // others on the machine take their share here, too
	heal := b.inject("hog web service 100%")
	hogged := becomes("beside the hog", func(done int) bool { return done*4 < free })
	heal()
	becomes("after the hog", func(done int) bool { return done > hogged*2 })
	loads := b.happened(func(e event.Event) string {
		if what, is := e.What.(event.LoadChanged); is {
			return fmt.Sprintf("%s %g", what.Class, what.Share)
		}
		return ""
	})
	if want := []string{"service 1", "service 0"}; !slices.Equal(loads, want) {
		t.Errorf("loads: got %q, want %q", loads, want)
	}
}
