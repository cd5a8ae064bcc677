package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Cell is the deployment manager of a WebSphere cell: it tells gateways which
// servers the clusters of the cell have, and their weights, as the ODCInfo
// servlet does for the product (spec/failover.md §6.6). It does not look at the
// servers: like the real one it can be wrong about them, and faults say when it
// learns of a change.
type Cell struct {
	Port     int                              `yaml:"port" doc:"TCP port (default 9080)" jsonschema:"minimum=1,maximum=65535"`
	Mode     string                           `yaml:"mode" doc:"ok (default), or what is wrong with it from the start: stale (it goes on giving the document that it had), empty (its clusters have no servers), garbage (it answers with what is no document), slow (it sends a byte per second), hang (it answers nothing); set CELL cell.mode changes it" jsonschema:"enum=ok,enum=stale,enum=empty,enum=garbage,enum=slow,enum=hang"`
	Clusters map[string]map[string]CellMember `yaml:"clusters" doc:"the servers of each cluster by name, such as app: {s1: {weight: 2}, s2: {}}; their names are the clone ids of their session cookies" jsonschema:"required"`
}

// CellMember is a server of a cluster.
type CellMember struct {
	Address netip.Addr `yaml:"address,short" doc:"its address (default: that of the node of the same name)"`
	Port    int        `yaml:"port" doc:"its TCP port (default 80)" jsonschema:"minimum=1,maximum=65535"`
	Weight  *int       `yaml:"weight" doc:"its share of the requests, 0 for no new sessions (default 1); set CELL weight.CLUSTER.SERVER changes it" jsonschema:"maximum=65000"`
	Stopped bool       `yaml:"stopped" doc:"the cell does not list it until set CELL member.CLUSTER.SERVER on (default off)"`
}

// CellService is the service of a cell, and CellPath where it is.
const (
	CellService     = "odcinfo"
	CellPath        = "/odcinfo"
	DefaultCellPort = 9080
	weightMax       = 65000 // of a member: spec/failover.md §6.2
)

// The modes of a cell; Cell.Mode says what they are.
const (
	CellOK      = "ok"
	CellStale   = "stale"
	CellEmpty   = "empty"
	CellGarbage = "garbage"
	CellSlow    = "slow"
	CellHang    = "hang"
)

// CellModes lists the modes of a cell.
func CellModes() []string {
	return []string{CellOK, CellStale, CellEmpty, CellGarbage, CellSlow, CellHang}
}

// Complete implements Program.
func (k Cell) Complete(at Place) Program {
	k.Port = cmp.Or(k.Port, DefaultCellPort)
	k.Mode = cmp.Or(k.Mode, CellOK)
	clusters := map[string]map[string]CellMember{}
	for _, cluster := range Names(k.Clusters) {
		clusters[cluster] = map[string]CellMember{}
		for _, name := range Names(k.Clusters[cluster]) {
			clusters[cluster][name] = k.Clusters[cluster][name].withDefaults(at.Topology, name)
		}
	}
	k.Clusters = clusters
	return &k
}

// withDefaults returns a copy with every default filled in.
func (m CellMember) withDefaults(t Topology, name string) CellMember {
	if !m.Address.IsValid() {
		m.Address = t.addressOf(name)
	}
	m.Port = cmp.Or(m.Port, DefaultPort)
	if m.Weight == nil {
		weight := 1
		m.Weight = &weight
	}
	return m
}

// addressOf returns the first own address of a node; the zero address if there
// is no such node.
func (t Topology) addressOf(node string) netip.Addr {
	n := t.Nodes[node]
	for _, iface := range Names(n.NICs) {
		return n.NICs[iface].Address.Addr()
	}
	return netip.Addr{}
}

// Problems implements Program.
func (k Cell) Problems(at Place) []Problem {
	c := at.check()
	for _, cluster := range Names(k.Clusters) {
		path := []string{"clusters", cluster}
		c.name(path)
		if got := len(k.Clusters[cluster]); got > cellMembersMax {
			c.fail(path, "got %d servers, want at most %d", got, cellMembersMax)
		}
		for _, name := range Names(k.Clusters[cluster]) {
			at, a := At(path, name), k.Clusters[cluster][name].Address
			if !IsMemberName(name) {
				c.fail(at, "got %q, want lower-case letters, digits, dots and dashes", name)
			}
			switch {
			case !a.IsValid():
				c.fail(at, "address is missing: no node is called %s", name)
			case !a.Is4() || a.IsMulticast() || a.IsUnspecified():
				c.fail(At(at, "address"), "got %s, want the IPv4 address of a host", a)
			case !c.held(a):
				c.warn(At(at, "address"), "no node has the address %s", a)
			}
		}
	}
	return c.problems
}

// cellMembersMax is how many members a group takes.
const cellMembersMax = 256

// listens implements listener.
func (k Cell) listens() []port { return []port{onAll("cell", k.Port, "cell", "port")} }

// Addresses implements Program.
func (Cell) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Cell) ServiceNames() []string { return []string{CellService} }

// The properties of a cell: its mode, and of each server its weight and whether
// it is listed.
const (
	CellModeProperty   = "cell.mode"
	CellWeightProperty = "weight."
	CellMemberProperty = "member."
)

// Properties implements Program.
func (k Cell) Properties() []Property {
	all := append(serviceSwitches(k), Property{
		Name: CellModeProperty, Want: strings.Join(CellModes(), ", "),
		Takes: func(v string) bool { return slices.Contains(CellModes(), v) },
		Value: k.Mode, Unset: CellOK,
	})
	for _, cluster := range Names(k.Clusters) {
		for _, name := range Names(k.Clusters[cluster]) {
			m, listed := k.Clusters[cluster][name], Switch(CellMemberProperty+cluster+"."+name)
			if m.Stopped {
				listed.Value = "off"
			}
			all = append(all, listed, Property{
				Name: CellWeightProperty + cluster + "." + name, Want: "0 to 65000",
				Takes: func(v string) bool { _, err := number(v, 0, weightMax); return err == nil },
				Value: strconv.Itoa(*m.Weight), Unset: "0",
			})
		}
	}
	return all
}

// Faults implements Program.
func (Cell) Faults() []string { return nil }
