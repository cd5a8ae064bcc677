package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// Brokers is where a program finds its brokers: a connection factory, in the
// words of JMS. Its keys are those of the options of connection URLs
// (spec/failover.md §7.4).
type Brokers struct {
	URL        string          `yaml:"url,short" doc:"a connection URL, such as amqp://admin:admin@clientid/carbon?brokerlist='tcp://192.0.2.11:5672', in place of the other keys up to cycle-count; a host is an address, localhost or the name of a node"`
	List       []BrokerAddress `yaml:"list" doc:"the brokers, in the order in which they are tried"`
	Failover   string          `yaml:"failover" doc:"roundrobin (the next broker when the retries at one are used up), singlebroker (it alone is tried) or nofailover (a connection that ends is not made again); left out: roundrobin with several brokers, singlebroker with one" jsonschema:"enum=roundrobin,enum=singlebroker,enum=nofailover"`
	CycleCount *int            `yaml:"cycle-count" doc:"how often the list is begun again before connecting fails (default 0; connecting then begins anew after reconnect-delay)" jsonschema:"minimum=0,maximum=1000000"`

	ConnectTimeout time.Duration `yaml:"connect-timeout" doc:"time limit for each attempt to connect (default: none, TCP gives up after 127 s)"`
	Heartbeat      time.Duration `yaml:"heartbeat" doc:"how often both ends of an idle connection say something; it ends when one hears nothing twice as long (default: never, silence is not noticed)"`
	Reconnect      *bool         `yaml:"reconnect" doc:"a connection that ends, or cannot be made, is tried again (default on); off: nothing more is sent or received until a restart"`
	ReconnectDelay time.Duration `yaml:"reconnect-delay" doc:"time until connecting begins anew when all attempts have failed (default 1s)"`
	Return         time.Duration `yaml:"return" doc:"ours: how often a program that is connected to another broker than the first one looks whether it can go back (default: never)"`
}

// BrokerAddress is one broker of a list.
type BrokerAddress struct {
	Host         string        `yaml:"address,short" doc:"address and port, such as 192.0.2.11:5672, an address, the name of a node, or localhost; the port is 5672 unless it says otherwise" jsonschema:"required"`
	Retries      *int          `yaml:"retries" doc:"how often connecting is tried again after it has failed, before the next broker (default 1)" jsonschema:"minimum=0,maximum=1000000"`
	ConnectDelay time.Duration `yaml:"connect-delay" doc:"time before connecting is tried again (default 0)"`

	Address netip.AddrPort `yaml:"-" json:"-"` // of Host
}

// The methods of failover.
const (
	FailoverRoundRobin = "roundrobin"
	FailoverSingle     = "singlebroker"
	FailoverNone       = "nofailover"
)

// complete returns a copy with every default filled in. A URL that cannot be
// read leaves the list empty; problems says why.
func (b Brokers) complete(t Topology) Brokers {
	b.List = slices.Clone(b.List)
	if b.URL != "" {
		if u, err := parseBrokerURL(b.URL); err == nil {
			b = u.into(b)
		}
	}
	for i := range b.List {
		a := &b.List[i]
		if a.Host != "" {
			a.Address = t.socketOf(a.Host, DefaultBrokerPort)
		}
		if a.Retries == nil {
			one := 1
			a.Retries = &one
		}
	}
	method := FailoverSingle
	if len(b.List) > 1 {
		method = FailoverRoundRobin
	}
	b.Failover = cmp.Or(b.Failover, method)
	if b.CycleCount == nil {
		none := 0
		b.CycleCount = &none
	}
	if b.Reconnect == nil {
		on := true
		b.Reconnect = &on
	}
	b.ReconnectDelay = cmp.Or(b.ReconnectDelay, time.Second)
	return b
}

// problems lists what is wrong with completed brokers.
func (b Brokers) problems(c *checker, path []string, n Node) {
	if b.URL != "" {
		u, err := parseBrokerURL(b.URL)
		if err != nil {
			c.fail(At(path, "url"), "%v", err)
			return
		}
		for _, broker := range u.brokers {
			if _, known := hostOf(broker.host, c.whole); !known {
				c.fail(At(path, "url"), "at character %d: there is no node %q, want an address, localhost, or %s",
					broker.at, broker.host, AnyOf(broker.host, Names(c.whole.Nodes)))
			}
		}
	}
	if len(b.List) == 0 {
		c.fail(path, "got no broker, want url or list")
	}
	if b.Failover != FailoverRoundRobin && len(b.List) > 1 {
		c.fail(At(path, "failover"), "got %s and %d brokers, want roundrobin or one broker", b.Failover, len(b.List))
	}
	for i, a := range b.List {
		at := At(path, "list", strconv.Itoa(i), "address")
		if b.URL != "" {
			at = At(path, "url")
		}
		if a.Host != "" && !a.Address.IsValid() && b.URL == "" { // of a URL it has been said
			c.fail(at, "got %q, want %s", a.Host, wantSocket(a.Host, "192.0.2.11:5672", c.brokers()))
			continue
		}
		c.brokerAddress(at, n, a.Address)
	}
}

// brokerAddress checks the address of a broker.
func (c *checker) brokerAddress(path []string, n Node, a netip.AddrPort) {
	switch {
	case !a.IsValid(): // the rule of the field says so
		return
	case !a.Addr().Is4() || a.Port() == 0:
		c.fail(path, "got %s, want an IPv4 address and a port, such as 192.0.2.11:5672", a)
		return
	case a.Addr() != loopback:
		c.reach(path, n, a.Addr())
		c.lacking(path, a.Addr(), "broker", func(n Node) bool { return n.Broker != nil })
	case n.Broker == nil && !n.passesOn():
		c.fail(path, "got localhost on a node without a broker, want one there or the address of another node")
	}
	if b := c.brokerAt(n, a.Addr()); b != nil && b.Port != int(a.Port()) {
		c.fail(path, "got port %d, want %d, that of the broker", a.Port(), b.Port)
	}
}

// brokerAt returns the broker at an address, as a node sees it; nil if there is
// none.
func (c *checker) brokerAt(n Node, a netip.Addr) *Broker {
	if a == loopback {
		return n.Broker
	}
	return c.whole.Nodes[c.whole.holder(a)].Broker
}

// brokers lists the nodes that have a broker.
func (c *checker) brokers() []string {
	return slices.DeleteFunc(Names(c.whole.Nodes), func(name string) bool { return c.whole.Nodes[name].Broker == nil })
}

// hostOf returns the address of a host in a connection URL.
func hostOf(host string, t Topology) (a netip.Addr, known bool) {
	if host == "localhost" {
		return loopback, true
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a, true
	}
	a = t.addressOf(host)
	return a, a.IsValid()
}
