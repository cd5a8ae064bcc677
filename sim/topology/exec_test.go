package topology

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// real is a topology in which a node runs keepalived and a web server.
func real() Topology {
	t := pair()
	t.Nodes["k"] = Node{NICs: nic("192.0.2.21/24"), Exec: &Exec{
		Run:    []string{"/usr/sbin/keepalived", "-n", "-f", "{dir}/k.conf"},
		Beside: map[string][]string{"web": {"nginx", "-c", "{dir}/nginx.conf"}},
		Files:  map[string]string{"k.conf": "interface {lan.interface}\n", "nginx.conf": "http { }"},
		VIPs:   []netip.Addr{addr("192.0.2.110")},
	}}
	return t
}

// editExec changes the real host.
func editExec(change func(*Exec)) func(*Topology) {
	return edit("k", func(n *Node) {
		x := *n.Exec
		change(&x)
		n.Exec = &x
	})
}

// execMistakes are changes of a fine real host and the problem each makes.
var execMistakes = []struct {
	change func(*Topology)
	want   string
}{
	{editExec(func(x *Exec) { x.Run = nil }), "nodes.k.exec: run is missing"},
	{editExec(func(x *Exec) { x.Run = []string{} }), `nodes.k.exec.run: got no program, want a list of the program and its arguments, such as [nginx, -c, "{dir}/nginx.conf"]`},
	{editExec(func(x *Exec) { x.Run = []string{""} }), `nodes.k.exec.run: got no program, want a list of the program and its arguments, such as [nginx, -c, "{dir}/nginx.conf"]`},
	{editExec(func(x *Exec) { x.Run = []string{"nginx", "{lan.addres}"} }), `nodes.k.exec.run: got {lan.addres}, want {lan.…} with address, prefix, interface or mac (did you mean "address"?)`},
	{editExec(func(x *Exec) { x.Files = map[string]string{"k.conf": "{lan.name}"} }), "nodes.k.exec.files.k.conf: got {lan.name}, want {lan.…} with address, prefix, interface or mac"},
	{editExec(func(x *Exec) { x.Files = map[string]string{"../k.conf": ""} }), `nodes.k.exec.files.../k.conf: got "../k.conf", want the name of a file in the node's directory, such as nginx.conf`},
	{editExec(func(x *Exec) { x.Files = map[string]string{"/etc/passwd": ""} }), `nodes.k.exec.files./etc/passwd: got "/etc/passwd", want the name of a file in the node's directory, such as nginx.conf`},
	{editExec(func(x *Exec) { x.Name = "K D" }), `nodes.k.exec.name: bad name: "K D" has 'K', want lower-case letters, digits and dashes`},
	{editExec(func(x *Exec) { x.Name = "web" }), "nodes.k.exec.beside.web: the program in run already has the name web, want another"},
	{editExec(func(x *Exec) { x.Beside = map[string][]string{"web": {}} }), "nodes.k.exec.beside.web: got no program, want a list of the program and its arguments"},
	{editExec(func(x *Exec) { x.Needs = []string{"curl", ""} }), `nodes.k.exec.needs.1: got "", want the name of a program that is installed, such as curl`},
	{editExec(func(x *Exec) { x.Needs = []string{"curl -s"} }), `nodes.k.exec.needs.0: got "curl -s", want the name of a program that is installed, such as curl`},
	{editExec(func(x *Exec) { x.Needs = []string{"{dir}/check"} }), `nodes.k.exec.needs.0: got "{dir}/check", want the name of a program that is installed, such as curl`},
	{editExec(func(x *Exec) { x.Ready = Ready{TCP: 80, Log: "up"} }), "nodes.k.exec.ready: got several ways to be ready, want one of tcp, log or after"},
	{editExec(func(x *Exec) { x.Ready = Ready{TCP: 70000} }), "nodes.k.exec.ready.tcp: got 70000, want 1 to 65535"},
	{editExec(func(x *Exec) { x.Ready = Ready{After: 2 * time.Second, Within: time.Second} }), "nodes.k.exec.ready.within: got 1s, want more than after, 2s"},
	{editExec(func(x *Exec) { x.Ready = Ready{Log: "("} }), "nodes.k.exec.ready.log: got \"(\", want a regular expression: error parsing regexp: missing closing ): `(`"},
	{editExec(func(x *Exec) { x.Watch = "(" }), "nodes.k.exec.watch: got \"(\", want a regular expression: error parsing regexp: missing closing ): `(`"},
	{editExec(func(x *Exec) { x.Stop.Signal = "STOP" }), `nodes.k.exec.stop.signal: got "STOP", want TERM, INT, QUIT, HUP, USR1, USR2 or KILL`},
	{editExec(func(x *Exec) { x.VIPs = []netip.Addr{addr("10.0.0.1")} }), "nodes.k.exec.vips.0: virtual IP 10.0.0.1 is not in the subnet of one of the node's interfaces"},
	{editExec(func(x *Exec) { x.VIPs = []netip.Addr{addr("192.0.2.11")} }), "nodes.k.exec.vips.0: virtual IP 192.0.2.11 is the address of interface a.lan"},
	{editExec(func(x *Exec) { x.VIPs = []netip.Addr{addr("192.0.2.100")} }), "nodes.k.exec.vips.0: virtual IP 192.0.2.100 belongs to a standby group on a.lan"},
	{editExec(func(x *Exec) { x.VIPs = append(x.VIPs, x.VIPs[0]) }), "nodes.k.exec.vips.1: 192.0.2.110 is in the list twice"},
	{edit("k", func(n *Node) { n.Backend = &Backend{} }), "nodes.k.backend: a node with real programs uses the kernel's stack, clock and configuration, want no backend"},
	{edit("k", func(n *Node) { n.Unknown = UnknownDrop }), "nodes.k.unknown-connections: a node with real programs uses the kernel's stack, clock and configuration, want no unknown-connections"},
	{edit("k", func(n *Node) { n.ARPLife = time.Hour }), "nodes.k.arp-life: a node with real programs uses the kernel's stack, clock and configuration, want no arp-life"},
	{edit("k", func(n *Node) { n.ARPPermanent = map[string]string{"192.0.2.1": "02:00:00:00:00:09"} }),
		"nodes.k.arp-permanent: a node with real programs uses the kernel's stack, clock and configuration, want no arp-permanent"},
	{edit("k", func(n *Node) { n.ARP = ARPIgnore }), "nodes.k.arp: a node with real programs uses the kernel's stack, clock and configuration, want no arp"},
	{edit("k", func(n *Node) { n.Clock.Drift = 0.1 }), "nodes.k.clock: a node with real programs uses the kernel's stack, clock and configuration, want no clock"},
}

