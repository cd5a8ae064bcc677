package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// APIM is the API managers of a node: one that is called like the node, or
// several by name, each with ports of its own. What is set beside instances is
// the default of each of them.
type APIM struct {
	APIMInstance `yaml:",inline"`
	Instances    map[string]APIMInstance `yaml:"instances" json:",omitempty" doc:"several instances on the node, such as {am1: {}, am2: {offset: 1}}; what they leave out is taken from beside this key (default: one, called like the node)"`
}

// APIMInstance is one API manager with all of its parts: the publisher, store,
// admin and carbon consoles, and the gateway that serves the published APIs
// (spec/failover.md §7.2).
type APIMInstance struct {
	Offset       int           `yaml:"offset" json:",omitempty" doc:"added to each port: 9443 management HTTPS, 9763 servlet HTTP, 8280 gateway HTTP, 8243 gateway HTTPS (default 0)" jsonschema:"minimum=0,maximum=50000"`
	Gateway      string        `yaml:"gateway" json:",omitempty" doc:"the gateway to which the publisher deploys an API, HOST or HOST:PORT: localhost, a node, an instance or an address; the port is that of its management; localhost is the instance itself (default localhost)"`
	ReverseProxy string        `yaml:"reverse-proxy" json:",omitempty" doc:"whether redirects name the proxy: off (default: they name the instance's own address and port, and clients go past the proxy), auto (the host of X-Forwarded-Host, if there is one), on (proxy-host)" jsonschema:"enum=off,enum=auto,enum=on"`
	ProxyHost    string        `yaml:"proxy-host" json:",omitempty" doc:"with reverse-proxy on: the host that redirects name, such as 192.0.2.10"`
	Certificate  string        `yaml:"certificate" json:",omitempty" doc:"name of the certificate of its TLS ports, made from seed and name (default apim; all instances share it)"`
	Keystore     string        `yaml:"keystore" json:",omitempty" doc:"the key that signs sessions and tokens, by a name; those signed with another key are refused (default wso2carbon)"`
	DataSource   *DataSource   `yaml:"data-source" json:",omitempty" doc:"the database of APIs, subscriptions, tokens, users and the mounted registry (default: the embedded one of each instance, which survives a reboot)"`
	Users        *DataSource   `yaml:"user-data-source" json:",omitempty" doc:"the database of users, with a pool of its own, as the document has it (default: that of data-source)"`
	Mounted      *DataSource   `yaml:"registry-data-source" json:",omitempty" doc:"the database of the mounted registry, with a pool of its own (default: that of data-source)"`
	Registry     *APIMRegistry `yaml:"registry" json:",omitempty" doc:"which parts of the registry are mounted from the shared database (default: both)"`
	APIs         []string      `yaml:"apis" json:",omitempty" doc:"APIs that have been published and deployed on this instance before the start; with files beside it they must be among files.artifacts (default: none)"`
	UserNames    []string      `yaml:"users" json:",omitempty" doc:"users that its database has from the start (default admin)"`
	TokenLife    time.Duration `yaml:"token-life" json:",omitempty" doc:"how long an access token is good (default 1h)"`
	TokenCache   time.Duration `yaml:"token-cache" json:",omitempty" doc:"how long its gateway remembers that a token is good for an API, without asking the database again; of a token that is revoked, instances tell each other in a message of their cluster, if the nodes have members of one that are called like them (default: it asks each time; real ones: 15m)"`
	Work         time.Duration `yaml:"work" json:",omitempty" doc:"CPU time per request (default 1ms)"`
	StartTime    time.Duration `yaml:"start-time" json:",omitempty" doc:"time from the start of the process until it asks its database and listens (default 2s; real ones take a minute or two)"`

	// DeployTo is the address behind Gateway. It follows from the topology.
	DeployTo netip.AddrPort `yaml:"-" json:"-"`
}

// APIMRegistry is what the registry mounts: spec/failover.md §7.2.
type APIMRegistry struct {
	ID         string `yaml:"id" json:",omitempty" doc:"id of the remote instance, which stands for the shared database (default wso2gov)"`
	Governance string `yaml:"governance" json:",omitempty" doc:"instance id that the mount of /_system/governance refers to (default: the id); an unknown one mounts nothing, and the path stays in the instance's own database"`
	Config     string `yaml:"config" json:",omitempty" doc:"the same for /_system/config"`
}

