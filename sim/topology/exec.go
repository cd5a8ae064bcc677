package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Exec makes a node a real host: the kernel holds the addresses of its
// interfaces in a namespace of its own, and real programs run there. Only the
// world of real namespaces has such hosts.
//
// In arguments and files, {dir} is the node's working directory, {name} its
// name, and {lan.address}, {lan.prefix}, {lan.interface} and {lan.mac} are
// those of its interface lan. Other words in braces are left alone.
type Exec struct {
	Run    []string            `yaml:"run" doc:"the program and its arguments, such as [nginx, -g, \"daemon off;\", -c, \"{dir}/nginx.conf\"]; it must stay in the foreground" jsonschema:"required"`
	Name   string              `yaml:"name" doc:"name of the program in events and faults (default: its file name)"`
	Beside map[string][]string `yaml:"beside" doc:"more programs by name, started before run, such as web: [nginx, -c, \"{dir}/nginx.conf\"]"`
	Needs  []string            `yaml:"needs" doc:"programs that those in run and beside start themselves, such as what a script calls; a run without them is skipped"`
	Files  map[string]string   `yaml:"files" doc:"files to create in the working directory, by name; those that begin with #! are executable"`
	Ready  Ready               `yaml:"ready" doc:"how the programs show that they are ready (default: none fails within 100 ms)"`
	Stop   Stop                `yaml:"stop" doc:"how to stop a program, for stop service NAME on NODE and at the end of the run"`
	VIPs   []netip.Addr        `yaml:"vips" doc:"virtual IPs that the programs take and give up, as keepalived does; measured like those of standby groups"`
	Users  bool                `yaml:"users" doc:"programs may switch to another user, which needs root on the machine (default off)"`
	User   string              `yaml:"user" doc:"the user that the programs are started as, such as postgres, who then owns the working directory; needs root on the machine (default: who starts the run)"`
	Disk   int64               `yaml:"disk" form:"bytes" doc:"size of the disk with the working directory, such as 64MiB, which fill NODE disk PERCENT fills; it survives a crash of the node (default: the machine's own disk)"`
	Watch  string              `yaml:"watch" doc:"regular expression: each line of output that matches becomes a program-said event"`
}

// Ready is how real programs show that they are ready. Only the run waits for
// it: programs that are not ready in time end the run with an error.
type Ready struct {
	TCP    int           `yaml:"tcp" doc:"a program on the node listens on this port" jsonschema:"minimum=1,maximum=65535"`
	Log    string        `yaml:"log" doc:"regular expression: a line of the output of run matches"`
	After  time.Duration `yaml:"after" doc:"the programs still run this long after they start (default without tcp and log: 100ms, or up to 1s while run is busy)"`
	Within time.Duration `yaml:"within" doc:"time limit for all of them (default 10s)"`
}

// Stop is how a real program is stopped.
type Stop struct {
	Signal string        `yaml:"signal" doc:"signal that asks a program to end (default TERM)" jsonschema:"enum=TERM,enum=INT,enum=QUIT,enum=HUP,enum=USR1,enum=USR2,enum=KILL"`
	Within time.Duration `yaml:"within" doc:"how long to wait before killing it (default 5s)"`
}

// Complete implements Program.
func (x Exec) Complete(Place) Program {
	if len(x.Run) > 0 {
		x.Name = cmp.Or(x.Name, programName(x.Run[0]))
	}
	x.Ready.Within = cmp.Or(x.Ready.Within, 10*time.Second+x.Ready.After)
	x.Stop.Signal = cmp.Or(x.Stop.Signal, "TERM")
	x.Stop.Within = cmp.Or(x.Stop.Within, 5*time.Second)
	return &x
}

// Addresses implements Program.
func (x Exec) Addresses() []netip.Addr { return x.VIPs }

// ServiceNames implements Program.
func (x Exec) ServiceNames() []string { return x.Programs() }

// Properties implements Program: the configuration of real programs is their
// own.
func (Exec) Properties() []Property { return nil }

// Faults implements Program.
func (Exec) Faults() []string { return nil }

