package world

import (
	"fmt"

	"github.com/cablepull/cablepull/node/cluster/member"
	"github.com/cablepull/cablepull/sim/topology"
)

func startCluster(n *Node, cfg *topology.Cluster) (*Running, error) {
	all := map[string]*member.Member{} // by service
	for _, name := range topology.Names(cfg.Instances) {
		service := cfg.ServiceOf(name)
		if len(cfg.Instances) == 1 {
			all[service] = member.New(n.host, cfg.Instances[name])
		} else {
			all[service] = member.NewOf(n.host, cfg.Instances[name], name, service)
		}
	}
	return &Running{Switch: func(service string, on bool) error {
		m := all[service]
		if m == nil {
			return fmt.Errorf("cluster: service: got %q, want %s", service, topology.AnyOf(service, cfg.ServiceNames()))
		}
		return switchOf(m)(service, on)
	}}, nil
}
