package topology

import (
	"cmp"
	"net/netip"
	"reflect"
	"regexp"
	"time"
)

// ProxyWSO2 is the configuration of nginx in the documented active-passive
// deployment of WSO2's API manager: spec/failover.md §7.2. Its defects are
// those of the document, and each can be cured.
type ProxyWSO2 struct {
	Active      netip.Addr    `yaml:"active" doc:"address of the active node" jsonschema:"required"`
	Passive     netip.Addr    `yaml:"passive" doc:"address of the passive node; it may be the same machine" jsonschema:"required"`
	Offset      *int          `yaml:"offset" json:",omitempty" doc:"what the passive node adds to its ports (default: 1 if both are one machine, otherwise none)" jsonschema:"minimum=0,maximum=10000"`
	Host        string        `yaml:"host" doc:"server name, to which redirects lead (default localhost)"`
	Certificate string        `yaml:"certificate" doc:"name of the certificate of port 443 (default localhost)"`
	Contexts    WSO2Contexts  `yaml:"contexts" doc:"paths under which clients see the applications"`
	FailTimeout time.Duration `yaml:"fail-timeout" doc:"fail_timeout of all servers, which the document leaves out (default 10s)"`
	// The cures.
	AdminCookies     bool `yaml:"admin-cookies" doc:"cure: /admin rewrites the paths of its own cookies; the document repeats the rewrite of /publisher there, which does nothing for it (default off)"`
	ManagementBackup bool `yaml:"management-backup" doc:"cure: carbon, publisher and admin have the passive node as a backup, too (default off)"`
}

// WSO2Contexts are the public paths of applications.
type WSO2Contexts struct {
	Publisher string `yaml:"publisher" doc:"that of the publisher (default /publisher)"`
	Admin     string `yaml:"admin" doc:"that of the admin portal (default /admin)"`
	Store     string `yaml:"store" doc:"that of the store (default /store)"`
}

// The names of the document's upstreams.
const (
	WSO2Management = "manager-worker" // carbon, publisher and admin: no backup
	WSO2All        = "allnodes"       // the store
	WSO2HTTP       = "allnodes-traffic-http"
	WSO2HTTPS      = "allnodes-traffic-https"
)

// The ports of a WSO2 node without offset: management, gateway over HTTP and
// over HTTPS.
const (
	WSO2ManagementPort = 9443
	WSO2HTTPPort       = 8280
	WSO2HTTPSPort      = 8243
)

// WSO2Connect is the connect timeout of the document's locations that have one.
const WSO2Connect = 2 * time.Second

// complete returns the preset with its defaults.
func (w ProxyWSO2) complete() ProxyWSO2 {
	w.Host = cmp.Or(w.Host, "localhost")
	w.Certificate = cmp.Or(w.Certificate, "localhost")
	w.FailTimeout = cmp.Or(w.FailTimeout, DefaultFailTimeout)
	w.Contexts.Publisher = cmp.Or(w.Contexts.Publisher, "/publisher")
	w.Contexts.Admin = cmp.Or(w.Contexts.Admin, "/admin")
	w.Contexts.Store = cmp.Or(w.Contexts.Store, "/store")
	if w.Offset == nil && w.Active.IsValid() && w.Active == w.Passive {
		one := 1
		w.Offset = &one
	}
	return w
}

// upstream is an upstream of the document: the active node, and the passive one
// as backup or not at all.
func (w ProxyWSO2) upstream(port uint16, backup bool) Upstream {
	u := Upstream{Servers: []UpstreamServer{{Address: netip.AddrPortFrom(w.Active, port), FailTimeout: w.FailTimeout}}}
	if backup {
		if w.Offset != nil {
			port += uint16(*w.Offset)
		}
		u.Servers = append(u.Servers, UpstreamServer{Address: netip.AddrPortFrom(w.Passive, port), FailTimeout: w.FailTimeout, Backup: true})
	}
	return u
}

// documented returns the proxy with the document's upstreams and listeners. One
// that has others keeps them, for Problems to see.
func (p Proxy) documented(at Place) Proxy {
	w := p.WSO2.complete()
	p.WSO2 = &w
	if len(p.Upstreams) > 0 || len(p.Listeners) > 0 || !w.Active.IsValid() || !w.Passive.IsValid() {
		return p
	}
	p.Upstreams = map[string]Upstream{
		WSO2Management: w.upstream(WSO2ManagementPort, w.ManagementBackup),
		WSO2All:        w.upstream(WSO2ManagementPort, true),
		WSO2HTTP:       w.upstream(WSO2HTTPPort, true),
		WSO2HTTPS:      w.upstream(WSO2HTTPSPort, true),
	}
	p.Listeners = []ProxyListener{
		{Listen: anywhere(DefaultTLSPort), Certificate: w.Certificate, Locations: w.locations()},
		{Listen: anywhere(DefaultPort), Locations: []ProxyLocation{failsOver(ProxyLocation{Location: "/", Pass: "http://" + WSO2HTTP + "/"})}},
	}
	return p
}