// TestExecProblems makes one mistake at a time and sees it told, and nothing
// else.
func TestExecProblems(t *testing.T) {
	if problems := real().Validate(); len(problems) > 0 {
		t.Fatalf("the fine topology has problems: %v", problems)
	}
	for _, m := range execMistakes {
		topology := real()
		m.change(&topology)
		problems := topology.Validate()
		if len(problems) != 1 || problems[0].String() != m.want {
			t.Errorf("got %q\nwant %q", problems, m.want)
		}
	}
}

// TestExecVIPsAreHeld sees that a client may aim at a virtual IP of keepalived.
func TestExecVIPsAreHeld(t *testing.T) {
	topology := real()
	edit("c1", func(n *Node) { n.Client = &Client{Target: "http://192.0.2.110/"} })(&topology)
	if problems := topology.Validate(); len(problems) > 0 {
		t.Errorf("got %v, want no problem", problems)
	}
	k := topology.Nodes["k"]
	if got := k.ExecVIPs("lan"); !slices.Equal(got, k.Exec.VIPs) {
		t.Errorf("virtual IPs on lan: got %v, want %v", got, k.Exec.VIPs)
	}
	if got := k.ExecVIPs("wan"); got != nil {
		t.Errorf("virtual IPs on wan: got %v, want none", got)
	}
}

func TestExecDefaults(t *testing.T) {
	n := real().WithDefaults().Nodes["k"]
	if want := []string{"web", "keepalived"}; !slices.Equal(n.Exec.Programs(), want) || !slices.Equal(n.ServiceNames(), want) {
		t.Errorf("programs %v, services %v, want %v", n.Exec.Programs(), n.ServiceNames(), want)
	}
	if diff := cmp.Diff(Stop{"TERM", 5 * time.Second}, n.Exec.Stop); diff != "" {
		t.Error(diff)
	}
	if got := n.Exec.Command("web")[0]; got != "nginx" {
		t.Errorf("command of web: got %s, want nginx", got)
	}
	if err := n.CheckSet("lan.address", "none"); err == nil || !strings.Contains(err.Error(), "real programs") {
		t.Errorf("set: got %v, want an error that says why not", err)
	}
	for file, want := range map[string]string{"/usr/bin/python3.11": "python3-11", "nginx": "nginx", "./My_Prog": "my-prog", "???": "program"} {
		if got := programName(file); got != want {
			t.Errorf("name of %s: got %s, want %s", file, got, want)
		}
	}
}

// TestExpand sees placeholders replaced, and everything else in braces left to
// the program it is for.
func TestExpand(t *testing.T) {
	n := real().WithDefaults().Nodes["k"]
	const text = "{dir}/x {name} {lan.address} {lan.prefix} {lan.interface} {lan.mac} {wan.mac} {print} { } %{http_code} ${dir}"
	const want = "/run/k/x k 192.0.2.21 192.0.2.21/24 lan 02:00:00:00:00:04 {wan.mac} {print} { } %{http_code} $/run/k"
	if got := n.Expand(text, "k", "/run/k"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
