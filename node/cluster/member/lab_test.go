package member

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is members a, b, ... at 192.0.2.11 and so on, which all know each other.
type lab struct {
	*hosttest.Lab
	members []*Member
	hosts   []*host.Host
}

var addresses = []string{"192.0.2.11", "192.0.2.12", "192.0.2.13"}

// newLab starts so many members; change may alter their configuration.
func newLab(t testing.TB, size int, change func(i int, k *topology.ClusterMember)) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), members: make([]*Member, size)}
	for i := range size {
		h := l.Add(string(rune('a'+i)), addresses[i]+"/24")
		l.hosts = append(l.hosts, h)
		cfg := topology.ClusterMember{LocalHost: netip.MustParseAddr(addresses[i])}
		for _, a := range addresses[:size] {
			cfg.Members = append(cfg.Members, a+":4000")
		}
		if change != nil {
			change(i, &cfg)
		}
		cfg = cfg.WithDefaults(topology.Topology{}, "")
		start := func() { l.members[i] = New(h, cfg) }
		h.OnBoot(start)
		start()
	}
	return l
}

// story lists what a member has logged about its cluster.
func (l *lab) story(node string) (s []string) {
	for _, e := range l.Log.Events() {
		at := e.At.Round(second).String()
		if e.Node != node {
			continue
		}
		switch b := e.What.(type) {
		case event.ClusterStateChanged:
			s = append(s, at+" "+b.State)
		case event.ClusterMemberChanged:
			s = append(s, at+" "+b.State+" "+b.Member+" "+b.Reason)
		case event.ClusterCoordinatorChanged:
			if b.Coordinator {
				s = append(s, at+" coordinator")
			} else {
				s = append(s, at+" not coordinator")
			}
		}
	}
	return s
}