// The ports of an instance with offset 0: spec/failover.md §7.2.
const (
	APIMManagementPort = 9443
	APIMServletPort    = 9763
	APIMTrafficPort    = 8280
	APIMTrafficTLSPort = 8243
)

// The services of an instance, in faults and events. The first is its process:
// when it stops, sessions are gone and all ports are closed.
const (
	APIMProcess   = "apim"
	APIMPublisher = "publisher"
	APIMStore     = "store"
	APIMAdmin     = "admin"
	APIMCarbon    = "carbon"
	APIMTraffic   = "traffic" // the gateway's ports
)

// APIMParts lists the parts of an instance that can be stopped alone.
func APIMParts() []string {
	return []string{APIMPublisher, APIMStore, APIMAdmin, APIMCarbon, APIMTraffic}
}

// How redirects name a host.
const (
	ReverseProxyOff  = "off"
	ReverseProxyAuto = "auto"
	ReverseProxyOn   = "on"
)

// How a part of an instance behaves: set NODE apim.publisher hang.
const (
	APIMOK    = "ok"
	APIMHang  = "hang" // requests wait until it is ok again
	APIMError = "500"  // each request is answered with 500
)

// APIMModes lists the modes of a part.
func APIMModes() []string { return []string{APIMOK, APIMHang, APIMError} }

// Defaults of an instance.
const (
	APIMCertificate = "apim"
	APIMKeystore    = "wso2carbon"
	APIMRegistryID  = "wso2gov"
	APIMUser        = "admin"
)

// Complete implements Program.
func (a APIM) Complete(at Place) Program {
	a.Instances = instancesOf(a.APIMInstance, a.Instances, at.Name)
	for _, name := range Names(a.Instances) {
		i := a.Instances[name].withDefaults()
		i.DeployTo, _ = at.deployTo(a, i)
		for _, source := range []**DataSource{&i.DataSource, &i.Users, &i.Mounted} {
			if *source != nil {
				d := (*source).complete(at.Topology)
				d.Name = at.databaseOf(d)
				*source = &d
			}
		}
		a.Instances[name] = i
	}
	return &a
}

// or returns an instance with what it leaves out taken from another.
func (i APIMInstance) or(other APIMInstance) APIMInstance {
	i.Offset = cmp.Or(i.Offset, other.Offset)
	i.Gateway = cmp.Or(i.Gateway, other.Gateway)
	i.ReverseProxy = cmp.Or(i.ReverseProxy, other.ReverseProxy)
	i.ProxyHost = cmp.Or(i.ProxyHost, other.ProxyHost)
	i.Certificate = cmp.Or(i.Certificate, other.Certificate)
	i.Keystore = cmp.Or(i.Keystore, other.Keystore)
	i.DataSource, i.Users, i.Mounted = cmp.Or(i.DataSource, other.DataSource), cmp.Or(i.Users, other.Users), cmp.Or(i.Mounted, other.Mounted)
	i.Registry = cmp.Or(i.Registry, other.Registry)
	if i.APIs == nil {
		i.APIs = other.APIs
	}
	if i.UserNames == nil {
		i.UserNames = other.UserNames
	}
	i.TokenLife, i.TokenCache = cmp.Or(i.TokenLife, other.TokenLife), cmp.Or(i.TokenCache, other.TokenCache)
	i.Work = cmp.Or(i.Work, other.Work)
	i.StartTime = cmp.Or(i.StartTime, other.StartTime)
	return i
}

