package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Resolver is a DNS server that is the authority for the names of one domain:
// its answers have the whole TTL. With health checks it is a global load
// balancer (GSLB): spec/failover.md F22. It is asked by UDP at its own address.
type Resolver struct {
	Domain  string            `yaml:"domain" doc:"domain of the names (default example), so that the record app is app.example"`
	Records map[string]Record `yaml:"records" doc:"addresses by name, without the domain" jsonschema:"required"`
}

// Record is the addresses of one name.
type Record struct {
	Addresses []netip.Addr  `yaml:"addresses,short" doc:"addresses to answer with; one that is down is left out" jsonschema:"required"`
	TTL       time.Duration `yaml:"ttl" doc:"how long an answer may be kept, in whole seconds (default 30s)" jsonschema:"minimum=1s,maximum=168h"`
	Policy    string        `yaml:"policy" doc:"order of the addresses: failover (default: as listed, so that clients use the first that is up) or round-robin (each answer begins with the next one)" jsonschema:"enum=failover,enum=round-robin"`
	Check     *RecordCheck  `yaml:"check" doc:"health check of each address; {} connects to port 80 (default: none, all are up)"`
	AllDown   string        `yaml:"all-down" doc:"the answer while every address is down: all (default: every address, as most load balancers do) or none" jsonschema:"enum=all,enum=none"`
}

// RecordCheck is a health check of the addresses of a record. Until it has
// enough results, an address is up.
type RecordCheck struct {
	Check    `yaml:",inline"`
	Port     int           `yaml:"port" doc:"port to check (default 80)" jsonschema:"minimum=1,maximum=65535"`
	Path     string        `yaml:"path" doc:"path to ask for, by HTTP (default /)"`
	Interval time.Duration `yaml:"interval" doc:"time from one check to the next (default 2s)"`
	Rise     int           `yaml:"rise" doc:"successful checks in a row before the address is up (default 2)" jsonschema:"minimum=1,maximum=1000"`
	Fall     int           `yaml:"fall" doc:"failed checks in a row before the address is down (default 3)" jsonschema:"minimum=1,maximum=1000"`
}

// ResolverService is the service of a resolver.
const ResolverService = "dns"

// defaultDomain is reserved for examples: RFC 2606 §2.
const defaultDomain = "example"

const defaultTTL = 30 * time.Second

// addressesMax is how many addresses fit into an answer by UDP, of 512 bytes:
// a header of 12, a question of at most 259, and 16 for each address (RFC 1035
// §4).
const addressesMax = 15

// Orders of the addresses in an answer, and answers while all are down.
const (
	PolicyFailover   = "failover"
	PolicyRoundRobin = "round-robin"

	AllDownAll  = "all"
	AllDownNone = "none"
)

// Probe returns the check of one address, complete.
func (c RecordCheck) Probe(a netip.Addr) Probe {
	p := Probe{
		Target: "http://" + netip.AddrPortFrom(a, uint16(cmp.Or(c.Port, DefaultPort))).String() + cmp.Or(c.Path, "/"),
		Check:  c.Check, Interval: c.Interval, Rise: c.Rise, Fall: c.Fall,
	}
	return *p.Complete(Place{}).(*Probe)
}

// Complete implements Program.
func (r Resolver) Complete(Place) Program {
	r.Domain = cmp.Or(r.Domain, defaultDomain)
	records := map[string]Record{}
	for _, name := range Names(r.Records) {
		records[name] = r.Records[name].withDefaults()
	}
	r.Records = records
	return &r
}

func (r Record) withDefaults() Record {
	r.TTL = cmp.Or(r.TTL, defaultTTL)
	r.Policy = cmp.Or(r.Policy, PolicyFailover)
	r.AllDown = cmp.Or(r.AllDown, AllDownAll)
	if r.Check != nil {
		p := r.Check.Probe(netip.IPv4Unspecified())
		r.Check = &RecordCheck{
			Check: p.Check, Port: cmp.Or(r.Check.Port, DefaultPort), Path: cmp.Or(r.Check.Path, "/"),
			Interval: p.Interval, Rise: p.Rise, Fall: p.Fall,
		}
	}
	return r
}

