package filesync

import (
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// daemon serves the files of a machine to others.
type daemon struct{ *Files }

// Open implements session.Service.
func (d daemon) Open(_ *sim.Proc, l *session.Link) session.Session {
	return &visit{files: d.Files, link: l, peer: d.nameOf(l.Conn().RemoteAddrPort().Addr())}
}

// visit is one client.
type visit struct {
	files  *Files
	link   *session.Link
	peer   string
	coming File // by put
	left   int  // bytes of it that are missing
	copied bool // it is a copy of the client's own file
}

// Receive implements session.Session.
func (v *visit) Receive(_ *sim.Proc, m session.Message) bool {
	t := v.files.tree
	switch m.Verb {
	case verbList:
		for _, f := range t.List() {
			v.link.Post(message(verbFile, f))
		}
		v.link.Post(session.New(verbEnd))
	case verbGet:
		f, has := t.Get(m.Field(0))
		if !has {
			v.link.Post(session.New(verbNone))
			break
		}
		v.link.Post(data(f.Size)...)
		v.link.Post(message(verbFile, f))
	case verbPut, verbWrite:
		f, err := fileOf(m)
		if err != nil {
			return false
		}
		v.coming, v.left, v.copied = f, f.Size, m.Verb == verbPut
		v.store()
	case verbData:
		v.left -= len(m.Field(0))
		v.store()
	case verbRemove:
		t.Delete(m.Field(0))
		v.link.Post(session.New(verbEnd))
	case verbDelete:
		v.files.drop(m.Field(0), v.peer, v.files.host.Name())
		v.link.Post(session.New(verbEnd))
	default:
		return false
	}
	return true
}

// store puts the file that is coming into its place, once it is whole: rsync
// writes to another name until then.
func (v *visit) store() {
	if v.left > 0 || v.coming.Name == "" {
		return
	}
	if v.copied {
		v.files.place(v.coming, v.peer)
	} else {
		v.files.tree.Put(v.coming)
	}
	v.coming = File{}
	v.link.Post(session.New(verbEnd))
}

// Close implements session.Session.
func (*visit) Close() {}

// place puts a copy into its place, and logs what that does to the file that
// was there: a version that is newer than the copy is lost.
func (s *Files) place(f File, from string) {
	before, had := s.tree.Put(f)
	s.host.Log(event.FileCopied{File: f.Name, From: from})
	if had && before.Modified > f.Modified {
		s.host.Log(event.FileLost{File: f.Name, How: "overwritten"})
	}
}

// drop deletes a file because the source of a copy lacks it. One that was
// written here, by the machine or in its folder, is lost.
func (s *Files) drop(name, by, here string) {
	f, had := s.tree.Delete(name)
	if !had {
		return
	}
	s.host.Log(event.FileDeleted{File: name, By: by})
	if f.Origin() == here {
		s.host.Log(event.FileLost{File: name, How: "deleted"})
	}
}
