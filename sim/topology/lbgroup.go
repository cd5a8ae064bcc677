package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// LBGroup is a load-balancer group of a gateway. Its keys are the product's
// names: spec/failover.md §6.
type LBGroup struct {
	Algorithm      string           `yaml:"algorithm" doc:"which member gets a request: round-robin (default), weighted-round-robin, least-connections, weighted-least-connections, first-alive, hash" jsonschema:"enum=round-robin,enum=weighted-round-robin,enum=hash,enum=least-connections,enum=first-alive,enum=weighted-least-connections"`
	HashHeader     string           `yaml:"hash-header" doc:"with hash: the request header to hash, such as User-Agent (default: the client's address)"`
	Damp           time.Duration    `yaml:"damp" doc:"how long a member to which a connection has failed is left out, 1s to 86400s (default 120s)"`
	GiveUp         bool             `yaml:"giveup-when-all-members-down" doc:"when no member is up, answer with an error at once instead of trying one: the product's 'Do not bypass down state' (default off)"`
	TryEvery       bool             `yaml:"try-every-server" doc:"after a failed connection try all other members, one after another (default off)"`
	Masquerade     bool             `yaml:"masquerade" doc:"send the group's name as Host instead of the member's (default off)"`
	Mode           string           `yaml:"mode" doc:"where the product's manual and what was observed of it differ: documented (default) or observed" jsonschema:"enum=documented,enum=observed"`
	TryEveryFailed string           `yaml:"try-every-failed" doc:"state of a member that was down and that try-every-server tried in vain, of which the product's texts say both: down (default) or softdown" jsonschema:"enum=down,enum=softdown"`
	Servers        []LBServer       `yaml:"server" doc:"the members, in their order; with retrieve-wlm-info those until the cell has first answered, and only they can be disabled and enabled by name (default: none, which needs a cell)"`
	HealthCheck    *LBHealthCheck   `yaml:"health-check" doc:"checks of the members; {} for the product's defaults (default: none, members are judged by requests alone)"`
	Affinity       *SessionAffinity `yaml:"session-affinity" doc:"keeps the requests of one session on one member; {} for the product's defaults (default: none)"`

	// The rest is about a WebSphere cell.
	RetrieveInfo       bool           `yaml:"retrieve-wlm-info" json:",omitempty" doc:"take the members and their weights from a WebSphere cell, each time that it answers; a server of the same name keeps its health-port and admin-state (default off)"`
	WLMRetrieval       string         `yaml:"wlm-type" json:",omitempty" doc:"where from: use-websphere, the only choice (left out: the same)" jsonschema:"enum=use-websphere"`
	Cell               *WebSphereCell `yaml:"websphere-cell" json:",omitempty" doc:"the cell to ask, such as 192.0.2.60:9080 (default: none)"`
	WLMGroup           string         `yaml:"wlm-group" json:",omitempty" doc:"name of the cell's cluster whose servers are the members"`
	WLMTransport       string         `yaml:"wlm-transport" json:",omitempty" doc:"how requests are forwarded to the members: http, the only one that the bench has, or https (left out: http)" jsonschema:"enum=http,enum=https"`
	ApplicationRouting bool           `yaml:"appl-routing" json:",omitempty" doc:"route by application, which needs a cell with update-type subscribe; no effect beyond that, as the bench's cells have no applications (default off)"`
}

// LBServer is a member of a group.
type LBServer struct {
	Address    netip.Addr `yaml:"address,short" doc:"address of the member"`
	Host       string     `yaml:"host" doc:"name of the member that one of the node's nameservers knows, such as app.example, instead of an address: it is looked up for each connection, by its TTL"`
	Name       string     `yaml:"name" doc:"name of the member in events and faults (default: the node that has the address; with its port if it is several members)"`
	Weight     int        `yaml:"weight" doc:"share of the requests with a weighted algorithm (default 1)" jsonschema:"minimum=1,maximum=65000"`
	MappedPort int        `yaml:"mapped-port" doc:"port of the member (default: the port that the service forwards to)" jsonschema:"minimum=1,maximum=65535"`
	CloneID    string     `yaml:"clone-id" doc:"what the member adds to its own session cookies, for session affinity of mode passive (default: its name)"`
	HealthPort int        `yaml:"health-port" doc:"port for health checks (default: the target-port of the health check)" jsonschema:"minimum=1,maximum=65535"`
	State      string     `yaml:"admin-state" doc:"enabled (default), or disabled: neither checked nor used" jsonschema:"enum=enabled,enum=disabled"`
}

