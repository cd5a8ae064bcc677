package topology

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Client is an HTTP or FTP client, or one that pings. Its requests are
// open-loop: they do not wait for answers. With users it is closed-loop: each
// user asks, waits, thinks and asks again.
type Client struct {
	Target      string            `yaml:"target" doc:"URL, such as http://192.0.2.100/ or https://192.0.2.100/, or with a name that one of the node's nameservers knows, http://app.example/; with ftp://192.0.2.100/ each request gets a file over a second connection; its name is the number of the request, unless the path ends with a name; of mode ping an address, such as 192.0.2.100" jsonschema:"required"`
	Resolve     string            `yaml:"resolve" doc:"when to look up a target that is a name: ttl (default: for a new connection when the last answer has outlived its TTL), once (for the first connection, as JVMs with networkaddress.cache.ttl=-1) or connection (for each new connection); the lookup comes before the time limit for connecting, and a request whose lookup fails fails with name" jsonschema:"enum=ttl,enum=once,enum=connection"`
	Certificate string            `yaml:"certificate" doc:"with https: the name of the certificate that it accepts from the server, or any (default: the one that all tls services at the target present)"`
	Method      string            `yaml:"method" json:",omitempty" doc:"HTTP method (left out: GET)" jsonschema:"enum=GET,enum=HEAD,enum=POST,enum=PUT,enum=DELETE,enum=PATCH"`
	Body        int64             `yaml:"body" form:"bytes" json:",omitempty" doc:"size of the body of each request, such as 1KiB, for methods that have one (default: none)" jsonschema:"minimum=1,maximum=1048576"`
	Headers     map[string]string `yaml:"headers" json:",omitempty" doc:"headers of each request, such as X-User; {session} in a value stands for the number of the session"`
	Sessions    int               `yaml:"sessions" json:",omitempty" doc:"how many sessions the requests belong to, in turn; each keeps cookies as a browser does; with users, in the order of the users (default: none, and cookies are ignored)" jsonschema:"minimum=1,maximum=100000"`
	Rate        Rate              `yaml:"rate" json:",omitempty" doc:"total request rate, such as 20/s (default 10/s); requests keep to this schedule, however slow the answers are"`
	Users       int               `yaml:"users" doc:"closed loop, instead of rate: how many users ask, each with one request at a time (default: none)" jsonschema:"minimum=1,maximum=100000"`
	Think       time.Duration     `yaml:"think" doc:"time that a user thinks after an answer or a failure before it asks again (default: 1 s)"`
	Arrival     string            `yaml:"arrival" doc:"const (default) or poisson: times between requests, or think times, are all the same or random around that mean" jsonschema:"enum=const,enum=poisson"`
	Connections int               `yaml:"connections" doc:"maximum number of open connections (default 1); requests take turns on them; left out with users, each user may have one" jsonschema:"minimum=1,maximum=100000"`
	Mode        string            `yaml:"mode" doc:"new (default: one connection per request), keep-alive (a pool of connections), long-lived (open all connections at the start and use them in turn), or ping (no connections: ICMP echo requests as raw frames, which cost about an eighth; of the other settings only rate, arrival, timeout, start, phase and stop have a meaning)" jsonschema:"enum=new,enum=keep-alive,enum=long-lived,enum=ping"`
	Connect     time.Duration     `yaml:"connect-timeout" doc:"time limit for connecting, with https including the TLS handshake (default 5s)"`
	Timeout     time.Duration     `yaml:"timeout" doc:"time limit from the request to its complete answer (default 10s); of a ping the default is 1s"`
	Idle        time.Duration     `yaml:"idle-timeout" doc:"close keep-alive connections that are idle longer than this (default: never)"`
	KeepAlive   *KeepAlive        `yaml:"tcp-keepalive" doc:"TCP probes on connections that are idle; {} probes after 2 hours, as most systems do (default: no probes)"`
	UserTimeout time.Duration     `yaml:"tcp-user-timeout" doc:"TCP ends a connection on which nothing has been acknowledged for this long, data or probes (default: when 15 retransmissions were in vain, in about a quarter of an hour)"`
	Retries     int               `yaml:"retries" doc:"how many times to retry a failed request (default 0)" jsonschema:"minimum=0,maximum=1000"`
	Start       time.Duration     `yaml:"start" doc:"when the first request is due (default 0)"`
	Phase       time.Duration     `yaml:"phase" doc:"time from the start to the first request, less than the time between two (default: random, from seed and name)"`
	Stop        time.Duration     `yaml:"stop" doc:"when to stop sending requests (default: the end of the run)"`
	// Owners are the nodes by the MAC addresses of their interfaces on the client's
	// segments, if it pings.
	Owners map[string]string `yaml:"-" json:"-"`
	// Nameservers are those of the node.
	Nameservers Nameservers `yaml:"-" json:"-"`
}