// programName turns a program's path into a name: python3.11 becomes
// python3-11.
func programName(file string) string {
	name := strings.Map(func(c rune) rune {
		if c < 'a' || c > 'z' {
			if c < '0' || c > '9' {
				return '-'
			}
		}
		return c
	}, strings.ToLower(path.Base(file)))
	return cmp.Or(strings.Trim(name, "-"), "program")
}

// Programs returns the names of the node's programs, in the order in which they
// start. Exec must be completed.
func (x Exec) Programs() []string { return append(Names(x.Beside), x.Name) }

// Command returns the arguments of a program by name.
func (x Exec) Command(name string) []string {
	if beside, is := x.Beside[name]; is {
		return beside
	}
	return x.Run
}

// Execs returns the nodes that run real programs, sorted.
func (t Topology) Execs() []string {
	return slices.DeleteFunc(Names(t.Nodes), func(name string) bool { return t.Nodes[name].Exec == nil })
}

// placeholder matches a word in braces that consists of one or two names.
var placeholder = regexp.MustCompile(`\{[a-z0-9-]+(\.[a-z]+)?\}`)

// interfaceWords are the properties of an interface that a placeholder can
// name.
var interfaceWords = []string{"address", "prefix", "interface", "mac"}

// Expand replaces the placeholders in a text with values of the node, which
// must be completed.
func (n Node) Expand(text, name, dir string) string {
	return placeholder.ReplaceAllStringFunc(text, func(word string) string {
		first, second, dotted := strings.Cut(strings.Trim(word, "{}"), ".")
		nic, exists := n.NICs[first]
		switch {
		case word == "{dir}":
			return dir
		case word == "{name}":
			return name
		case !dotted || !exists:
			return word
		case second == "address":
			return nic.Address.Addr().String()
		case second == "prefix":
			return nic.Address.String()
		case second == "interface":
			return first
		case second == "mac":
			return nic.MAC
		}
		return word
	})
}

// real reports properties that a node with real programs cannot have.
func (c *checker) real(path []string, n Node) {
	fail := func(key string) {
		c.fail(At(path, key), "a node with real programs uses the kernel's stack, clock and configuration, want no %s", key)
	}
	for key, p := range n.Programs() {
		if p != Program(n.Exec) {
			fail(key)
		}
	}
	for _, other := range []struct {
		key string
		has bool
	}{
		{"standby", len(n.Standby) > 0}, {"clock", n.Clock != Clock{}}, {"unsaved", len(n.Unsaved) > 0},
		{"arp-age", n.ARPAge != 0}, {"arp", n.ARP != ARPLinux}, {"arp-life", n.ARPLife != 0},
		{"arp-permanent", len(n.ARPPermanent) > 0}, {"unknown-connections", n.Unknown != UnknownReset},
	} {
		if other.has {
			fail(other.key)
		}
	}
}

// Problems implements Program.
func (x Exec) Problems(at Place) []Problem {
	c, n := at.check(), at.Node
	c.commands(nil, n)
	for i, program := range x.Needs {
		if program == "" || strings.ContainsAny(program, "/{ ") {
			c.fail([]string{"needs", fmt.Sprint(i)}, "got %q, want the name of a program that is installed, such as curl", program)
		}
	}
	for _, file := range Names(x.Files) {
		if !filepath.IsLocal(file) || filepath.Clean(file) != file {
			c.fail([]string{"files", file}, "got %q, want the name of a file in the node's directory, such as nginx.conf", file)
		}
		c.placeholders([]string{"files", file}, n, x.Files[file])
	}
	c.ready([]string{"ready"}, x.Ready)
	if x.User != "" && !userName.MatchString(x.User) {
		c.fail([]string{"user"}, "got %q, want the name of a user of the machine, such as postgres", x.User)
	}
	if x.Disk != 0 && x.Disk < diskMin {
		c.fail([]string{"disk"}, "got %d bytes, want at least 1MiB", x.Disk)
	}
	c.expression([]string{"watch"}, x.Watch)
	for i, vip := range x.VIPs {
		c.execVIP([]string{"vips", fmt.Sprint(i)}, n, vip, x.VIPs[:i])
	}
	return c.problems
}

