package filesync

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// ErrUnavailable is a file server that does not answer.
var ErrUnavailable = errors.New("the file server does not answer")

// Target is another machine with files.
type Target struct {
	Name    string // for people
	Address netip.AddrPort
}

// Volume is the files that the programs of a machine use: its own, or those of
// a file server. Its methods park while a server is asked.
type Volume struct {
	host    *host.Host
	tree    *Tree  // of the machine
	folder  string // of the tree; empty: all of it
	server  Target // zero: the files are its own
	timeout time.Duration
	away    bool // the server did not answer
}

// Shared reports whether the files are on a server.
func (v *Volume) Shared() bool { return v.server.Address.IsValid() }

// path is the name of a file in the tree.
func (v *Volume) path(name string) string {
	if v.folder == "" {
		return name
	}
	return v.folder + "/" + name
}

// List returns the files by name.
func (v *Volume) List(p *sim.Proc) (all []File, err error) {
	if !v.Shared() {
		return v.tree.Folder(v.folder), nil
	}
	err = v.ask(func(r *remote) (err error) { all, err = r.list(); return err })
	return all, err
}

// Get returns a file. Has is false if there is none.
func (v *Volume) Get(p *sim.Proc, name string) (f File, has bool, err error) {
	if !v.Shared() {
		f, has = v.tree.Get(v.path(name))
		return f, has, nil
	}
	err = v.ask(func(r *remote) (err error) { f, has, err = r.get(name); return err })
	return f, has, err
}

// Put writes a new version of a file, and logs event.FileDeployed.
func (v *Volume) Put(p *sim.Proc, name string, size int) error {
	now := v.host.Scope().Local()
	if !v.Shared() {
		v.tree.Write(now, cmp.Or(v.folder, v.host.Name()), v.path(name), size)
	} else {
		v.tree.written++
		f := File{name, now, size, fmt.Sprintf("%s/%d", v.host.Name(), v.tree.written)}
		if err := v.ask(func(r *remote) error { return r.send(p, verbWrite, f) }); err != nil {
			return err
		}
	}
	v.host.Log(event.FileDeployed{File: v.path(name)})
	return nil
}

// Delete deletes a file, and logs event.FileDeleted. One that there is not is
// no error.
func (v *Volume) Delete(p *sim.Proc, name string) error {
	if !v.Shared() {
		v.tree.Delete(v.path(name))
	} else if err := v.ask(func(r *remote) error { return r.delete(verbRemove, name) }); err != nil {
		return err
	}
	v.host.Log(event.FileDeleted{File: v.path(name), By: v.host.Name()})
	return nil
}

// ask makes one request of the server, on a connection of its own.
func (v *Volume) ask(request func(*remote) error) error {
	r, err := dial(v.host, v.server, v.timeout)
	if err == nil {
		err = request(r)
		r.close()
	}
	switch {
	case err != nil && !v.away:
		v.away = true
		v.host.Log(event.FilesAvailable{Server: v.server.Name, State: "unavailable", Reason: failure(err)})
	case err == nil && v.away:
		v.away = false
		v.host.Log(event.FilesAvailable{Server: v.server.Name, State: "available"})
	}
	if err != nil {
		return fmt.Errorf("filesync: %s: %w: %w", v.server.Name, ErrUnavailable, err)
	}
	return nil
}

// failure names what went wrong with a connection.
func failure(err error) string { return cmp.Or(host.Failure(err), "closed") }
