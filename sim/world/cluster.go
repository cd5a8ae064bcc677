package world

import (
	"fmt"
	"strings"

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
		n.tellCaches(name, all[service])
	}
	return &Running{Switch: func(service string, on bool) error {
		m := all[service]
		if m == nil {
			return fmt.Errorf("cluster: service: got %q, want %s", service, topology.AnyOf(service, cfg.ServiceNames()))
		}
		return switchOf(m)(service, on)
	}}, nil
}

// tokenPrefix begins messages between members about a token that caches have to
// forget.
const tokenPrefix = "token "

// tellCaches lets an API manager that is called like a member tell others over
// it which tokens they have to forget, and hear of those.
func (n *Node) tellCaches(name string, m *member.Member) {
	if n.apim == nil || n.apim.Instance(name) == nil {
		return
	}
	i := n.apim.Instance(name)
	i.OnInvalidate(func(token string) { m.Send(tokenPrefix + token) })
	m.OnMessage(func(text string) {
		if token, is := strings.CutPrefix(text, tokenPrefix); is {
			i.Invalidate(token)
		}
	})
}
