package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// Service is one listener of a gateway.
type Service struct {
	Kind              string         `yaml:"kind" doc:"what it serves: http (default), tls (HTTP over TLS), b2b (business documents and their receipts, see b2b), ftp, management (the appliance's own interface), api-gateway (the handler of the API gateway); connections of the last three are not self-balanced" jsonschema:"enum=http,enum=management,enum=api-gateway,enum=ftp,enum=tls,enum=b2b"`
	Certificate       string         `yaml:"certificate" doc:"of kind tls: the name of its certificate, which is made from seed and name, or none to refuse every handshake (default: the service's name, so that members share one)"`
	Listen            netip.AddrPort `yaml:"listen" doc:"address and port, usually a virtual IP (default: on the first virtual IP the port of its kind: 80, management 9090, ftp 21, tls and api-gateway 443, b2b 4080)"`
	Forward           Forward        `yaml:"forward" doc:"where to forward requests: a back end, such as 192.0.2.50:80 or app.example:80, or group NAME, or group NAME:PORT (default: the service answers them itself)"`
	Source            string         `yaml:"source" doc:"address from which it connects to the back end: own (default: that of the interface) or vip (the virtual IP on which it listens, else the first one of the node); while the node does not hold that, it has no connection to the back end" jsonschema:"enum=own,enum=vip"`
	Persistent        *bool          `yaml:"persistent" doc:"keep the connection to the back end for further requests of the same client connection (default on); off: one connection per request, as the product's page asks for between chained services"`
	Work              time.Duration  `yaml:"work" doc:"CPU time per request (default 100us)"`
	Size              int            `yaml:"size" doc:"size in bytes of the service's own answers (default 1000)" jsonschema:"minimum=1,maximum=67108864"`
	Backlog           int            `yaml:"backlog" doc:"maximum number of connections waiting to be accepted (default 128)" jsonschema:"minimum=1,maximum=65535"`
	Connections       int            `yaml:"connections" json:",omitempty" doc:"how many connections of clients are open at the same time; others wait in the backlog (default: no limit)" jsonschema:"minimum=1,maximum=65535"`
	IdleTimeout       time.Duration  `yaml:"idle-timeout" doc:"how long a client may take to send its first request, or the rest of one that it has begun, before the service closes the connection (default: for ever; DataPower: front-timeout, 120s)"`
	PersistentTimeout time.Duration  `yaml:"persistent-timeout" doc:"how long a connection may be idle between two requests before the service closes it (default: for ever; DataPower: front-persistent-timeout, 180s)"`
	// Rate and Passive are for the data connections of FTP.
	Rate    int64     `yaml:"transfer-rate" form:"bytes" json:",omitempty" doc:"of kind ftp: the most bytes that each transfer sends in a second, such as 64KiB (default: as many as the network takes)"`
	Passive PortRange `yaml:"passive-ports" json:",omitzero" doc:"of kind ftp: the ports for data connections, each for one client at a time (default: 50000-50009)"`
	// B2B is for business documents.
	B2B *Exchange `yaml:"b2b" json:",omitempty" doc:"of kind b2b: what the member sends and how, and its persistence store, which is its own: no other member sees it (default: it sends nothing)"`
	// SourceVIP is the virtual IP that source: vip stands for. It follows from
	// the rest of the topology.
	SourceVIP netip.Addr `yaml:"-" json:"-"`

	Bind string `yaml:"bind" doc:"when the address is not local: wait (default: bind anyway, serve once the address arrives), retry (try again every second), fail (give up)" jsonschema:"enum=wait,enum=retry,enum=fail"`
}

// WithDefaults returns a copy with every default filled in except the address.
func (s Service) WithDefaults() Service {
	s.Kind = cmp.Or(s.Kind, KindHTTP)
	s.Work = cmp.Or(s.Work, DefaultWork)
	s.Size = cmp.Or(s.Size, DefaultSize)
	s.Backlog = cmp.Or(s.Backlog, 128)
	s.Bind = cmp.Or(s.Bind, BindWait)
	s.Source = cmp.Or(s.Source, SourceOwn)
	if s.Persistent == nil {
		on := true
		s.Persistent = &on
	}
	if s.Kind == KindFTP {
		s.Passive = cmp.Or(s.Passive, PortRange{50000, 50009})
	}
	return s
}

// Ports lists the ports of the service: the one on which it listens, and those
// of data connections. Whether they are balanced is said by Balanced, for all
// of them alike.
func (s Service) Ports() []PortRange {
	ports := []PortRange{{s.Listen.Port(), s.Listen.Port()}}
	if s.Kind == KindFTP {
		ports = append(ports, s.Passive)
	}
	return ports
}

// sourceVIP returns the virtual IP from which a service connects to its back
// end if it uses one. Addresses are those on which the node serves by default.
func sourceVIP(s Service, n Node, addresses []netip.Addr) netip.Addr {
	switch {
	case len(n.Standby) == 0:
		return netip.Addr{}
	case slices.Contains(addresses, s.Listen.Addr()):
		return s.Listen.Addr()
	case len(addresses) > 0:
		return addresses[0]
	}
	return netip.Addr{}
}

