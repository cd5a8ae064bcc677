package filesync

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

var (
	atA = Target{"a", netip.MustParseAddrPort("192.0.2.11:873")}
	atB = Target{"b", netip.MustParseAddrPort("192.0.2.12:873")}
)

// lab is machines a and b, each with a tree.
type lab struct {
	*hosttest.Lab
	hosts []*host.Host
	trees []*Tree
	files []*Files
}

// newLab starts both machines. They begin with the artifact old.
func newLab(t *testing.T, a, b Config) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), files: make([]*Files, 2)}
	for i, cfg := range []Config{a, b} {
		h := l.Add([]string{"a", "b"}[i], []string{"192.0.2.11/24", "192.0.2.12/24"}[i])
		cfg.Files = *cfg.Files.Complete(topology.Place{}).(*topology.Files)
		cfg.Scan = 15 * second
		cfg.Names = map[netip.Addr]string{atA.Address.Addr(): "a", atB.Address.Addr(): "b"}
		l.hosts, l.trees = append(l.hosts, h), append(l.trees, First(topology.Files{Artifacts: []string{"old"}, Size: 100}))
		start := func() { l.files[i] = New(h, cfg, l.trees[i]) }
		h.OnBoot(start)
		start()
	}
	return l
}

func (l *lab) deploy(i int, at time.Duration, name string) {
	l.At(at, func() { l.files[i].Deploy(name) })
}

func (l *lab) want(i int, names ...string) {
	l.TB.Helper()
	var got []string
	for _, f := range l.trees[i].List() {
		got = append(got, f.Name)
	}
	if !slices.Equal(got, names) {
		l.TB.Errorf("files of %d: got %q, want %q", i, got, names)
	}
}

func (l *lab) wantLost(how ...string) {
	l.TB.Helper()
	_, all := hosttest.Bodies[event.FileLost](l.Lab, "")
	var got []string
	for _, b := range all {
		got = append(got, b.File+" "+b.How)
	}
	if !slices.Equal(got, how) {
		l.TB.Errorf("lost: got %q, want %q", got, how)
	}
}

// pushing is a copy from a to b each minute.
func pushing(deletes bool) Config {
	return Config{Files: topology.Files{To: "b", Delete: deletes}, Peer: atB}
}

// TestPush: what is deployed at the source comes to the target with the next
// copy, and is in service there after the next scan. What is deployed at the
// target does not come back; a copy that deletes does away with it.
func TestPush(t *testing.T) {
	for _, deletes := range []bool{false, true} {
		l := newLab(t, pushing(deletes), Config{})
		l.deploy(0, 70*second, "new")
		l.deploy(1, 80*second, "urgent")
		l.Run(200 * second)
		l.want(0, "new", "old")
		if deletes {
			l.want(1, "new", "old")
			l.wantLost("urgent deleted")
		} else {
			l.want(1, "new", "old", "urgent")
			l.wantLost()
		}
		at, all := hosttest.Bodies[event.ArtifactChanged](l.Lab, "b")
		k := slices.Index(all, event.ArtifactChanged{Artifact: "new", State: "active"})
		if k < 0 || at[k] < 120*second || at[k] > 136*second {
			t.Errorf("in service: got %v at %v, want new after the copy of 120 s and the next scan", all, at)
		}
	}
}

// TestOverwritten: a copy takes what its source has, also if that is older.
func TestOverwritten(t *testing.T) {
	l := newLab(t, pushing(false), Config{})
	l.deploy(1, 70*second, "old")
	l.Run(200 * second)
	l.wantLost("old overwritten")
	if got := hosttest.Count[event.FileCopied](l.Lab, "b"); got != 1 {
		t.Errorf("got %d copies, want 1: then both have the same", got)
	}
}

// TestPull: the target may as well copy by itself.
func TestPull(t *testing.T) {
	l := newLab(t, Config{}, Config{Files: topology.Files{From: "a", Delete: true}, Peer: atA})
	l.deploy(0, 70*second, "new")
	l.deploy(1, 80*second, "urgent")
	l.Run(200 * second)
	l.want(1, "new", "old")
	l.wantLost("urgent deleted")
}

