package trial

import (
	"fmt"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed"
)

// TwinMax is the longest that an incident may last to have a twin in real time.
// One that lasts longer, because a product's timeout does, would hold up a
// suite for that time; it can still be run there by its name.
const TwinMax = 3 * time.Minute

// Worlds lists the worlds in which a scenario is run on a machine that has
// everything: virtual time if it can, and real time if it can and lasts no
// longer than TwinMax.
func Worlds(s *scenarios.Scenario) []World {
	var worlds []World
	if NeedsNamespaces(s) == "" {
		worlds = append(worlds, Virtual)
	}
	if impossible(s) == "" && s.Duration <= TwinMax {
		worlds = append(worlds, Netns)
	}
	return worlds
}

// NeedsNamespaces says why the virtual world cannot run a scenario; empty if it
// can.
func NeedsNamespaces(s *scenarios.Scenario) string {
	if programs := s.Programs(); len(programs) > 0 {
		return fmt.Sprintf("runs real programs (%s on %s)", programs[0].Name, programs[0].Node)
	}
	return ""
}

// Obstacle says why this machine cannot play a scenario in the netns world;
// empty if it can.
func Obstacle(s *scenarios.Scenario) string {
	if why := impossible(s); why != "" {
		return why
	}
	return strings.Join(slices.Concat(lackOf(s, testbed.Missing(s.Topology)), lackOfUsers(s, netns.HasUsers()), missingGroups(s)), "; ")
}

// impossible says why no machine can play a scenario in the netns world; empty
// if one can.
func impossible(s *scenarios.Scenario) string {
	if err := testbed.Check(s.Topology, timeline(s)); err != nil {
		return strings.ReplaceAll(strings.TrimPrefix(err.Error(), "testbed: "), "\n", "; ")
	}
	return ""
}

// call is a program that a node runs: the scenario names it, or a program or
// script of the scenario starts it.
type call struct{ node, program string }

// callsOf lists the calls of a scenario.
func callsOf(s *scenarios.Scenario) []call {
	var calls []call
	for _, p := range s.Programs() {
		calls = append(calls, call{p.Node, p.Command[0]})
	}
	for _, node := range s.Execs() {
		for _, program := range s.Nodes[node].Exec.Needs {
			calls = append(calls, call{node, program})
		}
	}
	return calls
}

// lackOf says which programs of a scenario are missing, a sentence for each.
func lackOf(s *scenarios.Scenario, missing []string) []string {
	var sentences []string
	for _, c := range callsOf(s) {
		if !slices.Contains(missing, c.program) {
			continue
		}
		sentence := fmt.Sprintf("node %s runs %s, which is not installed", c.node, c.program)
		if name := debianPackage(c.program); name != "" {
			sentence += " (Debian package " + name + ")"
		} else if c.program == ownDrivers {
			sentence += " (make realclient builds it)"
		}
		if !slices.Contains(sentences, sentence) {
			sentences = append(sentences, sentence)
		}
	}
	return sentences
}

// lackOfUsers says which real hosts of a scenario need users that this process
// cannot become.
func lackOfUsers(s *scenarios.Scenario, others bool) []string {
	var sentences []string
	for _, name := range s.Execs() {
		exec := s.Nodes[name].Exec
		switch {
		case exec.Users && !others:
			sentences = append(sentences, fmt.Sprintf("node %s runs %s, which becomes another user: that needs root", name, exec.Run[0]))
		case exec.User != "" && !others:
			sentences = append(sentences, fmt.Sprintf("node %s runs %s as user %s, and only one user id is mapped here: that needs root", name, exec.Run[0], exec.User))
		case exec.User != "" && !exists(exec.User):
			sentences = append(sentences, fmt.Sprintf("node %s runs %s as user %s, who does not exist here", name, exec.Run[0], exec.User))
		}
	}
	return sentences
}

// exists reports whether this machine has a user.
func exists(name string) bool {
	_, err := user.Lookup(name)
	return err == nil
}

// neededGroups lists what a scenario needs of control groups. Our own nodes
// simulate their processors and memory themselves.
func neededGroups(s *scenarios.Scenario) []netns.Need {
	var needs []netns.Need
	for _, name := range s.Execs() {
		if s.Nodes[name].Memory.Limit > 0 {
			needs = append(needs, netns.ForMemory)
		}
	}
	for _, f := range timeline(s) {
		if hog, is := fault.Plain(f).(fault.Hog); is && s.Nodes[hog.Node].Exec != nil {
			needs = append(needs, netns.ForQuota)
		}
	}
	slices.Sort(needs)
	return slices.Compact(needs)
}

// missingGroups says which of those this machine does not provide.
func missingGroups(s *scenarios.Scenario) []string {
	needs := neededGroups(s)
	if len(needs) == 0 {
		return nil
	}
	var missing []string
	for _, f := range netns.ProbeGroups() {
		if !f.OK && slices.Contains(needs, f.Needed) {
			missing = append(missing, fmt.Sprintf("%s need %s: %s", f.Needed, f.Name, f.Detail))
		}
	}
	return missing
}

// timeline lists the faults of a scenario.
func timeline(s *scenarios.Scenario) []fault.Fault {
	var faults []fault.Fault
	for _, step := range s.Timeline {
		faults = append(faults, step.Faults...)
	}
	return faults
}

// ownDrivers is the program with real drivers of databases and brokers. It is
// not part of cablepull, but of its source.
const ownDrivers = "cablepull-realclient"

// otherPackages are the Debian packages of programs with a different name.
var otherPackages = map[string]string{
	"ip": "iproute2", "ldapsearch": "ldap-utils", "ldapwhoami": "ldap-utils", "ss": "iproute2", "tc": "iproute2", "ping": "iputils-ping", "nc": "netcat-openbsd",
	"initdb": "postgresql", "mariadb-install-db": "mariadb-server", "mariadbd": "mariadb-server", "postgres": "postgresql",
	"ab": "apache2-utils", "dig": "bind9-dnsutils", "dumpcap": "wireshark-common", "epmd": "erlang-base", "python3": "python3-minimal",
}

// ownPackages are programs whose Debian package has the same name.
var ownPackages = []string{
	"arping", "conntrack", "curl", "ethtool", "fping", "garagemq", "haproxy", "iperf3", "ipvsadm", "keepalived", "mosquitto", "nginx", "openssl", "rabbitmq-server",
	"rsync", "slapd", "socat", "tcpdump", "tshark", "vsftpd", "wget", "wrk",
}

// debianPackage names the package of a program; empty if we do not know it.
func debianPackage(program string) string {
	if slices.Contains(ownPackages, program) {
		return program
	}
	return otherPackages[program]
}