// source checks that a service can reach its back end from a virtual IP: the
// stack sends from an address only over the interface that has it.
func (c *checker) source(path []string, n Node, s Service) {
	if s.Source != SourceVIP {
		return
	}
	nic := n.NICs[n.interfaceFor(s.SourceVIP)]
	switch back := s.Forward.Address.Addr(); {
	case !s.Forward.IsValid():
		c.fail(path, "got vip, want own: the service has no back end to connect to")
	case s.Forward.Name != "":
		c.fail(path, "got vip, want own: %s may have any address", s.Forward.Name)
	case s.Forward.Group != "":
		c.fail(path, "got vip, want own: members of a group are asked from the address of the interface")
	case !s.SourceVIP.IsValid():
		c.fail(path, "got vip, want own: the node has no virtual IP")
	case nic.Address.Contains(back):
	case n.onLink(back) || !nic.Address.Contains(n.Default):
		c.fail(path, "got vip, want own: %s is not reached over the interface of %s", back, s.SourceVIP)
	}
}

// loopback is the address by which the programs of one node reach each other.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// serves reports whether a program of the node serves its loopback address on a
// port.
func (n Node) serves(port uint16) bool {
	here := func(a netip.AddrPort) bool {
		return a.Port() == port && (a.Addr() == loopback || a.Addr().IsUnspecified())
	}
	if n.Gateway != nil {
		for _, s := range n.Gateway.Services { // order: any will do
			if here(s.Listen) {
				return true
			}
		}
	}
	if n.Proxy != nil && (here(n.Proxy.Listen) || slices.ContainsFunc(n.Proxy.Listeners, func(l ProxyListener) bool { return here(l.Listen) })) {
		return true
	}
	if n.Backend != nil && slices.ContainsFunc(n.Backend.AllPorts(), func(p BackendPort) bool { return p.Port == int(port) }) {
		return true
	}
	return len(n.Others) > 0
}

// services checks the addresses on which a gateway listens.
func (c *checker) services(path []string, n Node) {
	taken := map[netip.AddrPort]string{}
	own := append(c.whole.serviceAddresses(n), loopback)
	for _, nic := range n.NICs { // order: only searched
		own = append(own, nic.Address.Addr())
	}
	for _, name := range Names(n.Gateway.Services) {
		c.name(At(path, name))
		s, at := n.Gateway.Services[name], At(path, name, "listen")
		switch other, twice := taken[s.Listen]; {
		case !s.Listen.IsValid():
			c.fail(at, "listen is missing: the node has no address of its own to listen on")
		case slices.Contains(own, s.Listen.Addr()) && !s.Listen.Addr().Is4():
			// The check of the node's own address reports it.
		case !s.Listen.Addr().Is4() || s.Listen.Port() == 0:
			c.fail(at, "got %s, want an IPv4 address and a port, such as 192.0.2.100:80", s.Listen)
		case twice:
			c.fail(at, "service %s already listens on %s", other, s.Listen)
		case !s.Listen.Addr().IsUnspecified() && !slices.Contains(own, s.Listen.Addr()):
			c.warn(at, "%s is neither an address nor a virtual IP of the node: the service will never be reached", s.Listen.Addr())
		}
		taken[s.Listen] = name
		c.source(At(path, name, "source"), n, s)
		c.certificate(At(path, name, "certificate"), s)
		c.ftp(At(path, name), n, name)
		c.b2b(At(path, name), n, s)
		c.forward(At(path, name, "forward"), n, s)
	}
}

// forward checks where a service forwards its requests.
func (c *checker) forward(path []string, n Node, s Service) {
	_, known := n.Gateway.Groups[s.Forward.Group]
	switch to := s.Forward.Address; {
	case !s.Forward.IsValid():
	case s.Kind == KindManagement:
		c.fail(path, "got %s, want none: the appliance itself answers on its management interface", s.Forward)
	case s.Forward.Group != "" && !known && len(n.Gateway.Groups) == 0:
		c.fail(path, "got %s, but the gateway has no groups", s.Forward)
	case s.Forward.Group != "" && !known:
		c.fail(path, "unknown group %q, want %s", s.Forward.Group, AnyOf(s.Forward.Group, Names(n.Gateway.Groups)))
	case s.Forward.Group != "":
	case s.Forward.Name != "":
		c.named(path, n, Target{Name: s.Forward.Name, Address: to})
	case !to.Addr().Is4() || to.Port() == 0:
		c.fail(path, "got %s, want an IPv4 address and a port, such as 192.0.2.50:80", to)
	case to.Addr() == loopback && !n.serves(to.Port()):
		c.warn(path, "no service of the node listens on %s", to)
	case to.Addr() != loopback && !c.held(to.Addr()):
		c.warn(path, "no node has the address %s", to.Addr())
	}
}

// ftp checks what a service needs for data connections, or must not have
// without any.
func (c *checker) ftp(path []string, n Node, name string) {
	s := n.Gateway.Services[name]
	if s.Kind != KindFTP {
		if s.Rate != 0 {
			c.fail(At(path, "transfer-rate"), "got %d, want none: the service is not of kind ftp", s.Rate)
		}
		if s.Passive != (PortRange{}) {
			c.fail(At(path, "passive-ports"), "got %s, want none: the service is not of kind ftp", s.Passive)
		}
		return
	}
	if s.Forward.IsValid() {
		c.fail(At(path, "forward"), "got %s, want none: a service of kind ftp has its files itself", s.Forward)
	}
	for _, other := range Names(n.Gateway.Services) {
		o := n.Gateway.Services[other]
		if s.Listen.Addr() != o.Listen.Addr() && !s.Listen.Addr().IsUnspecified() && !o.Listen.Addr().IsUnspecified() {
			continue
		}
		for i, ports := range o.Ports() {
			if (other != name || i == 0) && s.Passive.overlaps(ports) {
				c.fail(At(path, "passive-ports"), "got %s, want others than service %s has: %s", s.Passive, other, ports)
			}
		}
	}
}
