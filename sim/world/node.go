package world

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/apim/instance"
	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/broker"
	"github.com/cablepull/cablepull/node/database/engine"
	"github.com/cablepull/cablepull/node/filesync"
	"github.com/cablepull/cablepull/node/gateway"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/publisher"
	"github.com/cablepull/cablepull/node/selfbalance/distributor"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/track/tracker"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Node is a machine of the world and what runs on it. It has no members or
// programs while the machine is down.
type Node struct {
	world    *World
	name     string
	host     *host.Host
	running  configuration // in effect
	saved    configuration // what a reboot finds
	settings []*setting    // that sets have changed and may restore, in order
	members  map[string]*member.Member
	programs map[string]*Running // by key

	serving      bool                                // each service of the gateway has listened since the boot
	leaving      *leave                              // a graceful leave; nil: none
	distributors map[string]*distributor.Distributor // by interface
	trackers     map[string]*tracker.Tracker         // by interface
	gateway      *gateway.Gateway                    // nil: none runs
	stores       map[string]*b2b.Store               // of business documents, by service; they survive the power
	database     *engine.Store                       // what it has committed, across crashes; nil: there is none yet
	apimDisks    map[string]*instance.Disk           // of API managers, by instance; they survive a crash
	apim         *instance.Program                   // nil: none runs
	files        *filesync.Files                     // nil: none
	tree         *filesync.Tree                      // the machine's own files, across crashes; nil: it has had none
	onFiles      func()                              // nil: nobody asks

	broker    *broker.Disk    // what it keeps, across crashes; nil: there is none yet
	publisher *publisher.Disk // likewise
	disk      Disk            // nil: this process holds what programs keep

	powering *sim.Timer    // the end of a reboot's time without power
	bootTime time.Duration // of that reboot
}

func newNode(w *World, name string, cfg topology.Node, reboot Reboot) *Node {
	n := &Node{
		world: w, name: name, running: newConfiguration(cfg, reboot.Set), saved: newConfiguration(cfg, reboot.Set),
		members: map[string]*member.Member{}, programs: map[string]*Running{}, distributors: map[string]*distributor.Distributor{},
		trackers: map[string]*tracker.Tracker{}, stores: map[string]*b2b.Store{},
		apimDisks: map[string]*instance.Disk{},
	}
	n.host = host.New(w.loop, host.Config{
		Name: name, Cores: cfg.CPU.Cores, BootTime: cfg.Boot, ARP: host.ARPPolicy(cfg.ARP), ARPAge: cfg.ARPAge,
		ARPLife: cfg.ARPLife, DropUnknown: cfg.Unknown == topology.UnknownDrop, Memory: cfg.Memory.Limit, Log: w.log, ClockSkew: cfg.Clock.Skew, Drift: cfg.Clock.Drift,
		Boots: reboot.Boots,
	})
	for _, iface := range slices.Sorted(maps.Keys(cfg.NICs)) {
		nic := cfg.NICs[iface]
		port := n.host.AddNIC(iface, macOf(nic.MAC), nic.Address, w.fabric.Segment(nic.Segment))
		permanent := cfg.PermanentNeighbours(iface)
		for _, ip := range topology.Names(permanent) {
			port.SetNeighbour(netip.MustParseAddr(ip), macOf(permanent[ip]))
		}
		n.readdress(port)
	}
	if reboot.Boots > 0 && cfg.Files != nil {
		n.keep(filesync.NewTree(reboot.Files...))
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

// macOf reads a MAC address of a validated topology.
func macOf(text string) host.MAC {
	mac, err := host.ParseMAC(text)
	if err != nil {
		panic(err)
	}
	return mac
}

// Host returns the machine.
func (n *Node) Host() *host.Host { return n.host }

// Member returns the member of a standby group on an interface, or nil.
func (n *Node) Member(iface string) *member.Member { return n.members[iface] }

// Saved is the configuration that a reboot of a node finds.
type Saved struct {
	Node topology.Node     `json:"node"`
	Set  map[string]string `json:"set"` // other properties that differ from the configuration
	// Files are the machine's own files, which a reboot finds as they are.
	Files []filesync.File `json:"files,omitempty"`
}

// Saved returns the configuration that a reboot finds. Unsaved is cleared:
// those properties are already gone.
func (n *Node) Saved() Saved {
	saved := n.saved.clone()
	saved.Unsaved = nil
	return Saved{saved.Node, saved.set, n.keptFiles()}
}

// Members returns all members by interface, in order.
func (n *Node) Members() []*member.Member {
	var all []*member.Member
	for _, iface := range slices.Sorted(maps.Keys(n.members)) {
		all = append(all, n.members[iface])
	}
	return all
}

// boot starts what is configured: programs that serve come before the members
// that attract requests to them.
func (n *Node) boot() {
	n.startPrograms(false)
	for _, iface := range topology.Names(n.running.Standby) {
		n.startMember(iface)
	}
	n.startPrograms(true)
}

// startMember runs standby control on an interface that has an address: without
// one it has no source for hellos (spec/failover.md F14).
func (n *Node) startMember(iface string) {
	nic := n.host.NIC(iface)
	standby, configured := n.running.Standby[iface]
	if !configured || !nic.Address().IsValid() {
		return
	}
	freeze := n.running.Gateway != nil && n.running.Gateway.OnVIPLoss == topology.OnVIPLossFreeze
	cfg := memberConfig(standby, nic.Address().Addr(), freeze)
	cfg.Disabled = n.running.set["standby."+iface] == "off"
	if standby.SelfBalance != nil {
		n.startDistributor(nic, standby, &cfg)
	}
	n.tellOwner(&cfg)
	m := member.Start(n.host, nic, cfg)
	n.members[iface] = m
	m.HoldPreempt(member.UntilServing, standby.PreemptWhenServing && !n.serving)
	m.HoldPreempt(member.UntilPrepared, standby.SelfBalance != nil && standby.Preempt) // until it has prepared itself
	n.startTracker(nic, standby, m)
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
