package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// WebSphereCell is where a load-balancer group gets its members and their
// weights: the product's WCCService, spec/failover.md §6.6. What a group does
// with a cell that does not answer, or not as it should, is documented nowhere;
// the bench's groups keep the list that they have.
type WebSphereCell struct {
	Address  netip.AddrPort `yaml:"address,short" doc:"address and port of the deployment manager's ODCInfo servlet, such as 192.0.2.60:9080" jsonschema:"required"`
	Update   string         `yaml:"update-type" doc:"poll (default: ask again and again) or subscribe (the cell holds each request until something changes)" jsonschema:"enum=poll,enum=subscribe"`
	Interval time.Duration  `yaml:"time-interval" doc:"with poll: time from one request to the next; with subscribe: how long a request is held; 1s to 86400s (default 10s)"`
}

// How a group learns of changes in a cell.
const (
	UpdatePoll      = "poll"
	UpdateSubscribe = "subscribe"
)

// DefaultCellInterval is the default of WebSphereCell.Interval.
const DefaultCellInterval = 10 * time.Second

// withDefaults returns a copy with every default filled in.
func (w WebSphereCell) withDefaults() WebSphereCell {
	w.Update = cmp.Or(w.Update, UpdatePoll)
	w.Interval = cmp.Or(w.Interval, DefaultCellInterval)
	return w
}

// lbCell checks where a group of a gateway gets its members.
func (c *checker) lbCell(path []string, n Node, g LBGroup) {
	if !g.RetrieveInfo {
		for _, k := range []struct {
			name string
			set  bool
		}{
			{"websphere-cell", g.Cell != nil}, {"wlm-group", g.WLMGroup != ""}, {"appl-routing", g.ApplicationRouting},
			{"session-affinity.override", g.Affinity != nil && g.Affinity.Override},
		} {
			if k.set {
				c.fail(At(path, strings.Split(k.name, ".")...), "it is for retrieve-wlm-info, which is off")
			}
		}
		return
	}
	if g.WLMGroup == "" {
		c.fail(path, "wlm-group is missing: retrieve-wlm-info is about one cluster of the cell")
	}
	if g.WLMTransport == SchemeHTTPS {
		c.fail(At(path, "wlm-transport"), "got https, want http: the bench forwards to members without TLS")
	}
	if g.Cell == nil {
		c.fail(path, "websphere-cell is missing: retrieve-wlm-info asks it for the members")
		return
	}
	at := At(path, "websphere-cell")
	if d := g.Cell.Interval; d < time.Second || d > 86400*time.Second {
		c.fail(At(at, "time-interval"), "got %s, want 1s to 86400s", d)
	}
	if g.ApplicationRouting && g.Cell.Update != UpdateSubscribe {
		c.fail(At(path, "appl-routing"), "got on, want off: it needs a websphere-cell with update-type subscribe")
	}
	c.cellOf(path, n, g)
}

// cellOf checks that there is what a group wants from its cell.
func (c *checker) cellOf(path []string, n Node, g LBGroup) {
	at, a := At(path, "websphere-cell", "address"), g.Cell.Address
	switch {
	case !a.IsValid(): // the rule of the field says so
		return
	case !a.Addr().Is4() || a.Port() == 0:
		c.fail(at, "got %s, want an IPv4 address and a port, such as 192.0.2.60:9080", a)
		return
	case a.Addr() != loopback:
		c.reach(at, n, a.Addr())
	}
	cell := c.whole.Nodes[c.whole.holder(a.Addr())].Cell
	if cell == nil {
		return // a program that is not the bench's
	}
	if cell.Port != int(a.Port()) {
		c.fail(at, "got port %d, want %d, that of the cell", a.Port(), cell.Port)
	}
	if _, has := cell.Clusters[g.WLMGroup]; !has && g.WLMGroup != "" {
		c.fail(At(path, "wlm-group"), "the cell has no cluster %q, want %s", g.WLMGroup, AnyOf(g.WLMGroup, Names(cell.Clusters)))
	}
}

// MemberNames lists the members that the load-balancer groups of a gateway can
// have: those of the configuration, and those that the cell may list. The
// topology must be completed.
func (t Topology) MemberNames(node string) map[string][]string {
	gateway := t.Nodes[node].Gateway
	if gateway == nil {
		return nil
	}
	all := map[string][]string{}
	for name, g := range gateway.Groups { // order: into a map
		for _, s := range g.Servers {
			all[name] = append(all[name], s.Name)
		}
		if g.Cell == nil {
			continue
		}
		if cell := t.Nodes[t.holder(g.Cell.Address.Addr())].Cell; cell != nil {
			for _, s := range Names(cell.Clusters[g.WLMGroup]) {
				if !slices.Contains(all[name], s) {
					all[name] = append(all[name], s)
				}
			}
		}
	}
	return all
}
