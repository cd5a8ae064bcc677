package world

import (
	"github.com/cablepull/cablepull/node/cluster/member"
	"github.com/cablepull/cablepull/sim/topology"
)

func startCluster(n *Node, cfg *topology.Cluster) (*Running, error) {
	n.cluster = member.New(n.host, *cfg)
	return &Running{Switch: switchOf(n.cluster)}, nil
}
