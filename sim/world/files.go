package world

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/filesync"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// startFiles begins with what the machine had before, or with the artifacts of
// its configuration.
func startFiles(n *Node, cfg *topology.Files) (*Running, error) {
	if n.tree == nil {
		n.keep(filesync.First(*cfg))
	}
	t := n.world.topology
	own := filesync.Config{Files: *cfg, Peer: fileTarget(t, cfg.Peer()), Server: fileTarget(t, cfg.Shared), Names: map[netip.Addr]string{}}
	for _, name := range topology.Names(t.Nodes) {
		for _, iface := range topology.Names(t.Nodes[name].NICs) {
			own.Names[t.Nodes[name].NICs[iface].Address.Addr()] = name
		}
	}
	n.files = filesync.New(n.host, own, n.tree)
	return &Running{
		Switch: switchOf(n.files),
		Apply: func(f fault.Fault) (undo func(), err error) {
			switch f := f.(type) {
			case fault.Deploy:
				n.files.Deploy(f.Artifact)
			case fault.Undeploy:
				n.files.Undeploy(f.Artifact)
			}
			return func() {}, nil
		},
	}, nil
}

// fileTarget returns whom a configuration names; zero if it names nobody.
func fileTarget(t topology.Topology, node string) filesync.Target {
	name, at := t.FileServer(node)
	return filesync.Target{Name: name, Address: at}
}

// keep gives the machine its own files, which is a change as well.
func (n *Node) keep(t *filesync.Tree) {
	n.tree = t
	t.OnChange(n.filesChanged)
	n.filesChanged()
}

func (n *Node) filesChanged() {
	if n.onFiles != nil {
		n.onFiles()
	}
}

// OnFiles calls f after each change of the machine's own files, which Saved
// holds then.
func (n *Node) OnFiles(f func()) { n.onFiles = f }

// keptFiles are the machine's own files.
func (n *Node) keptFiles() []filesync.File {
	if n.tree == nil {
		return nil
	}
	return n.tree.List()
}

func (n *Node) deploy(f fault.Deploy) (undo func() bool, err error) {
	_, err = n.applyToProgram(f)
	return nil, err
}

func (n *Node) undeploy(f fault.Undeploy) (undo func() bool, err error) {
	_, err = n.applyToProgram(f)
	return nil, err
}