// SessionAffinity keeps sessions on members: spec/failover.md §6.6.
type SessionAffinity struct {
	Mode       string   `yaml:"mode" doc:"active (insert a cookie in the first answer of each session), activeConditional (default: insert it when the answer sets a monitored cookie), passive (insert none; the member's own session cookie says which member it is from)" jsonschema:"enum=active,enum=activeConditional,enum=passive"`
	CookieName string   `yaml:"insertion-cookie-name" doc:"name of the inserted cookie (default DPJSESSIONID)"`
	Path       string   `yaml:"insertion-path" doc:"path of the inserted cookie (default /)"`
	Domain     string   `yaml:"insertion-domain" doc:"domain of the inserted cookie, none for no domain (default datapower.com, which clients of other hosts refuse)"`
	Secure     bool     `yaml:"secure" doc:"clients send the cookie back over https only (default off)"`
	HTTPOnly   bool     `yaml:"httponly" doc:"hide the cookie from scripts (default off)"`
	Monitored  []string `yaml:"monitored-cookie" doc:"with activeConditional: cookies of members that begin a session; with passive: the cookie whose clone id names the member (default JSESSIONID)"`
	Override   bool     `yaml:"override" json:",omitempty" doc:"with retrieve-wlm-info: on for the mode above; off (default): whatever the mode, affinity is passive, by the clone ids of the cell"`
}

// At returns the address and port to which a service forwards the requests for
// the member; of one with a name only the port.
func (s LBServer) At(f Forward) netip.AddrPort {
	return netip.AddrPortFrom(s.Address, uint16(cmp.Or(s.MappedPort, int(f.Port), DefaultPort)))
}

// LBServerEnabled and LBServerDisabled are the administrative states of a
// member.
const (
	LBServerEnabled  = "enabled"
	LBServerDisabled = "disabled"
)

// The defaults of a group: spec/failover.md §6.1, §6.6.
const (
	DefaultDamp         = 120 * time.Second
	DefaultAffinityName = "DPJSESSIONID"
	DefaultDomain       = "datapower.com"
	NoDomain            = "none"
	DefaultSession      = "JSESSIONID"
)

// withDefaults returns a copy with every default filled in.
func (g LBGroup) withDefaults(t Topology) LBGroup {
	g.Algorithm = cmp.Or(g.Algorithm, "round-robin")
	g.Damp = cmp.Or(g.Damp, DefaultDamp)
	g.Mode = cmp.Or(g.Mode, "documented")
	g.TryEveryFailed = cmp.Or(g.TryEveryFailed, "down")
	g.Servers = slices.Clone(g.Servers)
	several := map[netip.Addr]int{}
	for _, s := range g.Servers {
		several[s.Address]++
	}
	for i := range g.Servers {
		s := &g.Servers[i]
		s.Weight = cmp.Or(s.Weight, 1)
		s.State = cmp.Or(s.State, LBServerEnabled)
		if s.Name == "" {
			s.Name = cmp.Or(s.Host, t.holder(s.Address), s.Address.String())
			if several[s.Address] > 1 && s.MappedPort != 0 {
				s.Name += "-" + strconv.Itoa(s.MappedPort)
			}
		}
		s.CloneID = cmp.Or(s.CloneID, s.Name)
	}
	if g.HealthCheck != nil {
		check := g.HealthCheck.withDefaults()
		g.HealthCheck = &check
	}
	if g.Cell != nil {
		cell := g.Cell.withDefaults()
		g.Cell = &cell
	}
	if g.Affinity != nil {
		affinity := g.Affinity.withDefaults()
		g.Affinity = &affinity
	}
	return g
}

// withDefaults returns a copy with every default filled in.
func (a SessionAffinity) withDefaults() SessionAffinity {
	a.Mode = cmp.Or(a.Mode, "activeConditional")
	a.CookieName = cmp.Or(a.CookieName, DefaultAffinityName)
	a.Path = cmp.Or(a.Path, "/")
	a.Domain = cmp.Or(a.Domain, DefaultDomain)
	if a.Monitored == nil {
		a.Monitored = []string{DefaultSession}
	}
	return a
}

// holder returns the node that has an address of its own; empty if none has.
func (t Topology) holder(a netip.Addr) string {
	for _, name := range Names(t.Nodes) {
		for _, nic := range t.Nodes[name].NICs { // order: any will do
			if nic.Address.Addr() == a {
				return name
			}
		}
	}
	return ""
}

