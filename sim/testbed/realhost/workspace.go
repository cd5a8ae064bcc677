//go:build linux

package realhost

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/topology"
)

// workspace is what a real host has on disk. It outlives crashes of the
// machine, as a disk does, and is removed with the testbed.
type workspace struct {
	dir      string              // {dir}: working directory of the programs
	disk     *netns.Disk         // on which it is; nil: on that of the machine
	owner    netns.Identity      // to whom it belongs, and as whom the programs start
	run      string              // what they find as /run
	commands map[string][]string // what each program is called with, by name
}

// Workspaces is the folder that has the workspaces of all real hosts of a run.
// It is made with the first of them.
type Workspaces struct {
	reaper *netns.Reaper // which removes it if this process is killed
	path   string        // empty: there is none yet
	disks  []*netns.Disk // that are mounted in it, out of this process's sight
}

// NewWorkspaces makes no folder yet.
func NewWorkspaces(reaper *netns.Reaper) *Workspaces { return &Workspaces{reaper: reaper} }

// Remove removes the folder and all that is in it.
func (w *Workspaces) Remove() {
	for _, disk := range w.disks {
		_ = disk.Close() // else the kernel does, with this process
	}
	if w.path != "" {
		_ = os.RemoveAll(w.path) // the reaper comes back to it
	}
}

// add makes the directories of a real host, writes its files and finds its
// programs.
func (w *Workspaces) add(node string, cfg topology.Node) (workspace, error) {
	folder, err := w.folder()
	if err != nil {
		return workspace{}, err
	}
	ws := workspace{
		dir: filepath.Join(folder, node), run: filepath.Join(folder, node+".run"), commands: map[string][]string{},
	}
	if ws.owner, err = identityOf(cfg.Exec.User); err != nil {
		return ws, err
	}
	for _, dir := range []string{ws.dir, ws.run} {
		if err := ws.makeFolder(dir); err != nil {
			return ws, err
		}
	}
	if size := cfg.Exec.Disk; size > 0 {
		if ws.disk, err = netns.NewDisk(ws.dir, size, ws.owner); err != nil {
			return ws, err
		}
		w.disks = append(w.disks, ws.disk)
	}
	for _, name := range topology.Names(cfg.Exec.Files) {
		if err := ws.write(name, cfg.Expand(cfg.Exec.Files[name], node, ws.dir)); err != nil {
			return ws, err
		}
	}
	for _, program := range cfg.Exec.Needs {
		if _, err := ws.lookPath(program); err != nil {
			return ws, programError(program, err)
		}
	}
	for _, name := range cfg.Exec.Programs() {
		var command []string
		for _, word := range cfg.Exec.Command(name) {
			command = append(command, cfg.Expand(word, node, ws.dir))
		}
		if command[0], err = ws.lookPath(command[0]); err != nil {
			return ws, programError(name, err)
		}
		ws.commands[name] = command
	}
	return ws, nil
}

