package netns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Probe tries everything that the netns world uses, by doing it once and
// undoing it, and looks for the programs that nodes of the library run. For a
// user without privileges call it after Reexec: then it reports what a run will
// find.
func Probe() []Finding {
	findings := []Finding{probeUserNamespace(), probePrivileges()}
	findings = append(findings, probeNetwork()...)
	findings = append(findings, ProbeGroups()...)
	versions := make([]Finding, len(tools))
	var all sync.WaitGroup
	for i, t := range tools {
		all.Go(func() { versions[i] = t.probe() })
	}
	all.Wait()
	return append(findings, versions...)
}

// found returns a finding for something that works or fails with err.
func found(name string, needed Need, detail string, err error) Finding {
	f := Finding{Name: name, OK: err == nil, Detail: detail, Needed: needed}
	if err != nil {
		f.Detail = strings.ReplaceAll(strings.TrimPrefix(err.Error(), "netns: "), "\n", "; ")
		f.Remedy = remedies[needed]
		if own, has := remediesOf[name]; has {
			f.Remedy = own
		}
	}
	return f
}

// remedies say how to get what is missing, by need; remediesOf override them
// for some things.
var (
	remedies = map[Need]string{
		ForUsers:  "run as root, or have the administrator set the sysctls user.max_user_namespaces and kernel.unprivileged_userns_clone above 0 and kernel.apparmor_restrict_unprivileged_userns to 0; a container may need --privileged",
		ForWorld:  "run as root, or where user namespaces are allowed",
		ForFreeze: "run as root; a container needs a /sys/fs/cgroup that can be written to",
		ForQuota:  "run as root; a container needs a /sys/fs/cgroup that can be written to",
		ForMemory: "run as root; a container needs a /sys/fs/cgroup that can be written to",
	}
	remediesOf = map[string]string{
		"veth":      "modprobe veth, or a kernel with CONFIG_VETH",
		"AF_PACKET": "modprobe af_packet, or a kernel with CONFIG_PACKET",
	}
)

func probeUserNamespace() Finding {
	cmd := exec.Command("true")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	err := cmd.Run()
	if err != nil {
		err = explainUser(err)
	}
	return found("user namespaces", ForUsers, "an ordinary user can be root of namespaces of his own", err)
}

func probePrivileges() Finding {
	if !Privileged() {
		return found("privileges", ForWorld, "", errors.New("neither root nor in a user namespace: a run starts itself again in one"))
	}
	detail := "root"
	if users, err := os.ReadFile("/proc/self/uid_map"); err == nil && !strings.Contains(string(users), "4294967295") {
		detail = "root of a user namespace"
	}
	return found("privileges", ForWorld, detail, nil)
}

// probeNetwork lays one cable and sends one frame through it. If one step
// fails, later ones that depend on it count as missing too.
func probeNetwork() []Finding {
	const (
		namespaces, veth, packet, offloads = "net namespaces", "veth", "AF_PACKET", "offloads"
	)
	var findings []Finding
	fail := func(err error, names ...string) []Finding {
		for _, name := range names {
			findings = append(findings, found(name, ForWorld, "", err))
			err = fmt.Errorf("not tried: it needs what is missing above")
		}
		return findings
	}
	fabric, err := New()
	if err != nil {
		return fail(err, namespaces, veth, packet, offloads)
	}
	defer fabric.Close()
	node, err := New()
	if err != nil {
		return fail(err, namespaces, veth, packet, offloads)
	}
	defer node.Close()
	limit, _ := os.ReadFile("/proc/sys/user/max_net_namespaces")
	findings = append(findings, found(namespaces, ForWorld, "at most "+string(bytes.TrimSpace(limit)), nil))

	cable, err := Connect(fabric, node, CableSpec{Name: "eth0", MAC: [6]byte{2}})
	if err != nil {
		return fail(err, veth, packet, offloads)
	}
	defer cable.Close()
	findings = append(findings, found(veth, ForWorld, "two ends, IPv6 off, carrier up", nil))

	err = probePort(fabric, cable.Interface(), node)
	findings = append(findings, found(packet, ForWorld, fmt.Sprintf("a ring of %d frames; one frame came through", slotCount), err))
	active, err := node.Offloads("eth0")
	if err == nil && len(active) > 0 {
		err = fmt.Errorf("still on: %s", strings.Join(active, ", "))
	}
	return append(findings, found(offloads, ForWorld, "off by ethtool on both ends", err))
}

// probePort sends one frame from the node to the fabric.
func probePort(fabric *Namespace, iface string, node *Namespace) error {
	in, err := Open(fabric, iface)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := Open(node, "eth0")
	if err != nil {
		return err
	}
	defer out.Close()
	poller, err := NewPoller()
	if err != nil {
		return err
	}
	defer poller.Close()
	if err := poller.Add(in); err != nil {
		return err
	}
	out.Send(make([]byte, 60))
	out.Flush()
	for since := time.Now(); !in.Ready(); {
		left := patience - time.Since(since)
		if left <= 0 {
			return fmt.Errorf("a frame did not come through within %v: %+v", patience, out.Stats())
		}
		if err := poller.Wait(left); err != nil {
			return err
		}
	}
	return nil
}

