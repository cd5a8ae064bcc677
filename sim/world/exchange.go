package world

import (
	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/b2b/party"
	"github.com/cablepull/cablepull/node/partner"
	"github.com/cablepull/cablepull/sim/topology"
)

// store returns the persistence store of one of the node's services. Like a
// disk, it keeps what it has while the machine has no power.
func (n *Node) store(service string, x topology.Exchange) *b2b.Store {
	if n.stores[service] == nil {
		s := party.NewStore(x)
		n.stores[service] = s
		var err error
		s.OnChange, err = journal(n, "b2b/"+service, s.Redo)
		n.must(err)
	}
	return n.stores[service]
}

func startPartner(n *Node, cfg *topology.Partner) (*Running, error) {
	p := partner.New(n.host, *cfg, n.store(topology.PartnerService, cfg.Exchange))
	return &Running{Switch: switchOf(p), Finish: p.Finish}, nil
}