// lbGroups checks the load-balancer groups of a gateway.
func (c *checker) lbGroups(path []string, n Node) {
	for _, name := range Names(n.Gateway.Groups) {
		at := At(path, name)
		c.name(at)
		g := n.Gateway.Groups[name]
		if g.Damp < time.Second || g.Damp > 86400*time.Second {
			c.fail(At(at, "damp"), "got %s, want 1s to 86400s", g.Damp)
		}
		if g.HashHeader != "" && g.Algorithm != "hash" {
			c.fail(At(at, "hash-header"), "got %q, want none: %s does not hash", g.HashHeader, g.Algorithm)
		}
		if len(g.Servers) == 0 && !g.RetrieveInfo {
			c.fail(At(at, "server"), "got no member, want at least one, or retrieve-wlm-info")
		}
		c.lbServers(At(at, "server"), n, g)
		c.lbCell(at, n, g)
		if g.HealthCheck != nil {
			c.lbHealthCheck(At(at, "health-check"), *g.HealthCheck)
		}
		if g.Affinity != nil {
			c.affinity(At(at, "session-affinity"), *g.Affinity)
		}
	}
}

func (c *checker) lbServers(path []string, n Node, g LBGroup) {
	taken := map[string]int{}
	type place struct {
		address netip.Addr
		port    int
	}
	where := map[place]int{}
	for i, s := range g.Servers {
		at := At(path, fmt.Sprint(i))
		c.lbServer(at, n, s)
		if first, twice := taken[s.Name]; twice {
			c.fail(at, "member %d is also called %s: give one of them another name", first+1, s.Name)
		}
		taken[s.Name] = i
		p := place{s.Address, s.MappedPort}
		if first, twice := where[p]; twice && s.Address.IsValid() {
			c.fail(at, "member %d is also at %s and the same port", first+1, s.Address)
		}
		where[p] = i
		if !IsMemberName(s.Name) {
			c.fail(At(at, "name"), "got %q, want letters, digits, dots and dashes", s.Name)
		}
	}
}

// lbServer checks where a member is.
func (c *checker) lbServer(at []string, n Node, s LBServer) {
	switch {
	case s.Host != "" && s.Address.IsValid():
		c.fail(At(at, "host"), "got %s and the address %s, want one of both", s.Host, s.Address)
	case s.Host != "" && checkHost(s.Host) != nil:
		c.fail(At(at, "host"), "%v", checkHost(s.Host))
	case s.Host != "":
		c.named(At(at, "host"), n, Target{Name: s.Host, Address: netip.AddrPortFrom(netip.Addr{}, DefaultPort)})
	case !s.Address.IsValid():
		c.fail(at, "address is missing, or host")
	case !s.Address.Is4():
		c.fail(At(at, "address"), "got %s, want an IPv4 address", s.Address)
	case s.Address != loopback:
		c.reach(At(at, "address"), n, s.Address)
	}
}

// memberNameMax is the limit of the name of a host (RFC 1035 §2.3.4), as which
// members get requests.
const memberNameMax = 253

// IsMemberName reports whether a text can name a member, in a fault and as the
// host of a request.
func IsMemberName(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return name != "" && len(name) <= memberNameMax
}

func (c *checker) affinity(path []string, a SessionAffinity) {
	if len(a.Domain) > 0 && a.Domain[0] == '.' {
		c.fail(At(path, "insertion-domain"), "got %q, want no dot at its beginning", a.Domain)
	}
	if a.Path[0] != '/' {
		c.fail(At(path, "insertion-path"), "got %q, want a path that begins with /", a.Path)
	}
}

// memberProperties are the administrative states of the configured members of
// all groups. Members that only a cell lists have none.
func (g Gateway) memberProperties() []Property {
	var all []Property
	for _, name := range Names(g.Groups) {
		for _, s := range g.Groups[name].Servers {
			all = append(all, Property{
				Name: MemberProperty(name, s.Name), Want: "enabled or disabled",
				Takes: func(v string) bool { return v == LBServerEnabled || v == LBServerDisabled },
				Value: s.State, Unset: LBServerDisabled,
			})
		}
	}
	return all
}

// MemberProperty names the administrative state of a member of a group.
func MemberProperty(group, member string) string { return "group." + group + "." + member }