// Problems implements Program.
func (r Resolver) Problems(at Place) []Problem {
	c := at.check()
	if err := checkHost(r.Domain); err != nil {
		c.fail([]string{"domain"}, "%v", err)
	}
	for _, name := range Names(r.Records) {
		c.record([]string{"records", name}, at.Node, r.Records[name])
	}
	return c.problems
}

func (c *checker) record(path []string, n Node, r Record) {
	c.name(path)
	if len(r.Addresses) > addressesMax {
		c.fail(At(path, "addresses"), "got %d, want at most %d: an answer by UDP has no room for more", len(r.Addresses), addressesMax)
	}
	for i, a := range r.Addresses {
		at := At(path, "addresses", fmt.Sprint(i))
		switch {
		case !a.Is4() || a.IsMulticast() || a.IsUnspecified():
			c.fail(at, "got %s, want the IPv4 address of a host", a)
		case slices.Contains(r.Addresses[:i], a):
			c.fail(at, "%s is in the list twice", a)
		case r.Check != nil:
			c.reach(at, n, a)
		case !c.held(a):
			c.warn(at, "no node has the address %s", a)
		}
	}
	if r.TTL%time.Second != 0 {
		c.fail(At(path, "ttl"), "got %s, want whole seconds", r.TTL)
	}
	if r.Check == nil {
		return
	}
	at := At(path, "check")
	c.probing(at, r.Check.Probe(netip.IPv4Unspecified()))
	if _, err := ParseTarget("http://192.0.2.1" + r.Check.Path); err != nil || !strings.HasPrefix(r.Check.Path, "/") {
		c.fail(At(at, "path"), "got %q, want a path such as /health", r.Check.Path)
	}
}

// Addresses implements Program.
func (Resolver) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Resolver) ServiceNames() []string { return []string{ResolverService} }

// The properties of a record: its addresses, and record.NAME.ttl.
const (
	recordProperty = "record."
	ttlProperty    = ".ttl"
)

// NoAddresses is the value of a record that has been deleted.
const NoAddresses = "none"

// Properties implements Program.
func (r Resolver) Properties() []Property {
	all := serviceSwitches(r)
	for _, name := range Names(r.Records) {
		record := r.Records[name]
		all = append(all, Property{
			Name: recordProperty + name, Want: "addresses with commas between them, such as 192.0.2.11,192.0.2.12, or none",
			Takes: func(v string) bool { _, err := ParseAddresses(v); return err == nil },
			Value: JoinAddresses(record.Addresses), Unset: NoAddresses,
		}, Property{
			Name: recordProperty + name + ttlProperty, Want: "whole seconds, such as 30s, up to 168h",
			Takes: func(v string) bool {
				d, err := time.ParseDuration(v)
				return err == nil && d >= time.Second && d <= 168*time.Hour && d%time.Second == 0
			},
			Value: record.TTL.String(), Unset: defaultTTL.String(),
		})
	}
	return all
}

// RecordProperty takes the name of a property apart: the record, and whether it
// is about its TTL.
func RecordProperty(property string) (record string, ttl bool) {
	return strings.CutSuffix(strings.TrimPrefix(property, recordProperty), ttlProperty)
}

// ParseAddresses reads what JoinAddresses writes.
func ParseAddresses(text string) ([]netip.Addr, error) {
	if text == NoAddresses {
		return nil, nil
	}
	var all []netip.Addr
	for part := range strings.SplitSeq(text, ",") {
		a, err := netip.ParseAddr(part)
		if err != nil || !a.Is4() || slices.Contains(all, a) || len(all) == addressesMax {
			return nil, fmt.Errorf("got %q, want different IPv4 addresses with commas between them, at most %d", text, addressesMax)
		}
		all = append(all, a)
	}
	return all, nil
}

// JoinAddresses returns addresses as text: 192.0.2.11,192.0.2.12, or none.
func JoinAddresses(all []netip.Addr) string {
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = a.String()
	}
	return cmp.Or(strings.Join(texts, ","), NoAddresses)
}

// Faults implements Program.
func (Resolver) Faults() []string { return nil }

// names lists the names that it knows, sorted. It need not be complete.
func (r Resolver) names() (all []string) {
	for _, name := range Names(r.Records) {
		all = append(all, r.FullName(name))
	}
	return all
}

// FullName returns the name by which clients ask for a record.
func (r Resolver) FullName(record string) string {
	return record + "." + cmp.Or(r.Domain, defaultDomain)
}