func anywhere(port uint16) netip.AddrPort { return netip.AddrPortFrom(netip.IPv4Unspecified(), port) }

// failsOver is a location with the document's settings of passing requests on.
func failsOver(o ProxyLocation) ProxyLocation {
	o.Next = []string{"error", "timeout", "invalid_header", "http_500"}
	o.Connect = WSO2Connect
	return o
}

// locations are those of the document's port 443, in its order.
func (w ProxyWSO2) locations() []ProxyLocation {
	publisher, admin, store := w.Contexts.Publisher, w.Contexts.Admin, w.Contexts.Store
	application := func(context, upstream, own string) ProxyLocation {
		return ProxyLocation{
			Location: context, Pass: "https://" + upstream + own, Forwarded: true,
			Redirect:   []ProxyRewrite{{"https://" + upstream + own, "https://" + w.Host + context}},
			CookiePath: []ProxyRewrite{{own, context}},
		}
	}
	images := func(context, upstream string) ProxyLocation {
		return ProxyLocation{Location: "~ ^" + context + "/(.*)registry/(.*)$", Pass: "https://" + upstream + "/$1registry/$2", Forwarded: true}
	}
	carbon := application("/carbon", WSO2Management, "/carbon")
	carbon.Pass += "/"
	carbon.Redirect = []ProxyRewrite{{"https://" + WSO2Management + "/carbon/", "https://" + w.Host + "/carbon/"}}
	carbon.CookiePath = nil
	portal := application(admin, WSO2Management, "/admin")
	if !w.AdminCookies {
		portal.CookiePath = []ProxyRewrite{{"/publisher", publisher}}
	}
	return []ProxyLocation{
		carbon,
		failsOver(images(store, WSO2All)),
		images(publisher, WSO2Management),
		application(publisher, WSO2Management, "/publisher"),
		portal,
		failsOver(ProxyLocation{Location: "/", Pass: "https://" + WSO2HTTPS + "/"}),
		failsOver(application(store, WSO2All, "/store")),
	}
}

// contextPath is a public path of an application.
var contextPath = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)+$`)

// documented checks a proxy with the document's configuration.
func (c *checker) documented(at Place, p Proxy) {
	w := *p.WSO2
	path := []string{"wso2-active-passive"}
	bare := Proxy{WSO2: p.WSO2, Workers: p.Workers, Connect: p.Connect, Read: p.Read, Send: p.Send, Next: p.Next, NextTries: p.NextTries, NextTimeout: p.NextTimeout}
	whole := bare.Complete(at).(*Proxy)
	if p.Listen.IsValid() || len(p.Upstream.Servers) > 0 || !reflect.DeepEqual(whole.Upstreams, p.Upstreams) || !reflect.DeepEqual(whole.Listeners, p.Listeners) {
		c.fail(path, "got it and listen, upstream, upstreams or listeners: want no others")
		return
	}
	for _, node := range []struct {
		key string
		a   netip.Addr
	}{{"active", w.Active}, {"passive", w.Passive}} {
		switch {
		case !node.a.IsValid(): // CheckFields reports it
		case !node.a.Is4():
			c.fail(At(path, node.key), "got %s, want an IPv4 address", node.a)
		case node.a != loopback:
			c.reach(At(path, node.key), at.Node, node.a)
		}
	}
	if w.Active.IsValid() && w.Active == w.Passive && *w.Offset == 0 {
		c.fail(At(path, "offset"), "got 0, but both nodes are one machine, whose ports only one of them can have")
	}
	if w.FailTimeout < time.Second || w.FailTimeout%time.Second != 0 {
		c.fail(At(path, "fail-timeout"), "got %s, want whole seconds: nginx counts in them", w.FailTimeout)
	}
	if err := checkHost(w.Host); err != nil {
		c.fail(At(path, "host"), "%v", err)
	}
	c.presented(At(path, "certificate"), w.Certificate)
	for _, context := range []struct{ key, path string }{
		{"publisher", w.Contexts.Publisher}, {"admin", w.Contexts.Admin}, {"store", w.Contexts.Store},
	} {
		if !contextPath.MatchString(context.path) {
			c.fail(At(path, "contexts", context.key), "got %q, want a path such as /portal", context.path)
		}
	}
}
