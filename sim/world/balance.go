package world

import (
	"maps"
	"net/netip"
	"slices"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/selfbalance/distributor"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// startDistributor runs self-balancing beside the member of a standby group,
// which it makes ready for that.
func (n *Node) startDistributor(nic *host.NIC, s topology.Standby, cfg *member.Config) {
	auth, err := wire.ParseAuth(s.Authentication)
	if err != nil { // already validated
		panic(err)
	}
	if !s.VIP.IsValid() {
		s.VIP = n.world.topology.LearnedVIP(n.running.NICs[nic.Name()].Segment, s.Group)
	}
	vips := s.VIPs()
	iface := nic.Name()
	d := distributor.Start(n.host, nic, distributor.Config{
		Machine: balanceConfig(s, nic.Address().Addr(), n.host.Boots()), Token: auth, VIPs: vips,
		Services: func() []selfbalance.LocalService { return n.offers(vips) },
		Ready: func(yes bool) {
			if m := n.members[iface]; m != nil {
				m.HoldPreempt(member.UntilPrepared, !yes)
			}
		},
	})
	n.distributors[iface] = d
	cfg.Balanced = true
	cfg.OnOwner = d.SetOwner
}

// balanceConfig translates self-balancing, valid and completed.
func balanceConfig(s topology.Standby, own netip.Addr, boots int) selfbalance.Config {
	b := s.SelfBalance
	c := selfbalance.Config{
		Group: uint8(s.Group), Address: own, Boot: uint32(boots), Version: uint8(b.Version),
		Table:      selfbalance.TableConfig{Max: b.Table, Timeouts: selfbalance.IPVSTimeouts()},
		ReportTime: b.Report, Missed: b.Missed, HoldTime: b.Hold, Prepares: s.Preempt,
		SyncThreshold: uint32(b.SyncThreshold), SyncPeriod: uint32(b.SyncPeriod),
		Weight: uint16(b.Weight), Smoothing: *b.Smoothing, FullSamples: b.FullSamples,
		ResetDead: b.Dead == topology.DeadReset,
	}
	if b.Overflow == topology.OverflowRefuse {
		c.Table.Overflow = selfbalance.RefuseNew
	}
	if err := c.Algorithm.UnmarshalText([]byte(b.Algorithm)); err != nil {
		panic(err)
	}
	if err := c.Recovery.UnmarshalText([]byte(b.Recovery)); err != nil {
		panic(err)
	}
	return c
}

// offers lists the services of the machine at virtual IPs.
func (n *Node) offers(vips []netip.Addr) []selfbalance.LocalService {
	if n.gateway == nil {
		return nil
	}
	var all []selfbalance.LocalService
	for _, o := range n.gateway.Offers() {
		_, fixed := o.Service.Balanced()
		for _, vip := range vips {
			if o.At(vip) {
				all = append(all, selfbalance.LocalService{
					Service: selfbalance.ServiceOf(netip.AddrPortFrom(vip, o.Service.Listen.Port())),
					Name:    o.Name, Kind: o.Service.Kind, Listening: o.Listening, Connections: o.Connections, Fixed: fixed,
					DataFirst: o.Service.Passive.First, DataLast: o.Service.Passive.Last,
				})
			}
		}
	}
	return all
}

// servicesChanged tells the distributors, and what else depends on services,
// that one began or stopped to listen.
func (n *Node) servicesChanged() {
	n.noteServing()
	n.tracksChanged()
	for _, iface := range slices.Sorted(maps.Keys(n.distributors)) {
		n.distributors[iface].Changed()
	}
}

// announceLeave tells the other members that this one is about to leave, or no
// longer.
func (n *Node) announceLeave(on bool) {
	for _, iface := range slices.Sorted(maps.Keys(n.distributors)) {
		n.distributors[iface].Quiesce(on)
	}
}

// logBalance logs what the members of self-balancing groups show when the run
// ends.
func (n *Node) logBalance() {
	for _, iface := range slices.Sorted(maps.Keys(n.distributors)) {
		d := n.distributors[iface]
		s := d.Status()
		for _, r := range s.Servers {
			n.host.Log(balanceStatus(iface, s, r))
		}
		c := s.Counters
		n.host.Log(event.BalanceCounters{
			Interface: iface, Group: uint8(n.running.Standby[iface].Group), Entries: s.Entries, Evicted: s.Evicted, Full: s.Full,
			Local: c.Local, Forwarded: c.Forwarded, Passed: c.PassedOn, Unknown: c.Unknown,
			Reports: c.ReportsSent, ReportsReceived: c.ReportsReceived,
			Malformed: c.Malformed, NewerVersions: c.NewerVersions, AuthFailures: c.AuthFailures, Replayed: c.Replayed,
		})
	}
}

// balanceStatus is one row of SelfBalancedStatus.
func balanceStatus(iface string, s selfbalance.Status, r selfbalance.RealServer) event.BalanceStatus {
	row := event.BalanceStatus{
		Interface: iface, VIP: r.Service.Address().Addr().String(), Port: r.Service.Port, RealServer: r.Member.String(),
		TargetState: "standby", Weight: r.Weight, ActiveConns: uint32(r.Active), InactiveConns: uint32(r.Inactive),
		Quiesce: r.Quiesce, Reason: r.Reason,
	}
	if r.Owner {
		row.TargetState = "active"
	}
	if i := slices.IndexFunc(s.Local, func(l selfbalance.LocalService) bool { return l.Service == r.Service }); i >= 0 {
		row.ServiceName, row.ServiceKind, row.TLS = s.Local[i].Name, s.Local[i].Kind, s.Local[i].Kind == topology.KindTLS
	}
	return row
}
