package filesync

import (
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// copying runs one copy at each multiple of the interval, as cron does; while
// one lasts, the next is left out.
func (s *Files) copying(p *sim.Proc, run func(*sim.Proc) error) {
	for {
		next := s.next(s.host.Scope().Elapsed())
		for wait := next - s.host.Scope().Elapsed(); wait > 0; wait = next - s.host.Scope().Elapsed() {
			p.Sleep(wait)
		}
		err := run(p)
		if err == nil {
			s.failing = ""
			continue
		}
		if reason := failure(err); reason != s.failing { // each reason once
			s.failing = reason
			s.host.Log(event.FileSyncFailed{Peer: s.cfg.Peer.Name, Reason: reason})
		}
	}
}

// copy is one run: it compares the lists, and brings over what differs.
func (s *Files) copy(p *sim.Proc) error {
	r, err := dial(s.host, s.cfg.Peer, s.cfg.Timeout)
	if err != nil {
		return err
	}
	defer r.close()
	there, err := r.list()
	if err != nil {
		return err
	}
	if s.cfg.To != "" {
		return s.push(p, r, there)
	}
	return s.pull(r, there)
}

func (s *Files) push(p *sim.Proc, r *remote, there []File) error {
	copied, deleted := Difference(s.tree.List(), there)
	for _, f := range copied {
		if err := r.send(p, verbPut, f); err != nil {
			return err
		}
	}
	if !s.cfg.Delete {
		return nil
	}
	for _, f := range deleted {
		if err := r.delete(verbDelete, f.Name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Files) pull(r *remote, there []File) error {
	copied, deleted := Difference(there, s.tree.List())
	for _, f := range copied {
		got, has, err := r.get(f.Name)
		if err != nil {
			return err
		}
		if has {
			s.place(got, s.cfg.Peer.Name)
		}
	}
	if s.cfg.Delete {
		for _, f := range deleted {
			s.drop(f.Name, s.cfg.Peer.Name, s.host.Name())
		}
	}
	return nil
}

// copyFolders is one run between folders of the machine, which takes no time
// and cannot fail.
func (s *Files) copyFolders(*sim.Proc) error {
	for _, from := range topology.Names(s.cfg.Folders) {
		to := s.cfg.Folders[from].To
		if to == "" {
			continue
		}
		copied, deleted := Difference(s.tree.Folder(from), s.tree.Folder(to))
		for _, f := range copied {
			f.Name = to + "/" + f.Name
			s.place(f, from)
		}
		if s.cfg.Delete {
			for _, f := range deleted {
				s.drop(to+"/"+f.Name, from, to)
			}
		}
	}
	return nil
}