// KeepAlive is TCP keepalive.
type KeepAlive struct {
	Idle     time.Duration `yaml:"idle" doc:"how long nothing has come from the peer when the first probe is sent (default 2h)"`
	Interval time.Duration `yaml:"interval" doc:"time between probes (default 75s)"`
	Count    int           `yaml:"count" doc:"how many probes in a row are unanswered when the connection ends, one interval after the last (default 9)" jsonschema:"minimum=1,maximum=127"`
}

// WithDefaults returns a copy with every default filled in.
func (k KeepAlive) WithDefaults() KeepAlive {
	k.Idle = cmp.Or(k.Idle, 2*time.Hour)
	k.Interval = cmp.Or(k.Interval, 75*time.Second)
	k.Count = cmp.Or(k.Count, 9)
	return k
}

// WithDefaults returns a copy with every default filled in. Stop stays zero,
// which means the end of the run.
func (c Client) WithDefaults() Client {
	if c.Pings() {
		return c.withPingDefaults()
	}
	if c.Users > 0 {
		c.Think = cmp.Or(c.Think, time.Second)
	} else {
		c.Rate = cmp.Or(c.Rate, 10)
	}
	c.Resolve = cmp.Or(c.Resolve, ResolveTTL)
	c.Arrival = cmp.Or(c.Arrival, ArrivalConst)
	c.Connections = cmp.Or(c.Connections, c.Users, 1)
	c.Mode = cmp.Or(c.Mode, ModeNew)
	c.Connect = cmp.Or(c.Connect, 5*time.Second)
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	if c.KeepAlive != nil {
		k := c.KeepAlive.WithDefaults()
		c.KeepAlive = &k
	}
	return c
}

// MeanRate is the total request rate; of users, if answers take no time. The
// client must be complete.
func (c Client) MeanRate() Rate {
	if c.Users > 0 {
		return Rate(float64(c.Users) / c.Think.Seconds())
	}
	return c.Rate
}

// Complete implements Program.
func (c Client) Complete(at Place) Program {
	c = c.WithDefaults()
	if c.Pings() {
		c.Owners = ownersOf(at)
		return &c
	}
	c.Nameservers = at.Node.Nameservers
	if c.Certificate == "" {
		c.Certificate = c.onlyCertificate(at)
	}
	return &c
}

// Problems implements Program.
func (c Client) Problems(at Place) []Problem {
	k := at.check()
	if c.Pings() {
		c.pingProblems(k, at)
	} else {
		k.target([]string{"target"}, at.Node, c.Target, SchemeHTTP, SchemeHTTPS, SchemeFTP)
		k.resolve(c.Resolve, c.Target)
		c.checkCertificate(k, at.Node)
		c.checkUsers(k)
		c.checkHeaders(k)
	}
	if c.Phase != 0 {
		c.checkPhase(k)
	}
	if c.Stop != 0 && c.Stop <= c.Start {
		k.fail([]string{"stop"}, "got %s, want an instant after start, %s", c.Stop, c.Start)
	}
	return k.problems
}

// checkUsers checks what depends on whether users ask.
func (c Client) checkUsers(k *checker) {
	switch {
	case c.Users > 0 && c.Rate > 0:
		k.fail([]string{"rate"}, "got %s and %d users: users ask when they have thought, want one of both", c.Rate, c.Users)
	case c.Users > 0 && c.Sessions > c.Users:
		k.fail([]string{"sessions"}, "got %d, want at most one for each of the %d users", c.Sessions, c.Users)
	case c.Users == 0 && c.Think > 0:
		k.fail([]string{"think"}, "got %s without users, who would think", c.Think)
	}
}

// checkPhase checks that there is one phase, and that it lies before the second
// request.
func (c Client) checkPhase(k *checker) {
	complete := c.WithDefaults()
	between := time.Duration(float64(time.Second) / float64(complete.MeanRate()))
	switch {
	case c.Users > 0 || complete.Arrival != ArrivalConst:
		k.fail([]string{"phase"}, "got %s, but the requests are not evenly spaced", c.Phase)
	case c.Phase >= between:
		k.fail([]string{"phase"}, "got %s, want less than the time between two requests, %s", c.Phase, between)
	}
}