// withDefaults returns a copy with every default filled in.
func (i APIMInstance) withDefaults() APIMInstance {
	i.Gateway = cmp.Or(i.Gateway, localhost)
	i.ReverseProxy = cmp.Or(i.ReverseProxy, ReverseProxyOff)
	i.Certificate = cmp.Or(i.Certificate, APIMCertificate)
	i.Keystore = cmp.Or(i.Keystore, APIMKeystore)
	registry := APIMRegistry{}
	if i.Registry != nil {
		registry = *i.Registry
	}
	registry.ID = cmp.Or(registry.ID, APIMRegistryID)
	registry.Governance = cmp.Or(registry.Governance, registry.ID)
	registry.Config = cmp.Or(registry.Config, registry.ID)
	i.Registry = &registry
	if i.UserNames == nil {
		i.UserNames = []string{APIMUser}
	}
	i.TokenLife = cmp.Or(i.TokenLife, time.Hour)
	i.Work = cmp.Or(i.Work, time.Millisecond)
	i.StartTime = cmp.Or(i.StartTime, 2*time.Second)
	return i
}

// databaseOf names a database: the nodes that have it, or their addresses.
func (p Place) databaseOf(d DataSource) string {
	var names []string
	for _, a := range d.Addresses {
		if a.Addr() == loopback {
			names = append(names, p.Name)
		} else {
			names = append(names, cmp.Or(p.Topology.holder(a.Addr()), a.String()))
		}
	}
	return strings.Join(names, ",")
}

// Port is one of the ports of the instance.
func (i APIMInstance) Port(base int) uint16 { return uint16(base + i.Offset) }

// ports lists the TCP ports of the instance.
func (i APIMInstance) ports() []uint16 {
	return []uint16{i.Port(APIMManagementPort), i.Port(APIMServletPort), i.Port(APIMTrafficPort), i.Port(APIMTrafficTLSPort)}
}

// listens implements listener.
func (a APIM) listens() (all []port) {
	for _, name := range Names(a.Instances) {
		for _, number := range a.Instances[name].ports() {
			all = append(all, onAll("apim", int(number), "apim"))
		}
	}
	return all
}

// Addresses implements Program.
func (APIM) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (a APIM) ServiceNames() []string {
	var names []string
	for _, name := range Names(a.Instances) {
		for _, service := range append([]string{APIMProcess}, APIMParts()...) {
			names = append(names, a.Instances[name].service(len(a.Instances), name, service))
		}
	}
	return names
}

// ServiceOf names a service of an instance: with the name of the instance
// before it if the node has several, such as am2-publisher.
func (a APIM) ServiceOf(instance, service string) string {
	return a.Instances[instance].service(len(a.Instances), instance, service)
}

func (APIMInstance) service(of int, name, service string) string {
	if of == 1 {
		return service
	}
	return name + "-" + service
}

// The properties of an instance that are no services. Before each stands
// APIMProperty.
const (
	APIMGatewayProperty  = "gateway"
	APIMKeystoreProperty = "keystore"
	APIMProxyProperty    = "reverse-proxy"
)

// APIMProperty names a property of an instance: apim.keystore, or
// apim.am2.keystore if the node has several.
func (a APIM) APIMProperty(instance, property string) string {
	if len(a.Instances) == 1 {
		return "apim." + property
	}
	return "apim." + instance + "." + property
}

// Properties implements Program.
func (a APIM) Properties() []Property {
	all := serviceSwitches(a)
	for _, name := range Names(a.Instances) {
		i := a.Instances[name]
		of := func(property, value string, words ...string) Property {
			p := Property{Name: a.APIMProperty(name, property), Value: value, Unset: words[0], Want: strings.Join(words, ", ")}
			p.Takes = func(v string) bool { return slices.Contains(words, v) }
			return p
		}
		for _, part := range APIMParts() {
			all = append(all, of(part, APIMOK, APIMModes()...))
		}
		all = append(all, of(APIMProxyProperty, i.ReverseProxy, ReverseProxyOff, ReverseProxyAuto, ReverseProxyOn))
		keystore := of(APIMKeystoreProperty, i.Keystore, APIMKeystore)
		keystore.Want, keystore.Takes = "a name", func(v string) bool { return CheckName(v) == nil }
		gateway := of(APIMGatewayProperty, i.DeployTo.String(), i.DeployTo.String())
		gateway.Want, gateway.Takes = "an address and port, such as 192.0.2.11:9443", func(v string) bool {
			to, err := netip.ParseAddrPort(v)
			return err == nil && to.Addr().Is4() && to.Port() > 0
		}
		all = append(all, keystore, gateway)
	}
	return all
}

// Faults implements Program.
func (APIM) Faults() []string { return nil }
