package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// DataSource is a pool of connections to a database, as tomcat-jdbc has it. Its
// keys are tomcat-jdbc's, and its defaults the document's settings
// (spec/failover.md §7.2): 50 connections, a wait of a minute, validation of
// what was not validated for 30 s.
type DataSource struct {
	Address            string         `yaml:"address,short" doc:"where the database is: address and port, such as 192.0.2.60:3306, an address, the name of a node, or localhost; the port is 3306 unless it says otherwise"`
	Hosts              []string       `yaml:"hosts" json:",omitempty" doc:"instead of address: several databases, tried in this order for each new connection"`
	Target             string         `yaml:"target" doc:"which of them will do: any (default: the first that answers) or primary (the first that is one)" jsonschema:"enum=any,enum=primary"`
	MaxActive          int            `yaml:"max-active" doc:"the most connections (default 50)" jsonschema:"minimum=1,maximum=100000"`
	MinIdle            *int           `yaml:"min-idle" doc:"connections that stay open when nobody uses them, as many as max-active allows (default 5)" jsonschema:"minimum=0,maximum=100000"`
	Initial            *int           `yaml:"initial-size" doc:"connections that are opened at the start, as many as max-active allows (default 10)" jsonschema:"minimum=0,maximum=100000"`
	MaxWait            time.Duration  `yaml:"max-wait" doc:"the most that a borrower waits for a connection (default 60s)"`
	TestOnBorrow       *bool          `yaml:"test-on-borrow" doc:"validate a connection before it is lent (default on)"`
	ValidationInterval *time.Duration `yaml:"validation-interval" doc:"but not one that was validated less than this ago, dead or not; 0s: always (default 30s)"`
	AutoCommit         bool           `yaml:"default-auto-commit" doc:"each statement is a transaction of its own (default off)"`
	Connect            time.Duration  `yaml:"connect-timeout" doc:"time limit for a TCP connection to one host (default: none, the JDBC default; the stack gives up after 127 s)"`
	Socket             time.Duration  `yaml:"socket-timeout" doc:"time limit for an answer of the database (default: none, the JDBC default: what was sent into a black hole waits until TCP gives up, in about a quarter of an hour)"`

	Addresses []netip.AddrPort `yaml:"-" json:"-"` // of Hosts
	Name      string           `yaml:"-" json:"-"` // in events and answers of an API manager: the nodes that have it
}

// Which database will do for a DataSource.
const (
	TargetAny     = "any"
	TargetPrimary = "primary"
)

// complete returns a copy with every default filled in. Hosts that are wrong
// have the zero address.
func (d DataSource) complete(t Topology) DataSource {
	d.Target = cmp.Or(d.Target, TargetAny)
	d.MaxActive = cmp.Or(d.MaxActive, 50)
	d.MaxWait = cmp.Or(d.MaxWait, time.Minute)
	if d.MinIdle == nil {
		least := min(5, d.MaxActive)
		d.MinIdle = &least
	}
	if d.Initial == nil {
		first := min(10, d.MaxActive)
		d.Initial = &first
	}
	if d.TestOnBorrow == nil {
		on := true
		d.TestOnBorrow = &on
	}
	if d.ValidationInterval == nil {
		usual := 30 * time.Second
		d.ValidationInterval = &usual
	}
	d.Addresses = nil
	for _, host := range d.names() {
		d.Addresses = append(d.Addresses, t.socketOf(host, DefaultDatabasePort))
	}
	return d
}

// names lists the hosts as they are written.
func (d DataSource) names() []string {
	if d.Address != "" {
		return append([]string{d.Address}, d.Hosts...)
	}
	return d.Hosts
}

// socketOf returns the address and port of a text that is an address, the name
// of a node or localhost, with a port or without; the zero value if it is none.
func (t Topology) socketOf(text string, port int) netip.AddrPort {
	host := text
	if before, after, ok := strings.Cut(text, ":"); ok {
		n, err := strconv.ParseUint(after, 10, 16)
		if err != nil || n == 0 {
			return netip.AddrPort{}
		}
		host, port = before, int(n)
	}
	a, known := hostOf(host, t)
	if !known {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a, uint16(port))
}

// wantSocket says what socketOf reads; nodes are those that have what is looked
// for.
func wantSocket(got, example string, nodes []string) string {
	host, _, _ := strings.Cut(got, ":")
	text := "an address, perhaps with a port, such as " + example
	if len(nodes) == 0 {
		return text
	}
	return text + ", localhost, or " + AnyOf(host, nodes)
}

// dataSource checks a DataSource of a node.
func (c *checker) dataSource(path []string, n Node, d DataSource) {
	if (d.Address == "") == (len(d.Hosts) == 0) {
		c.fail(path, "want an address or hosts, one of both")
		return
	}
	seen := map[netip.AddrPort]int{}
	for i, host := range d.names() {
		at, a := At(path, "hosts", strconv.Itoa(i)), d.Addresses[i]
		if d.Address != "" {
			at = At(path, "address")
		}
		first, twice := seen[a]
		switch {
		case !a.IsValid():
			c.fail(at, "got %q, want %s", host, wantSocket(host, "192.0.2.60:3306", c.databases("")))
			continue
		case !a.Addr().Is4() || a.Addr().IsMulticast() || a.Addr().IsUnspecified():
			c.fail(at, "got %s, want the IPv4 address of a host", a.Addr())
		case twice:
			c.fail(at, "got %s, which is also host %d, want another one", host, first+1)
		case a.Addr() == loopback && n.Database == nil:
			c.fail(at, "got %s on a node without a database, want one there or the address of another node", host)
		case a.Addr() == loopback:
			c.databasePort(at, host, a, n.Database)
		default:
			c.reach(at, n, a.Addr())
			c.databasePort(at, host, a, c.whole.Nodes[c.whole.holder(a.Addr())].Database)
			c.lacking(at, a.Addr(), "database", func(n Node) bool { return n.Database != nil })
		}
		seen[a] = i
	}
	if *d.MinIdle > d.MaxActive {
		c.fail(At(path, "min-idle"), "got %d, want at most max-active, %d", *d.MinIdle, d.MaxActive)
	}
	if *d.Initial > d.MaxActive {
		c.fail(At(path, "initial-size"), "got %d, want at most max-active, %d", *d.Initial, d.MaxActive)
	}
}

// lacking warns if the node with an address cannot answer as the program that
// is looked for there.
func (c *checker) lacking(path []string, a netip.Addr, program string, has func(Node) bool) {
	name := c.whole.holder(a)
	if n, exists := c.whole.Nodes[name]; exists && !has(n) && !n.passesOn() {
		c.warn(path, "node %s has no %s", name, program)
	}
}

// passesOn reports whether a node may answer for a program that it does not
// have: it runs real programs, or connections go through it to another node.
func (n Node) passesOn() bool {
	return n.Exec != nil || n.Gateway != nil || n.Balancer != nil || n.Proxy != nil || n.Router != nil || len(n.Others) > 0
}

// databasePort warns if the database of a host listens elsewhere.
func (c *checker) databasePort(path []string, host string, a netip.AddrPort, d *Database) {
	if d != nil && d.Port != int(a.Port()) {
		c.warn(path, "got %s, but that database listens on port %s", host, fmt.Sprint(d.Port))
	}
}
