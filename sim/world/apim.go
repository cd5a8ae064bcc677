package world

import (
	"github.com/cablepull/cablepull/node/apim/instance"
	"github.com/cablepull/cablepull/node/developer"
	"github.com/cablepull/cablepull/sim/topology"
)

func startAPIM(n *Node, cfg *topology.APIM) (*Running, error) {
	m := instance.Machine{Host: n.host, Memory: n.running.Memory, Disk: n.apimDisk}
	for _, iface := range topology.Names(n.running.NICs) {
		if a := n.running.NICs[iface].Address; a.IsValid() {
			m.Own = a.Addr()
			break
		}
	}
	p, err := instance.New(m, *cfg)
	if err != nil {
		return nil, err
	}
	return &Running{Switch: switchOf(p), Set: p.Set}, nil
}

// apimDisk returns the disk of an API manager.
func (n *Node) apimDisk(name string) *instance.Disk {
	if n.apimDisks[name] == nil {
		n.apimDisks[name] = &instance.Disk{}
	}
	return n.apimDisks[name]
}

func startDeveloper(n *Node, cfg *topology.Developer) (*Running, error) {
	_, err := developer.New(n.host, *cfg)
	return &Running{}, err
}