// Addresses implements Program.
func (Client) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Client) ServiceNames() []string { return nil }

// Properties implements Program.
func (Client) Properties() []Property { return nil }

// Faults implements Program.
func (Client) Faults() []string { return nil }

// target checks the URL of a server, which must have one of the schemes.
// CheckFields reports a missing one.
func (c *checker) target(path []string, n Node, url string, schemes ...string) {
	target, err := ParseTarget(url)
	scheme, _, whole := strings.Cut(url, "://")
	switch {
	case url == "":
	case whole && !slices.Contains(schemes, strings.ToLower(scheme)):
		c.fail(path, "got %q, want a URL that begins with %s", url, AnyOf(scheme, schemes))
	case err != nil:
		c.fail(path, "%v", err)
	case target.Name != "":
		c.named(path, n, target)
	default:
		c.reach(path, n, target.Address.Addr())
	}
}

// reach checks that a node has a route to an address, and warns if no node has
// that address.
func (c *checker) reach(path []string, n Node, a netip.Addr) {
	if !c.held(a) {
		c.warn(path, "no node has the address %s", a)
	} else if !n.onLink(a) && !n.Default.IsValid() {
		c.fail(path, "%s is not on one of the node's segments, want a default-route", a)
	}
}

// Target is what a URL points to.
type Target struct {
	Scheme  string         // one of those below
	Address netip.AddrPort // of a name only the port
	Name    string         // empty: the host is an address
	Host    string         // as in the URL, for the header of that name
	Path    string         // with the query
}

// The schemes of URLs.
const (
	SchemeHTTP  = "http"
	SchemeHTTPS = "https"
	SchemeFTP   = "ftp"
	SchemeLDAP  = "ldap"
	SchemeTCP   = "tcp" // any protocol over TCP
)

// defaultPorts are the ports of URLs without one; 0: a URL must have one.
var defaultPorts = map[string]int{SchemeHTTP: DefaultPort, SchemeHTTPS: DefaultTLSPort, SchemeFTP: DefaultFTPPort, SchemeLDAP: DefaultLDAPPort, SchemeTCP: 0}

// Where is the address and port of a target, or its name and port.
func (t Target) Where() string {
	if t.Name == "" {
		return t.Address.String()
	}
	return fmt.Sprintf("%s:%d", t.Name, t.Address.Port())
}

// ParseTarget reads the URL of a server. The host is an address or a name,
// which becomes lower-case. The error names the part that is wrong.
func ParseTarget(text string) (Target, error) {
	bad := func(format string, args ...any) (Target, error) {
		return Target{}, fmt.Errorf("got %q, want "+format, append([]any{text}, args...)...)
	}
	const whole = "a URL such as http://192.0.2.100/"
	u, err := url.Parse(text)
	if err != nil {
		return bad("%s: %s", whole, cause(err))
	}
	usual, known := defaultPorts[u.Scheme]
	switch {
	case !known || u.Hostname() == "":
		return bad(whole)
	case usual == 0 && u.Port() == "":
		return bad("a port: %s has no default", u.Scheme)
	case u.User != nil:
		return bad("no user in the URL: the bench sends none")
	case u.Fragment != "":
		return bad("no fragment #%s: clients do not send it", u.Fragment)
	}
	host, err := netip.ParseAddr(u.Hostname())
	name := strings.ToLower(u.Hostname())
	switch {
	case err != nil && strings.Trim(u.Hostname(), "0123456789.") == "":
		return bad("an IPv4 address as its host, four numbers from 0 to 255")
	case err != nil:
		if err := checkHost(name); err != nil {
			return bad("an address or a name such as app.example as its host: %w", err)
		}
	case !host.Is4():
		return bad("an IPv4 address as its host: the bench has no IPv6")
	case host.IsUnspecified() || host.IsMulticast() || host == everyone:
		return bad("the address of one host: no server has %s", host)
	}
	if err == nil {
		name = ""
	}
	port, err := strconv.ParseUint(cmp.Or(u.Port(), strconv.Itoa(usual)), 10, 16)
	if err != nil || port == 0 {
		return bad("a port from 1 to 65535, not %s", u.Port())
	}
	return Target{u.Scheme, netip.AddrPortFrom(host, uint16(port)), name, u.Host, u.RequestURI()}, nil
}

// everyone is the address of all hosts of a segment.
var everyone = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// cause is what package url says is wrong, without the URL and the operation.
func cause(err error) string {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err.Error()
	}
	return err.Error()
}
