package world

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/gateway"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Node is a machine of the world and what runs on it. Members, gateway, client
// and back end are nil or empty while the machine is down.
type Node struct {
	world   *World
	name    string
	host    *host.Host
	running configuration // in effect
	saved   configuration // what a reboot finds
	members map[string]*member.Member
	gateway *gateway.Gateway
	client  *client.Client
	backend *backend.Backend

	powering *sim.Timer    // the end of a reboot's time without power
	bootTime time.Duration // of that reboot
}

func newNode(w *World, name string, cfg topology.Node, reboot Reboot) *Node {
	n := &Node{
		world: w, name: name, running: newConfiguration(cfg, reboot.Off), saved: newConfiguration(cfg, reboot.Off),
		members: map[string]*member.Member{},
	}
	n.host = host.New(w.loop, host.Config{
		Name: name, Cores: cfg.CPU.Cores, BootTime: cfg.Boot, ARP: host.ARPPolicy(cfg.ARP), ARPAge: cfg.ARPAge,
		Memory: cfg.Memory.Limit, Log: w.log, ClockSkew: cfg.Clock.Skew, Drift: cfg.Clock.Drift,
		Boots: reboot.Boots,
	})
	for _, iface := range slices.Sorted(maps.Keys(cfg.NICs)) {
		nic := cfg.NICs[iface]
		mac, err := host.ParseMAC(nic.MAC)
		if err != nil { // defaults and validation have been applied
			panic(err)
		}
		n.readdress(n.host.AddNIC(iface, mac, nic.Address, w.fabric.Segment(nic.Segment)))
	}
	for _, property := range cfg.Unsaved {
		n.saved.forget(property)
	}
	n.powering = w.loop.NewTimer(simFunc(n.powered))
	n.host.OnBoot(n.boot)
	if cfg.Memory.Policy == topology.MemoryDie {
		n.host.Memory().OnFull(n.outOfMemory)
	}
	return n
}

// Host returns the machine.
func (n *Node) Host() *host.Host { return n.host }

// Member returns the member of a standby group on an interface, or nil.
func (n *Node) Member(iface string) *member.Member { return n.members[iface] }

// Saved is the configuration that a reboot of a node finds.
type Saved struct {
	Node topology.Node `json:"node"`
	Off  []string      `json:"off"` // what it does not start: standby.INTERFACE, service.NAME
}

// Saved returns the configuration that a reboot finds. What it leaves out is not
// there any more to be forgotten once more.
func (n *Node) Saved() Saved {
	saved := n.saved.clone()
	saved.Unsaved = nil
	return Saved{saved.Node, topology.Names(saved.off)}
}

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
		n.startRouter(*cfg.Router)
	}
	if cfg.Backend != nil {
		n.backend = backend.New(n.host, *cfg.Backend)
	}
	if cfg.Gateway != nil {
		n.gateway = gateway.New(n.host, *cfg.Gateway, cfg.Memory)
		n.stopServices()
	}
	for _, iface := range slices.Sorted(maps.Keys(cfg.Standby)) {
		n.startMember(iface)
	}
	if cfg.Client != nil {
		n.startClient(*cfg.Client)
	}
}

func (n *Node) startClient(cfg topology.Client) {
	client, err := client.New(n.host, cfg, n.world.ledger)
	if err != nil { // validated before
		n.world.loop.Fail(err)
		return
	}
	n.client = client
}

// stopServices stops what the configuration has turned off.
func (n *Node) stopServices() {
	for _, property := range topology.Names(n.running.off) {
		if name, is := strings.CutPrefix(property, "service."); is {
			if err := n.gateway.StopService(name); err != nil {
				n.world.loop.Fail(err)
			}
		}
	}
}

// startMember runs standby control on an interface, if that has an address:
// without one there is nothing to send hellos from (spec/failover.md F14).
func (n *Node) startMember(iface string) {
	nic := n.host.NIC(iface)
	standby, configured := n.running.Standby[iface]
	if !configured || !nic.Address().IsValid() {
		return
	}
	freeze := n.running.Gateway != nil && n.running.Gateway.OnVIPLoss == topology.OnVIPLossFreeze
	cfg := memberConfig(standby, nic.Address().Addr(), freeze)
	cfg.Disabled = n.running.off["standby."+iface]
	n.members[iface] = member.Start(n.host, nic, cfg)
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
