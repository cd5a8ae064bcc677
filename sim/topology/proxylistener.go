package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ProxyListener is a server block of nginx: an address, and what becomes of the
// requests that come there.
type ProxyListener struct {
	Listen      netip.AddrPort  `yaml:"listen" doc:"address and port, such as 0.0.0.0:443" jsonschema:"required"`
	Certificate string          `yaml:"certificate" json:",omitempty" doc:"serve HTTPS with the certificate of that name, which is made from the seed, or none: refuse every handshake (default: plain HTTP)"`
	Locations   []ProxyLocation `yaml:"locations" doc:"where requests go, by their path; one without a location is answered 404" jsonschema:"required"`
}

// ProxyLocation is a location block of nginx with a proxy_pass. What it leaves
// out about passing requests on is as the proxy says.
type ProxyLocation struct {
	Location    string         `yaml:"location" doc:"which paths, as nginx has it: a prefix such as /store, = /login exactly, ^~ /static a prefix that keeps expressions out, ~ ^/store/(.*)$ a regular expression, or ~* one whatever the case" jsonschema:"required"`
	Pass        string         `yaml:"pass" doc:"URL such as https://app or https://app/store: scheme and name of the upstream, whose certificates are not verified, and what replaces the matched part of the path, or with $1 the whole target" jsonschema:"required"`
	Connect     time.Duration  `yaml:"connect-timeout" json:",omitempty" doc:"as connect-timeout of the proxy (default: the same)"`
	Read        time.Duration  `yaml:"read-timeout" json:",omitempty" doc:"as read-timeout of the proxy (default: the same)"`
	Send        time.Duration  `yaml:"send-timeout" json:",omitempty" doc:"as send-timeout of the proxy (default: the same)"`
	Next        []string       `yaml:"next-upstream" json:",omitempty" doc:"as next-upstream of the proxy (default: the same)" jsonschema:"enum=error,enum=timeout,enum=invalid_header,enum=http_500,enum=http_502,enum=http_503,enum=http_504,enum=http_403,enum=http_404,enum=http_429,enum=non_idempotent,enum=off"`
	NextTries   int            `yaml:"next-upstream-tries" json:",omitempty" doc:"as next-upstream-tries of the proxy (default: the same)" jsonschema:"minimum=1,maximum=1000"`
	NextTimeout time.Duration  `yaml:"next-upstream-timeout" json:",omitempty" doc:"as next-upstream-timeout of the proxy (default: the same)"`
	Forwarded   bool           `yaml:"forwarded" json:",omitempty" doc:"tell the server whom the client has asked and who it is: X-Forwarded-Host, X-Forwarded-Server and X-Forwarded-For (default off)"`
	Redirect    []ProxyRewrite `yaml:"redirect" json:",omitempty" doc:"rewrites of the beginning of Location headers; the first that fits is used (default: from where it passes requests to the location)"`
	CookiePath  []ProxyRewrite `yaml:"cookie-path" json:",omitempty" doc:"rewrites of the beginning of the paths of cookies; the first that fits is used (default: none)"`
}

// ProxyRewrite replaces the beginning of a text.
type ProxyRewrite struct {
	From string `yaml:"from" doc:"what it begins with" jsonschema:"required"`
	To   string `yaml:"to" doc:"what takes the place of that (default: nothing)"`
}

// complete fills in what the proxy says.
func (l ProxyListener) complete(p Proxy) ProxyListener {
	l.Locations = slices.Clone(l.Locations)
	for i := range l.Locations {
		o := &l.Locations[i]
		o.Connect = cmp.Or(o.Connect, p.Connect)
		o.Read = cmp.Or(o.Read, p.Read)
		o.Send = cmp.Or(o.Send, p.Send)
		o.NextTries = cmp.Or(o.NextTries, p.NextTries)
		o.NextTimeout = cmp.Or(o.NextTimeout, p.NextTimeout)
		if o.Next == nil {
			o.Next = p.Next
		}
	}
	return l
}

// hasTLS reports whether a proxy, which need not be completed, uses TLS on
// either side.
func (p Proxy) hasTLS() bool {
	return p.WSO2 != nil || slices.ContainsFunc(p.Listeners, func(l ProxyListener) bool {
		return l.Certificate != "" || slices.ContainsFunc(l.Locations, func(o ProxyLocation) bool { return strings.HasPrefix(o.Pass, SchemeHTTPS+":") })
	})
}

