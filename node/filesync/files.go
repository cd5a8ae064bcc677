package filesync

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Config is the configuration of the files of a machine.
type Config struct {
	topology.Files
	Peer, Server Target                // whom Files.From or To, and Files.Shared name; zero: nobody
	Names        map[netip.Addr]string // of machines
}

// Files is what a machine does with its files during one boot: it serves them
// to others, copies them, and scans for artifacts that have come or gone.
type Files struct {
	host    *host.Host
	cfg     Config
	tree    *Tree
	volume  *Volume
	port    *session.Port
	failing string          // why the last copy failed; empty: it did not
	active  map[string]File // the artifacts that are in service
}

// New starts what a machine does with its files; it ends with the machine. cfg
// must be complete. The tree is what the machine had before.
func New(h *host.Host, cfg Config, tree *Tree) *Files {
	s := &Files{host: h, cfg: cfg, tree: tree, active: map[string]File{}}
	s.volume = &Volume{host: h, tree: tree, server: cfg.Server, timeout: cfg.Timeout}
	if !s.volume.Shared() {
		s.port = session.Listen(h, topology.FilesService, session.AnyAddress(cfg.Port), daemon{s})
	}
	if cfg.Peer.Address.IsValid() {
		h.Go("file copy", func(p *sim.Proc) { s.copying(p, s.copy) })
	}
	if len(cfg.Folders) > 0 {
		h.Go("folder copy", func(p *sim.Proc) { s.copying(p, s.copyFolders) })
	}
	h.Go("file scan", s.scanning)
	return s
}

// First returns the files that a machine has before its first boot: the
// artifacts of its configuration, as old as the world.
func First(cfg topology.Files) *Tree {
	var all []File
	for _, name := range cfg.Artifacts {
		all = append(all, File{Name: name, Size: cfg.Size, Content: "release/" + name})
	}
	for _, folder := range topology.Names(cfg.Folders) {
		for _, name := range cfg.Folders[folder].Artifacts {
			all = append(all, File{Name: folder + "/" + name, Size: cfg.Size, Content: "release/" + name})
		}
	}
	return NewTree(all...)
}

// Volume returns what a program of the machine sees of the files: its own
// folder, if there are folders, and otherwise all of them.
func (s *Files) Volume(program string) *Volume {
	if len(s.cfg.Folders) == 0 {
		return s.volume
	}
	return &Volume{host: s.host, tree: s.tree, folder: program}
}

// Deploy writes a new version of an artifact, without waiting for a server.
func (s *Files) Deploy(name string) {
	s.host.Go("deploy", func(p *sim.Proc) { _ = s.volume.Put(p, name, s.cfg.Size) }) // its failure is logged
}

// Undeploy deletes an artifact, without waiting for a server.
func (s *Files) Undeploy(name string) {
	s.host.Go("undeploy", func(p *sim.Proc) { _ = s.volume.Delete(p, name) }) // its failure is logged
}

// StopService closes the port of the daemon: nobody can copy from here or to
// here. The name is topology.FilesService.
func (s *Files) StopService(name string) error {
	if err := s.check(name); err != nil {
		return err
	}
	return s.port.StopService(name)
}

// StartService opens it again.
func (s *Files) StartService(name string) error {
	if err := s.check(name); err != nil {
		return err
	}
	return s.port.StartService(name)
}

func (s *Files) check(name string) error {
	if s.port == nil {
		return fmt.Errorf("filesync: %s: service: got %q, but its files are on a server", s.host.Name(), name)
	}
	return nil
}

// scanning looks for artifacts that have come, gone or changed, as Carbon's hot
// deployment does. While a file server does not answer, all that was in service
// stays there.
func (s *Files) scanning(p *sim.Proc) {
	for {
		if all, err := s.volume.List(p); err == nil {
			s.serve(all)
		}
		p.Sleep(s.cfg.Scan)
	}
}

// serve puts exactly these artifacts into service.
func (s *Files) serve(all []File) {
	for _, name := range topology.Names(s.active) {
		if find(all, name) < 0 {
			delete(s.active, name)
			s.log(name, "inactive")
		}
	}
	for _, f := range all {
		switch before, had := s.active[f.Name]; {
		case !had:
			s.log(f.Name, "active")
		case before.Content != f.Content:
			s.log(f.Name, "updated")
		}
		s.active[f.Name] = f
	}
}

func (s *Files) log(artifact, state string) {
	s.host.Log(event.ArtifactChanged{Artifact: artifact, State: state})
}

// Active returns the names of the artifacts that are in service.
func (s *Files) Active() []string { return topology.Names(s.active) }

// nameOf returns the name of a machine; without one, its address.
func (s *Files) nameOf(a netip.Addr) string { return cmp.Or(s.cfg.Names[a], a.String()) }

// next returns the next multiple of the interval of copies.
func (s *Files) next(now time.Duration) time.Duration { return (now/s.cfg.Every + 1) * s.cfg.Every }