// TestDead: a copy to a machine that is off fails, once in the log, and the
// first one after its return brings all. Files survive the power.
func TestDead(t *testing.T) {
	l := newLab(t, pushing(true), Config{})
	l.At(30*second, func() { l.hosts[1].Crash(false) })
	l.deploy(0, 40*second, "new")
	l.At(290*second, func() { l.hosts[1].PowerOn() })
	l.Run(310 * second)
	l.want(1, "new", "old")
	_, all := hosttest.Bodies[event.FileSyncFailed](l.Lab, "a")
	if len(all) != 1 || all[0].Peer != "b" {
		t.Errorf("failures: got %v, want one", all)
	}
}

// TestShared: files on a server are the same for all, and nobody has them when
// it is dead; what was in service stays there.
func TestShared(t *testing.T) {
	l := newLab(t, Config{}, Config{Files: topology.Files{Shared: "a", Timeout: 5 * second}, Server: atA})
	l.deploy(1, 20*second, "new")
	l.At(60*second, func() { l.hosts[0].Crash(false) })
	l.deploy(1, 70*second, "late")
	l.Run(120 * second)
	l.want(0, "new", "old")
	if got := l.files[1].Active(); !slices.Equal(got, []string{"new", "old"}) {
		t.Errorf("in service: got %q, want both", got)
	}
	_, all := hosttest.Bodies[event.FilesAvailable](l.Lab, "b")
	if len(all) != 1 || all[0].State != "unavailable" {
		t.Errorf("got %v, want that the server does not answer", all)
	}
	if got := hosttest.Count[event.FileDeployed](l.Lab, "b"); got != 1 {
		t.Errorf("got %d artifacts deployed, want 1", got)
	}
}

// TestVolume: a program sees the same files wherever they are.
func TestVolume(t *testing.T) {
	l := newLab(t, Config{}, Config{Files: topology.Files{Shared: "a"}, Server: atA})
	for i := range l.files {
		l.Program(l.hosts[i], "program", func(p *sim.Proc) error {
			v := l.files[i].Volume("")
			name := []string{"x", "y"}[i]
			if err := v.Put(p, name, 100000); err != nil {
				return err
			}
			f, has, err := v.Get(p, name)
			if err != nil || !has || f.Size != 100000 || f.Origin() != l.hosts[i].Name() {
				t.Errorf("%d: got %v %t %v, want its file", i, f, has, err)
			}
			if _, has, err = v.Get(p, "nothing"); has || err != nil {
				t.Errorf("%d: got %t %v for a file that there is not", i, has, err)
			}
			if err := v.Delete(p, name); err != nil {
				return err
			}
			all, err := v.List(p)
			if len(all) != 1 {
				t.Errorf("%d: got %v, want the old one", i, all)
			}
			p.Sleep(second)
			return err
		})
		l.Pass(second)
	}
}

// TestFolders: programs of one machine have folders of their own. A copy from
// one to the other needs no server, and does away with what only the other has.
func TestFolders(t *testing.T) {
	cfg := topology.Files{Size: 100, Delete: true, Folders: map[string]topology.FilesFolder{
		"one": {Artifacts: []string{"old"}, To: "two"}, "two": {Artifacts: []string{"old"}},
	}}
	l := newLab(t, Config{Files: cfg}, Config{})
	l.trees[0] = First(cfg)
	l.At(second, func() { l.hosts[0].Crash(false); l.hosts[0].PowerOn() }) // with that tree
	put := func(at time.Duration, folder, name string) {
		l.Program(l.hosts[1], "user", func(p *sim.Proc) error {
			p.Sleep(at)
			return l.files[0].Volume(folder).Put(p, name, 100)
		})
	}
	put(70*second, "one", "new")
	put(80*second, "two", "urgent")
	put(90*second, "two", "old")
	l.At(100*second, func() { l.want(0, "one/new", "one/old", "two/old", "two/urgent") })
	l.Run(200 * second)
	l.want(0, "one/new", "one/old", "two/new", "two/old")
	l.wantLost("two/old overwritten", "two/urgent deleted")
	if f, has := l.trees[0].Get("two/new"); !has || f.Origin() != "one" {
		t.Errorf("two/new: got %+v, want what one wrote", f)
	}
	if got := l.files[0].Volume("two"); len(got.tree.Folder("two")) != 2 || len(got.tree.Folder("t")) != 0 {
		t.Errorf("got %v, want the files of the folder", got.tree.Folder("two"))
	}
	if got := hosttest.Count[event.FileCopied](l.Lab, "a"); got != 2 {
		t.Errorf("got %d copies, want new and old once each", got)
	}
}
