package world

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/node/gateway"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/traffic"
)

// Node is a machine of the world and what runs on it. Members, gateway, client
// and back end are nil or empty while the machine is down.
type Node struct {
	world   *World
	name    string
	host    *host.Host
	running topology.Node // configuration in effect
	saved   topology.Node // what a reboot finds
	members map[string]*member.Member
	gateway *gateway.Gateway
	client  *traffic.Client
	backend *traffic.Backend
}

func newNode(w *World, name string, cfg topology.Node) *Node {
	n := &Node{world: w, name: name, running: clone(cfg), saved: clone(cfg), members: map[string]*member.Member{}}
	n.host = host.New(w.loop, host.Config{
		Name: name, Cores: cfg.CPU.Cores, BootTime: cfg.Boot, ARP: host.ARPPolicy(cfg.ARP), ARPAge: cfg.ARPAge,
		Memory: cfg.Memory.Limit, Log: w.log, ClockSkew: cfg.Clock.Skew, Drift: cfg.Clock.Drift,
	})
	for _, iface := range slices.Sorted(maps.Keys(cfg.NICs)) {
		nic := cfg.NICs[iface]
		mac, err := host.ParseMAC(nic.MAC)
		if err != nil { // defaults and validation have been applied
			panic(err)
		}
		port := n.host.AddNIC(iface, mac, nic.Address, w.fabric.Segment(nic.Segment))
		if cfg.Default.IsValid() && nic.Address.IsValid() && nic.Address.Masked().Contains(cfg.Default) {
			port.SetGateway(cfg.Default)
		}
	}
	for _, property := range cfg.Unsaved {
		forget(&n.saved, property)
	}
	n.host.OnBoot(n.boot)
	if cfg.Memory.Policy == "die" {
		n.host.Memory().OnFull(n.outOfMemory)
	}
	return n
}

// clone copies what a run may change.
func clone(n topology.Node) topology.Node {
	n.NICs, n.Standby = maps.Clone(n.NICs), maps.Clone(n.Standby)
	return n
}

// Host returns the machine.
func (n *Node) Host() *host.Host { return n.host }

// Member returns the member of a standby group on an interface, or nil.
func (n *Node) Member(iface string) *member.Member { return n.members[iface] }

// Members returns all members by interface, in order.
func (n *Node) Members() []*member.Member {
	var all []*member.Member
	for _, iface := range slices.Sorted(maps.Keys(n.members)) {
		all = append(all, n.members[iface])
	}
	return all
}

// boot starts what the configuration says, services before the members that
// attract requests to them.
func (n *Node) boot() {
	cfg := n.running
	if cfg.Router != nil {
		n.host.SetForwarding(true)
	}
	if cfg.Backend != nil {
		n.backend = traffic.NewBackend(n.host, *cfg.Backend)
	}
	if cfg.Gateway != nil {
		n.gateway = gateway.New(n.host, *cfg.Gateway, cfg.Memory, n.vips())
	}
	for _, iface := range slices.Sorted(maps.Keys(cfg.Standby)) {
		n.startMember(iface)
	}
	if cfg.Client != nil {
		n.startClient(*cfg.Client)
	}
}

func (n *Node) startClient(cfg topology.Client) {
	client, err := traffic.NewClient(n.host, cfg, n.world.ledger)
	if err != nil { // validated before
		n.world.loop.Fail(err)
		return
	}
	n.client = client
}

// startMember runs standby control on an interface, if that has an address:
// without one there is nothing to send hellos from (spec/failover.md F14).
func (n *Node) startMember(iface string) {
	nic := n.host.NIC(iface)
	if nic == nil || !nic.Address().IsValid() {
		return
	}
	freeze := n.running.Gateway != nil && n.running.Gateway.OnVIPLoss == "freeze"
	n.members[iface] = member.Start(n.host, nic, memberConfig(n.running.Standby[iface], nic.Address().Addr(), freeze))
}

// vips returns the virtual IPs of the node's groups, primary ones first.
func (n *Node) vips() []netip.Addr {
	var vips []netip.Addr
	for _, iface := range slices.Sorted(maps.Keys(n.running.Standby)) {
		s := n.running.Standby[iface]
		if s.VIP.IsValid() {
			vips = append(vips, s.VIP)
		}
		vips = append(vips, s.Secondary...)
	}
	return vips
}

// crash cuts the power and forgets what was not saved.
func (n *Node) crash(warm bool) {
	n.host.Crash(warm)
	clear(n.members)
	n.gateway, n.client, n.backend = nil, nil, nil
	n.running = clone(n.saved)
	for _, nic := range n.host.NICs() {
		nic.SetAddress(n.running.NICs[nic.Name()].Address)
	}
}

// outOfMemory is the policy die: the machine crashes and reboots. It happens
// inside a program of the machine, so the crash is an event of its own.
func (n *Node) outOfMemory() {
	n.world.loop.Post(simFunc(func() {
		if n.host.Power() == host.Up {
			n.crash(false)
			n.host.PowerOn()
		}
	}))
}

// forget removes a property from a saved configuration, so that a reboot loses
// it: lan.address, standby, standby.lan.
func forget(n *topology.Node, property string) {
	parts := strings.Split(property, ".")
	switch {
	case parts[0] == "standby" && len(parts) == 1:
		clear(n.Standby)
	case parts[0] == "standby":
		delete(n.Standby, parts[1])
	case len(parts) == 2 && parts[1] == "address":
		nic := n.NICs[parts[0]]
		nic.Address = netip.Prefix{}
		n.NICs[parts[0]] = nic
	}
}
