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
	Servers        []LBServer       `yaml:"server" doc:"the members, in their order" jsonschema:"required"`
	HealthCheck    *LBHealthCheck   `yaml:"health-check" doc:"checks of the members; {} for the product's defaults (default: none, members are judged by requests alone)"`
	Affinity       *SessionAffinity `yaml:"session-affinity" doc:"keeps the requests of one session on one member; {} for the product's defaults (default: none)"`
}

// LBServer is a member of a group.
type LBServer struct {
	Address    netip.Addr `yaml:"address,short" doc:"address of the member" jsonschema:"required"`
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
}

// At returns the address and port to which a service forwards the requests for
// the member.
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
			s.Name = cmp.Or(t.holder(s.Address), s.Address.String())
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
		if len(g.Servers) == 0 {
			c.fail(At(at, "server"), "got no member, want at least one")
		}
		c.lbServers(At(at, "server"), n, g)
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
		if s.Address.IsValid() {
			if !s.Address.Is4() {
				c.fail(At(at, "address"), "got %s, want an IPv4 address", s.Address)
			} else if s.Address != loopback {
				c.reach(At(at, "address"), n, s.Address)
			}
		}
		if first, twice := taken[s.Name]; twice {
			c.fail(at, "member %d is also called %s: give one of them another name", first+1, s.Name)
		}
		taken[s.Name] = i
		p := place{s.Address, s.MappedPort}
		if first, twice := where[p]; twice && s.Address.IsValid() {
			c.fail(at, "member %d is also at %s and the same port", first+1, s.Address)
		}
		where[p] = i
		if !isMemberName(s.Name) {
			c.fail(At(at, "name"), "got %q, want letters, digits, dots and dashes", s.Name)
		}
	}
}

// isMemberName reports whether a text can name a member in a fault.
func isMemberName(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return name != ""
}

func (c *checker) affinity(path []string, a SessionAffinity) {
	if len(a.Domain) > 0 && a.Domain[0] == '.' {
		c.fail(At(path, "insertion-domain"), "got %q, want no dot at its beginning", a.Domain)
	}
	if a.Path[0] != '/' {
		c.fail(At(path, "insertion-path"), "got %q, want a path that begins with /", a.Path)
	}
}

// memberProperties are the administrative states of the members of all groups.
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

// MemberNames lists the members of each group. The gateway must be completed.
func (g Gateway) MemberNames() map[string][]string {
	all := map[string][]string{}
	for name, group := range g.Groups { // order: into a map
		for _, s := range group.Servers {
			all[name] = append(all[name], s.Name)
		}
	}
	return all
}