// listeners checks a proxy with listeners.
func (c *checker) listeners(at Place, p Proxy) {
	switch {
	case len(p.Listeners) == 0:
		c.fail([]string{"upstreams"}, "got some without listeners, whose locations pass requests to them")
	case p.Listen.IsValid():
		c.fail([]string{"listen"}, "got %s and listeners, want one of both", p.Listen)
	case len(p.Upstream.Servers) > 0:
		c.fail([]string{"upstream"}, "got one and listeners: give it a name in upstreams")
	}
	for _, name := range Names(p.Upstreams) {
		path := []string{"upstreams", name}
		c.name(path)
		if len(p.Upstreams[name].Servers) == 0 {
			c.fail(path, "servers is missing")
		}
		c.upstream(path, at.Node, p.Upstreams[name])
	}
	c.listened(p)
}

// listened checks listeners and their locations.
func (c *checker) listened(p Proxy) {
	taken := map[uint16]int{}
	schemes := map[string]string{} // by upstream
	for i, l := range p.Listeners {
		path := []string{"listeners", fmt.Sprint(i)}
		first, twice := taken[l.Listen.Port()]
		switch {
		case !l.Listen.IsValid(): // CheckFields reports it
		case !l.Listen.Addr().Is4() || l.Listen.Port() == 0:
			c.fail(At(path, "listen"), "got %s, want an IPv4 address and a port, such as 0.0.0.0:443", l.Listen)
		case twice && (p.Listeners[first].Listen.Addr() == l.Listen.Addr() || l.Listen.Addr().IsUnspecified() || p.Listeners[first].Listen.Addr().IsUnspecified()):
			c.fail(At(path, "listen"), "got %s, where listener %d listens already", l.Listen, first+1)
		}
		taken[l.Listen.Port()] = i
		c.presented(At(path, "certificate"), l.Certificate)
		seen := map[string]int{}
		for j, o := range l.Locations {
			at := At(path, "locations", fmt.Sprint(j))
			if first, twice := seen[o.Location]; twice {
				c.fail(At(at, "location"), "got %s, which location %d has", o.Location, first+1)
			}
			seen[o.Location] = j
			c.location(at, p, o)
			scheme, rest, _ := strings.Cut(o.Pass, "://")
			name, _, _ := strings.Cut(rest, "/")
			if first, has := schemes[name]; has && first != scheme && p.Upstreams[name].KeepAlive > 0 {
				c.fail(At(at, "pass"), "got %s, but others pass to %s by %s: an upstream with keepalive has connections of one kind", scheme, name, first)
			} else if !has {
				schemes[name] = scheme
			}
		}
	}
}

// presented checks the name of a certificate that a server presents.
func (c *checker) presented(path []string, name string) {
	switch {
	case name == CertificateAny:
		c.fail(path, "got any, want a name, or none")
	case name != "":
		if err := CheckName(name); err != nil {
			c.fail(path, "%v", err)
		}
	}
}

// passURL is the URL of a pass: scheme, upstream and URI.
var passURL = regexp.MustCompile(`^https?://([A-Za-z0-9._-]+)(/[^?# ]*)?$`)

// location checks one location. Package location reads it again, when it runs.
func (c *checker) location(path []string, p Proxy, o ProxyLocation) {
	words := strings.Fields(o.Location)
	modifier, pattern := "", ""
	switch len(words) {
	case 1:
		pattern = words[0]
	case 2:
		modifier, pattern = words[0], words[1]
	}
	expression := modifier == "~" || modifier == "~*"
	switch _, err := regexp.Compile(pattern); {
	case o.Location == "": // CheckFields reports it
	case pattern == "" || !slices.Contains([]string{"", "=", "^~", "~", "~*"}, modifier):
		c.fail(At(path, "location"), "got %q, want a path, or one of = ^~ ~ ~* and a path or expression", o.Location)
	case expression && err != nil:
		c.fail(At(path, "location"), "%v: want a regular expression of RE2", err)
	case !expression && pattern[0] != '/':
		c.fail(At(path, "location"), "got %q, want a path that begins with /", o.Location)
	}
	c.nextUpstream(path, o.Next)
	if o.Pass == "" {
		return
	}
	parts := passURL.FindStringSubmatch(o.Pass)
	switch {
	case parts == nil:
		c.fail(At(path, "pass"), "got %q, want a URL such as https://app or https://app/store, with the name of an upstream", o.Pass)
		return
	case expression && parts[2] != "" && !strings.Contains(parts[2], "$"):
		c.fail(At(path, "pass"), "got the URI %s, want none, or one with $1: an expression has no part that it could replace", parts[2])
	}
	if _, known := p.Upstreams[parts[1]]; !known {
		c.fail(At(path, "pass"), "unknown upstream %q, want %s", parts[1], AnyOf(parts[1], Names(p.Upstreams)))
	}
}