// folder makes the folder if it has not been made yet. Programs may give up
// their rights, and still read their files.
func (w *Workspaces) folder() (string, error) {
	if w.path != "" {
		return w.path, nil
	}
	// Not os.MkdirTemp: whoever kills us between making and telling would leave it.
	folder := filepath.Join(os.TempDir(), "cablepull-"+rand.Text())
	if err := w.reaper.AddPath(folder); err != nil {
		return "", err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	w.path = folder
	return folder, os.Chmod(folder, 0o755) // whatever the umask
}

// write makes a file in the working directory. YAML has cut off the newline at
// its end, which some programs miss.
func (ws *workspace) write(name, content string) error {
	root := ws.seen(ws.dir)
	for i, c := range name {
		if c != filepath.Separator {
			continue
		}
		if err := ws.makeFolder(filepath.Join(root, name[:i])); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	path := filepath.Join(root, name)
	mode := os.FileMode(0o644)
	if strings.HasPrefix(content, "#!") {
		mode = 0o755
	}
	if !strings.HasSuffix(content, "\n") {
		content += "\n"
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		return err
	}
	return ws.give(path)
}

// makeFolder makes a folder that belongs to the owner.
func (ws *workspace) makeFolder(path string) error {
	if err := os.Mkdir(path, 0o755); err != nil {
		return err
	}
	return ws.give(path)
}

// give makes a path belong to the owner.
func (ws *workspace) give(path string) error {
	if ws.owner == (netns.Identity{}) {
		return nil
	}
	return os.Chown(path, ws.owner.User, ws.owner.Group)
}

// seen is how this process sees a path: one below the working directory may be
// on a disk that is mounted out of its sight.
func (ws *workspace) seen(path string) string {
	if rest, below := strings.CutPrefix(path, ws.dir); ws.disk != nil && below {
		return ws.disk.Path() + rest
	}
	return path
}

// identityOf finds a user of this machine; none is who started the run.
func identityOf(name string) (who netns.Identity, err error) {
	if name == "" {
		return who, nil
	}
	u, err := user.Lookup(name)
	if err == nil {
		who, err = netns.ParseIdentity(u.Uid + ":" + u.Gid)
	}
	return who, err
}

// programError adds the name of the program to an error.
func programError(name string, err error) error { return &ProgramError{name, err} }

// superuserPath is where servers are installed. An ordinary user has it not on
// his path, and is root where the programs run.
var superuserPath = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

// moreFolders are those where programs are looked for after the search path:
// that of superusers, that of cablepull itself, and that of Debian's
// PostgreSQL, the newest first.
func moreFolders() []string {
	folders := slices.Clone(superuserPath)
	if self, err := os.Executable(); err == nil {
		folders = append(folders, filepath.Dir(self))
	}
	databases, _ := filepath.Glob("/usr/lib/postgresql/[0-9]*/bin") // the pattern is good
	slices.Reverse(databases)
	return append(folders, databases...)
}

// packages name what brings a program, where it is not called the same.
var packages = map[string]string{
	"ip": "iproute2", "ping": "iputils-ping", "initdb": "postgresql", "postgres": "postgresql", "mariadbd": "mariadb-server",
	"mariadb-install-db": "mariadb-server", "epmd": "erlang-base",
}

// lookPath finds a program of the host.
func (ws *workspace) lookPath(word string) (string, error) {
	path, err := lookPath(ws.seen(word), ws.seen(ws.dir))
	if ws.disk == nil || err != nil {
		return path, err
	}
	return strings.Replace(path, ws.disk.Path(), ws.dir, 1), nil
}

// lookPath finds a program: a path, from the working directory if it is
// relative, or a name on the search path.
func lookPath(word, dir string) (string, error) {
	if strings.Contains(word, "/") {
		if !filepath.IsAbs(word) {
			word = filepath.Join(dir, word)
		}
		path, err := exec.LookPath(word)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrProgram, err)
		}
		return path, nil
	}
	for _, folder := range append([]string{""}, moreFolders()...) {
		if path, err := exec.LookPath(filepath.Join(folder, word)); err == nil {
			return path, nil
		}
	}
	hint := packages[word]
	if hint == "" {
		hint = word
	}
	return "", fmt.Errorf("%w: %s is neither on PATH nor in %s (on Debian perhaps: apt-get install %s)",
		ErrProgram, word, strings.Join(superuserPath, ", "), hint)
}

// Missing lists the programs of a topology's real hosts that are not installed
// here, sorted by node.
func Missing(t topology.Topology) []string {
	var missing []string
	t = t.WithDefaults()
	for _, node := range t.Execs() {
		x := t.Nodes[node].Exec
		words := slices.Clone(x.Needs)
		for _, name := range x.Programs() {
			words = append(words, x.Command(name)[0])
		}
		for _, word := range words {
			if strings.Contains(word, "{") || strings.Contains(word, "/") && !filepath.IsAbs(word) {
				continue // the scenario brings it along
			}
			if _, err := lookPath(word, "/"); err != nil {
				missing = append(missing, word)
			}
		}
	}
	return missing
}