// userName is what useradd(8) recommends for names of users.
var userName = regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)

// diskMin is the smallest disk: less has no room for files and a log.
const diskMin = 1 << 20

// commands checks the programs to run.
func (c *checker) commands(path []string, n Node) {
	x := n.Exec
	if x.Run != nil && (len(x.Run) == 0 || x.Run[0] == "") {
		c.fail(At(path, "run"), "got no program, want a list of the program and its arguments, such as [nginx, -c, \"{dir}/nginx.conf\"]")
		return
	}
	if len(x.Run) == 0 {
		return // CheckFields reports the missing key
	}
	if err := CheckName(x.Name); err != nil {
		c.fail(At(path, "name"), "%v", err)
	}
	c.placeholders(At(path, "run"), n, x.Run...)
	for _, name := range Names(x.Beside) {
		at := At(path, "beside", name)
		c.name(at)
		if name == x.Name {
			c.fail(at, "the program in run already has the name %s, want another", name)
		}
		if command := x.Beside[name]; len(command) == 0 || command[0] == "" {
			c.fail(at, "got no program, want a list of the program and its arguments")
		}
		c.placeholders(at, n, x.Beside[name]...)
	}
}

// placeholders reports words in braces that name an interface and a property
// that no interface has.
func (c *checker) placeholders(path []string, n Node, texts ...string) {
	for _, text := range texts {
		for _, word := range placeholder.FindAllString(text, -1) {
			first, second, dotted := strings.Cut(strings.Trim(word, "{}"), ".")
			if _, exists := n.NICs[first]; exists && dotted && !slices.Contains(interfaceWords, second) {
				c.fail(path, "got %s, want {%s.…} with %s", word, first, AnyOf(second, interfaceWords))
			}
		}
	}
}

func (c *checker) ready(path []string, r Ready) {
	ways := 0
	for _, given := range []bool{r.TCP != 0, r.Log != "", r.After != 0} {
		if given {
			ways++
		}
	}
	if ways > 1 {
		c.fail(path, "got several ways to be ready, want one of tcp, log or after")
	}
	if r.After >= r.Within && r.After > 0 {
		c.fail(At(path, "within"), "got %s, want more than after, %s", r.Within, r.After)
	}
	c.expression(At(path, "log"), r.Log)
}

func (c *checker) expression(path []string, text string) {
	if _, err := regexp.Compile(text); err != nil {
		c.fail(path, "got %q, want a regular expression: %v", text, err)
	}
}

// execVIP checks a virtual IP of real programs.
func (c *checker) execVIP(path []string, n Node, vip netip.Addr, before []netip.Addr) {
	iface := n.interfaceFor(vip)
	if iface == "" {
		c.fail(path, "virtual IP %s is not in the subnet of one of the node's interfaces", vip)
		return
	}
	c.vip(path, n.NICs[iface], vip)
	if slices.Contains(before, vip) {
		c.fail(path, "%s is in the list twice", vip)
	}
	for _, name := range Names(c.whole.Nodes) {
		other := c.whole.Nodes[name]
		for _, there := range Names(other.Standby) {
			if slices.Contains(other.Standby[there].VIPs(), vip) {
				c.fail(path, "virtual IP %s belongs to a standby group on %s.%s", vip, name, there)
			}
		}
	}
}

// interfaceFor returns the first interface whose subnet contains an address, or
// "".
func (n Node) interfaceFor(a netip.Addr) string {
	for _, iface := range Names(n.NICs) {
		if n.NICs[iface].Address.Contains(a) {
			return iface
		}
	}
	return ""
}

// ExecVIPs returns the virtual IPs of the node's programs on an interface.
func (n Node) ExecVIPs(iface string) []netip.Addr {
	var vips []netip.Addr
	if n.Exec != nil {
		for _, vip := range n.Exec.VIPs {
			if n.interfaceFor(vip) == iface {
				vips = append(vips, vip)
			}
		}
	}
	return vips
}
