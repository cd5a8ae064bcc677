package topology

import (
	"cmp"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Backend is a server of HTTP or LDAP.
type Backend struct {
	Port        int             `yaml:"port" doc:"TCP port (default 80; with ldap 389)" jsonschema:"minimum=1,maximum=65535"`
	Certificate string          `yaml:"certificate" json:",omitempty" doc:"serve HTTPS on this port with the certificate of that name, which is made from the seed, or none: refuse every handshake (default: plain HTTP)"`
	Ports       []BackendPort   `yaml:"ports" json:",omitempty" doc:"further ports with the same pages (default: none)"`
	Protocol    string          `yaml:"protocol" doc:"http (default) or ldap, which answers binds" jsonschema:"enum=http,enum=ldap"`
	Latency     time.Duration   `yaml:"latency" doc:"time from request to answer (default 0)"`
	Status      int             `yaml:"status" doc:"HTTP status (default 200)" jsonschema:"minimum=100,maximum=599"`
	Size        int             `yaml:"size" doc:"size of an answer in bytes (default 1000)" jsonschema:"minimum=1,maximum=67108864"`
	Body        string          `yaml:"body" doc:"text to answer with (default: a text of that size, made from the number of the request, so that clients detect lost bytes)"`
	ContentType string          `yaml:"content-type" doc:"type of body (default: text/plain)"`
	Paths       map[string]Page `yaml:"paths" doc:"pages that differ from the rest, by path without query, such as /health: {body: UP, static: true}"`
	Backlog     int             `yaml:"backlog" doc:"maximum number of connections waiting to be accepted; more get no answer to their SYN (default 1024)" jsonschema:"minimum=1,maximum=65535"`
	Workers     int             `yaml:"workers" doc:"how many requests are answered at the same time; others wait (default: no limit)" jsonschema:"maximum=65535"`
	Connections int             `yaml:"connections" doc:"how many connections are open at the same time; others wait in the backlog (default: no limit)" jsonschema:"maximum=65535"`
	Session     string          `yaml:"session-cookie" json:",omitempty" doc:"name of a cookie with which it begins a session, such as JSESSIONID: each request without one of its own gets it; the name of the node is its clone id, as WebSphere has it (default: no sessions)"`
	SessionPath string          `yaml:"session-path" json:",omitempty" doc:"path of the session cookie, such as /admin (default: /)"`
	Allow       []netip.Addr    `yaml:"allow" doc:"client addresses to serve; connections from others are reset (default: all)"`
}

// Page is what a back end answers on one path.
type Page struct {
	Status       int    `yaml:"status" doc:"HTTP status (default: that of the back end)" jsonschema:"minimum=200,maximum=599"`
	Size         int    `yaml:"size" doc:"size of an answer in bytes (default: that of the back end)" jsonschema:"minimum=1,maximum=67108864"`
	Body         string `yaml:"body" doc:"text to answer with (default: as that of the back end, of the page's own size)"`
	ContentType  string `yaml:"content-type" doc:"type of body (default: text/plain)"`
	NeedsSession bool   `yaml:"needs-session" json:",omitempty" doc:"answer 401 to a request that does not belong to a session of this back end, and begin one (default off)"`
	Static       bool   `yaml:"static" doc:"answer at once and always the same, whatever becomes of the rest: faults such as backend web hang do not touch it (default off)"`
}

// BackendPort is a further port of a back end.
type BackendPort struct {
	Port        int    `yaml:"port,short" doc:"TCP port" jsonschema:"required,minimum=1,maximum=65535"`
	Certificate string `yaml:"certificate" doc:"serve HTTPS there with the certificate of that name, or none (default: plain HTTP)"`
}

// AllPorts lists the ports of a back end, which must be completed.
func (b Backend) AllPorts() []BackendPort {
	return append([]BackendPort{{b.Port, b.Certificate}}, b.Ports...)
}

// hasTLS reports whether the back end serves HTTPS.
func (b Backend) hasTLS() bool {
	return slices.ContainsFunc(b.AllPorts(), func(p BackendPort) bool { return p.Certificate != "" })
}

// WithDefaults returns a copy with every default filled in.
func (b Backend) WithDefaults() Backend {
	b.Protocol = cmp.Or(b.Protocol, ProtocolHTTP)
	if b.Protocol == ProtocolLDAP {
		b.Port = cmp.Or(b.Port, DefaultLDAPPort)
	}
	b.Port = cmp.Or(b.Port, DefaultPort)
	b.Status = cmp.Or(b.Status, 200)
	b.Size = cmp.Or(b.Size, DefaultSize)
	b.Backlog = cmp.Or(b.Backlog, 1024) // never a bottleneck unless the back end hangs
	if b.Body != "" {
		b.ContentType = cmp.Or(b.ContentType, textPlain)
	}
	b.Paths = maps.Clone(b.Paths)
	for _, path := range Names(b.Paths) {
		page := b.Paths[path]
		page.Status = cmp.Or(page.Status, b.Status)
		page.Size = cmp.Or(page.Size, b.Size)
		if page.Body != "" {
			page.ContentType = cmp.Or(page.ContentType, textPlain)
		}
		b.Paths[path] = page
	}
	return b
}

const textPlain = "text/plain"

// Complete implements Program.
func (b Backend) Complete(Place) Program {
	b = b.WithDefaults()
	return &b
}

// Problems implements Program.
func (b Backend) Problems(at Place) []Problem {
	c := at.check()
	if b.Protocol == ProtocolLDAP {
		for _, http := range []struct {
			name string
			set  bool
		}{{"body", b.Body != ""}, {"content-type", b.ContentType != ""}, {"paths", len(b.Paths) > 0}} {
			if http.set {
				c.fail([]string{http.name}, "got some, want none: ldap has no pages")
			}
		}
	}
	c.header([]string{"content-type"}, b.ContentType)
	b.checkPorts(c)
	if b.SessionPath != "" && (b.SessionPath[0] != '/' || b.Session == "") {
		c.fail([]string{"session-path"}, "got %q, want a path such as /admin, with a session-cookie", b.SessionPath)
	}
	c.header([]string{"session-path"}, b.SessionPath)
	for _, path := range Names(b.Paths) {
		if b.Paths[path].NeedsSession && b.Session == "" {
			c.fail([]string{"paths", path, "needs-session"}, "got it without a session-cookie")
		}
		if u, err := url.ParseRequestURI(path); err != nil || path[0] != '/' || u.RawQuery != "" || u.EscapedPath() != path {
			c.fail([]string{"paths", path}, "got %q, want the path of a URL, such as /health", path)
		}
		c.header([]string{"paths", path, "content-type"}, b.Paths[path].ContentType)
	}
	return c.problems
}

// checkPorts checks the ports and their certificates.
func (b Backend) checkPorts(c *checker) {
	taken := map[int]bool{}
	for i, p := range b.AllPorts() {
		path := []string{}
		if i > 0 {
			path = []string{"ports", strconv.Itoa(i - 1)}
		}
		c.presented(At(path, "certificate"), p.Certificate)
		switch {
		case taken[p.Port]:
			c.fail(path, "got the port %d twice", p.Port)
		case b.Protocol == ProtocolLDAP && (i > 0 || p.Certificate != ""):
			c.fail(path, "got further ports or a certificate, want none: ldap has neither here")
		}
		taken[p.Port] = true
	}
}

// header checks a text that is sent in a header of HTTP.
func (c *checker) header(path []string, text string) {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		c.fail(path, "got %q, want printable ASCII: it is sent in a header", text)
	}
}

// listens implements listener.
func (b Backend) listens() []port {
	all := []port{onAll("backend", b.Port, "backend", "port")}
	for i, further := range b.Ports {
		all = append(all, onAll("backend", further.Port, "backend", "ports", strconv.Itoa(i), "port"))
	}
	return all
}

// Addresses implements Program.
func (Backend) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Backend) ServiceNames() []string { return []string{BackendService} }

// Properties implements Program.
func (b Backend) Properties() []Property { return serviceSwitches(b) }

// Faults implements Program.
func (Backend) Faults() []string { return []string{"backend"} }