// ProbeGroups makes a group of processes and checks what it supports: the part
// of Probe about which limits and hogs of real programs have an effect.
func ProbeGroups() []Finding {
	const freezer, cpu, memory = "cgroup freezer", "cgroup cpu", "cgroup memory"
	g, err := NewGroup("probe")
	if err != nil {
		return []Finding{
			found(freezer, ForFreeze, "", err), found(cpu, ForQuota, "", err), found(memory, ForMemory, "", err),
		}
	}
	defer g.Delete()
	try := func(name string, needed Need, control string, err error) Finding {
		if control == "" {
			return found(name, needed, "", errors.New("no writable cgroup has it"))
		}
		return found(name, needed, filepath.Base(control)+" below "+filepath.Dir(filepath.Dir(control)), err)
	}
	freeze := g.control("cgroup.freeze", "freezer.state")
	var freezes error
	if freeze != "" {
		freezes = errors.Join(g.Freeze(), g.Thaw())
	}
	return []Finding{
		try(freezer, ForFreeze, freeze, freezes),
		try(cpu, ForQuota, g.control("cpu.max", "cpu.cfs_quota_us"), g.SetCPU(0.5)),
		try(memory, ForMemory, g.control("memory.max", "memory.limit_in_bytes"), g.SetMemory(1<<30)),
	}
}

// tool is a program that nodes of the library run, or that people use to look
// at runs.
type tool struct {
	name    string
	version string // the argument that makes it say its version; empty: it would start
	needed  Need
	pack    string // of Debian
}

var tools = []tool{
	{"nginx", "-v", ForProgram, "nginx"}, {"openssl", "version", ForProgram, "openssl"}, {"haproxy", "-v", ForProgram, "haproxy"},
	{"keepalived", "--version", ForProgram, "keepalived"}, {"curl", "--version", ForProgram, "curl"},
	{"fping", "-v", ForProgram, "fping"}, {"wrk", "-v", ForProgram, "wrk"}, {"iperf3", "--version", ForProgram, "iperf3"},
	{"tshark", "--version", ForProgram, "tshark"}, {"tcpdump", "--version", ForProgram, "tcpdump"},
	{"slapd", "-VV", ForProgram, "slapd"}, {"ldapwhoami", "-VV", ForProgram, "ldap-utils"},
	{"mariadbd", "--version", ForProgram, "mariadb-server"}, {"postgres", "--version", ForProgram, "postgresql"},
	{"garagemq", "--help", ForProgram, "garagemq"}, {"mosquitto", "-h", ForProgram, "mosquitto"},
	{"initdb", "--version", ForProgram, "postgresql"}, {ownDrivers, "version", ForProgram, ""},
	{"rsync", "--version", ForProgram, "rsync"}, {"vsftpd", "-v", ForProgram, "vsftpd"},
	{"rabbitmq-server", "", ForProgram, "rabbitmq-server"}, {"epmd", "", ForProgram, "erlang-base"},
	{"ping", "-V", ForProgram, "iputils-ping"}, {"ip", "-V", ForLooking, "iproute2"},
}

// probe looks for the program in PATH and asks for its version, which is in the
// first line with a digit. Some print it on standard error, some print warnings
// first, and wrk exits with an error.
func (t tool) probe() Finding {
	path, err := t.find()
	if err != nil {
		f := found(t.name, t.needed, "", errors.New("not on PATH"))
		f.Remedy = "apt install " + t.pack
		if t.pack == "" {
			f.Remedy = "make realclient, in the source of cablepull"
		}
		return f
	}
	if t.version == "" {
		return found(t.name, t.needed, path, nil)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*patience) // a busy machine starts tshark slowly
	defer cancel()
	out, _ := exec.CommandContext(ctx, path, t.version).CombinedOutput()
	lines := strings.Split(string(out), "\n")
	i := slices.IndexFunc(lines, func(line string) bool { return strings.ContainsAny(line, "0123456789") })
	if i < 0 {
		return found(t.name, t.needed, path+" does not say its version", nil)
	}
	line := strings.TrimSpace(lines[i])
	return found(t.name, t.needed, line[:min(len(line), detailMax)], nil)
}

// ownDrivers is the program with real drivers of databases and brokers. It
// comes with the source of cablepull, and lies next to it.
const ownDrivers = "cablepull-realclient"

// find looks on the search path, next to this program, and where Debian has the
// newest PostgreSQL.
func (t tool) find() (string, error) {
	path, err := exec.LookPath(t.name)
	if err == nil {
		return path, nil
	}
	apart, _ := filepath.Glob("/usr/lib/postgresql/[0-9]*/bin/" + t.name) // the pattern is good
	if self, selfErr := os.Executable(); selfErr == nil {
		apart = append(apart, filepath.Join(filepath.Dir(self), t.name))
	}
	for _, other := range slices.Backward(apart) {
		if _, err := exec.LookPath(other); err == nil {
			return other, nil
		}
	}
	return "", err
}

// detailMax keeps a finding on one line of a terminal; curl lists its
// libraries.
const detailMax = 60
