package world

import (
	"github.com/cablepull/cablepull/node/apim/instance"
	"github.com/cablepull/cablepull/node/developer"
	"github.com/cablepull/cablepull/sim/topology"
)

func startAPIM(n *Node, cfg *topology.APIM) (*Running, error) {
	m := instance.Machine{Host: n.host, Memory: n.running.Memory, Disk: func(name string) *instance.Disk { return n.apimDisks[name] }}
	if n.files != nil {
		m.Files = n.files.Volume
	}
	for _, name := range topology.Names(cfg.Instances) {
		if err := n.openAPIMDisk(name); err != nil {
			return nil, err
		}
	}
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
	n.apim = p
	return &Running{Switch: switchOf(p), Set: p.Set}, nil
}

// openAPIMDisk makes the disk of an API manager, unless an earlier boot has
// left it: in this process, or on the disk of the machine's processes.
func (n *Node) openAPIMDisk(name string) error {
	if n.apimDisks[name] != nil {
		return nil
	}
	d := &instance.Disk{}
	n.apimDisks[name] = d
	var err error
	d.OnChange, err = journal(n, "apim/"+name, d.Redo)
	return err
}

func startDeveloper(n *Node, cfg *topology.Developer) (*Running, error) {
	_, err := developer.New(n.host, *cfg)
	return &Running{}, err
}
