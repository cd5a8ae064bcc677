package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Files is the files of a machine, such as the artifacts deployed to an API
// manager, and how they get to other machines: copied in one direction at
// intervals, as by rsync from cron, or kept on a file server
// (spec/failover.md §7.2).
type Files struct {
	Artifacts []string      `yaml:"artifacts" doc:"names of the files that it has from the start, the same version as every other node that lists them"`
	To        string        `yaml:"to" doc:"the node, or its address, to which it copies its files (default: none)"`
	From      string        `yaml:"from" doc:"the node from which it copies them (default: none)"`
	Every     time.Duration `yaml:"every" doc:"time from one copy to the next, from the start of the run on (default 60s)"`
	Delete    bool          `yaml:"delete" doc:"a copy deletes files that its source does not have (default off)"`
	Shared    string        `yaml:"shared" doc:"the node whose files it uses instead of its own, as over NFS (default: none)"`
	Size      int           `yaml:"size" doc:"bytes of each file (default 20000)" jsonschema:"minimum=1,maximum=104857600"`
	Timeout   time.Duration `yaml:"timeout" doc:"how long another machine may take for the connection, and for each answer (default 60s)"`
	Scan      time.Duration `yaml:"scan" doc:"how often the node looks for artifacts that have come or gone, to put them into service or take them out (default 15s)"`
	Port      int           `yaml:"port" doc:"TCP port of its file server (default 873)" jsonschema:"minimum=1,maximum=65535"`

	Folders map[string]FilesFolder `yaml:"folders" json:",omitempty" doc:"a folder for each API manager of the node, such as {am1: {artifacts: [orders], to: am2}, am2: {}}; a file is named with its folder, am1/orders (default: none, they all use the same files)"`
}

// FilesFolder is the files of one of several programs of a machine.
type FilesFolder struct {
	Artifacts []string `yaml:"artifacts" json:",omitempty" doc:"names of the files that it has from the start"`
	To        string   `yaml:"to" json:",omitempty" doc:"the folder of the same machine to which its files are copied (default: none)"`
}

// The service of a machine with files, and its usual port.
const (
	FilesService     = "files"
	DefaultFilesPort = 873
)

// Complete implements Program.
func (f Files) Complete(at Place) Program {
	f.Every = cmp.Or(f.Every, time.Minute)
	f.Size = cmp.Or(f.Size, 20000)
	f.Timeout = cmp.Or(f.Timeout, time.Minute)
	f.Port = cmp.Or(f.Port, DefaultFilesPort)
	f.Scan = cmp.Or(f.Scan, 15*time.Second)
	return &f
}

// Peer returns the node that it copies its files to or from; empty: none.
func (f Files) Peer() string { return cmp.Or(f.To, f.From) }

// FileServer returns the file server of a node, which Files.To, From or Shared
// name by its name or address. The topology must be completed.
func (t Topology) FileServer(node string) (name string, at netip.AddrPort) {
	name = node
	a := t.addressOf(node)
	if !a.IsValid() {
		a, _ = netip.ParseAddr(node) // what is none is no node's either
		name = t.holder(a)
	}
	if n, exists := t.Nodes[name]; exists && n.Files != nil && n.Files.Shared == "" {
		return name, netip.AddrPortFrom(a, uint16(cmp.Or(n.Files.Port, DefaultFilesPort)))
	}
	return name, netip.AddrPort{}
}

// IsArtifactName reports whether a file can have the name.
func IsArtifactName(name string) bool {
	return name != "" && len(name) <= 100 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-._/") == "" && !strings.HasPrefix(name, "/")
}

// Problems implements Program.
func (f Files) Problems(at Place) []Problem {
	c := at.check()
	for i, name := range f.Artifacts {
		path := []string{"artifacts", fmt.Sprint(i)}
		if !IsArtifactName(name) {
			c.fail(path, "got %q, want lower-case letters, digits, dots, dashes and slashes", name)
		}
		if slices.Contains(f.Artifacts[:i], name) {
			c.fail(path, "%s is in the list twice", name)
		}
	}
	if f.To != "" && f.From != "" {
		c.fail([]string{"from"}, "got to as well, want one direction")
	}
	if f.Shared != "" && (f.Peer() != "" || len(f.Artifacts) > 0) {
		c.fail([]string{"shared"}, "got files of its own as well, want only those of the server")
	}
	for _, key := range []string{"to", "from", "shared"} {
		node := map[string]string{"to": f.To, "from": f.From, "shared": f.Shared}[key]
		if node == "" {
			continue
		}
		name, target := at.Topology.FileServer(node)
		switch _, exists := at.Topology.Nodes[name]; {
		case !exists:
			c.fail([]string{key}, "got %q, want a node or the address of one: %s", node, AnyOf(node, Names(at.Topology.Nodes)))
		case name == at.Name:
			c.fail([]string{key}, "got the node itself, want another one")
		case !target.IsValid():
			c.fail([]string{key}, "node %s has no files of its own", name)
		default:
			c.reach([]string{key}, at.Node, target.Addr())
		}
	}
	copied := f.Peer() != ""
	for _, name := range Names(f.Folders) {
		copied = copied || f.Folders[name].To != ""
	}
	if f.Delete && !copied {
		c.fail([]string{"delete"}, "got on, want to or from: nothing is copied")
	}
	c.folders(f)
	return c.problems
}

// folders checks the folders of a machine's files.
func (c *checker) folders(f Files) {
	if len(f.Folders) > 0 && (f.Peer() != "" || f.Shared != "" || len(f.Artifacts) > 0) {
		c.fail([]string{"folders"}, "got files beside them, want all files in folders, and copies between these only")
	}
	for _, name := range Names(f.Folders) {
		path, folder := []string{"folders", name}, f.Folders[name]
		c.name(path)
		for i, artifact := range folder.Artifacts {
			if !IsArtifactName(artifact) {
				c.fail(At(path, "artifacts", fmt.Sprint(i)), "got %q, want lower-case letters, digits, dots, dashes and slashes", artifact)
			}
		}
		switch _, exists := f.Folders[folder.To]; {
		case folder.To == name:
			c.fail(At(path, "to"), "got the folder itself, want another one")
		case folder.To != "" && !exists:
			c.fail(At(path, "to"), "got %q, want another folder: %s", folder.To, AnyOf(folder.To, Names(f.Folders)))
		}
	}
}

// listens implements listener.
func (f Files) listens() []port { return []port{onAll("files", f.Port, "files", "port")} }

// Addresses implements Program.
func (Files) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (f Files) ServiceNames() []string {
	if f.Shared != "" {
		return nil
	}
	return []string{FilesService}
}

// Properties implements Program.
func (f Files) Properties() []Property { return serviceSwitches(f) }

// The verbs of the faults that act on files.
const (
	DeployVerb   = "deploy"
	UndeployVerb = "undeploy"
)

// Faults implements Program. What is in folders belongs to programs, which
// deploy it themselves.
func (f Files) Faults() []string {
	if len(f.Folders) > 0 {
		return nil
	}
	return []string{DeployVerb, UndeployVerb}
}
