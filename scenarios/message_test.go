package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// messageBase is a valid scenario in which the cases of TestMessages make one
// mistake each.
const messageBase = `name: base
duration: 90s
segments: {lan: {}, wan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100, priority: 110}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {vip: 192.0.2.100}}}
  c1: {client: {target: http://192.0.2.100/, rate: 20/s}, nics: {lan: 192.0.2.201/24}}
  r: {router: {}, nics: {lan: 192.0.2.1/24, wan: 198.51.100.1/24}}
timeline:
  - 40s: pull a.lan
expect:
  - moves: 1
`

// TestMessages: each mistake gets one message, which says what it is.
func TestMessages(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"90s", "0s", "2:11: duration: got 0s, want more than 0s"},
		{"90s", "-90s", "duration: got -1m30s, want more than 0s"},
		{"duration: 90s\n", "", "duration: it is missing, want the length of the run, such as 90s"},
		{"duration: 90s", "duration: 90s\ntolerance: 0s", "tolerance: got 0s, want more: left out, it is 150ms"},
		{"{lan: {}", "{lan: {latency: 0s}", "segments.lan.latency: got 0s, want more: left out, it is 100us"},
		{"priority: 110", "priority: 110, hello: 0s", "hello: got 0s, want more: left out, it is 3s"},
		{"rate: 20/s", "timeout: 0s", "client.timeout: got 0s, want more: left out, it is 10s"},
		{"target: http://192.0.2.100/", `target: ""`, "client.target: got an empty text, want text"},

		{"http://192.0.2.100/", "http://192.0.2.100:0/", "want a port from 1 to 65535, not 0"},
		{"gateway: {}", "gateway: {services: {web: {listen: 0.0.0.0:0}}}", "listen: got 0.0.0.0:0"},
		{"gateway: {}", "gateway: {services: {web: {forward: 192.0.2.201:0}}}", "forward: got 192.0.2.201:0, want an IPv4 address and a port"},
		{"client: {target", "backend: {port: 0}, client: {target", "backend.port: got 0, want 1 to 65535"},
		{"router: {}", "router: {firewall: {allow: [{port: 0}]}}", "port: got 0, want 1 to 65535"},
		{"router: {}", "router: {nat: {dnat: [{to: 192.0.2.1:80, via: 192.0.2.100:0}]}}", "via: got 192.0.2.100:0, want an IPv4 address and a port"},
		{"client: {target", "balancer: {members: [\"192.0.2.11:0\"]}, client: {target", "192.0.2.11:0"},
		{"client: {target", "proxy: {upstream: {servers: [\"192.0.2.11:0\"]}}, client: {target", "192.0.2.11:0"},

		{"c1: {client: {target: http://192.0.2.100/, rate: 20/s}", "c1: {apim: {gateway: am1}", `7:24: nodes.c1.apim.gateway: there is no API manager "am1", want localhost or c1`},
		{"c1: {client: {target: http://192.0.2.100/, rate: 20/s}", "c1: {apim: {data-source: {hosts: [db]}}", `7:37: nodes.c1.apim.data-source.hosts.0: got "db", want an address, perhaps with a port`},
		{"c1: {client: {target: http://192.0.2.100/, rate: 20/s}", "c1: {apim: {instances: {x: {}, y: {}}}", "7:34: nodes.c1.apim.instances.y.offset: got port 9443, which x has as well: want another offset"},
		{"c1: {client: {target: http://192.0.2.100/, rate: 20/s}", "c1: {cluster: {members: [x, y], instances: {x: {}, y: {}}}", "7:54: nodes.c1.cluster.instances.y.local-member-port: got 4000, which member x of this node has as well"},
		{"c1: {client: {target: http://192.0.2.100/, rate: 20/s}", "c1: {cluster: {members: [x, y], instances: {x: {local-member-port: 4001}, y: {local-member-port: 4001}}}", "7:100: nodes.c1.cluster.instances.y.local-member-port: got 4001, which member x of this node has as well"},
		{"c1: {client: {target: http://192.0.2.100/, rate: 20/s}", "c1: {files: {folders: {x: {}}}, apim: {instances: {x: {}, y: {offset: 1}}}", "7:61: nodes.c1.apim.instances.y: files.folders has none for y, want one"},

		{"http://192.0.2.100/", "https://192.0.2.100/", "client.target: nothing with a certificate listens on 192.0.2.100:443: want an http:// target"},
		{"http://192.0.2.100/", "htps://192.0.2.100/", `want a URL that begins with http, https or ftp (did you mean "https"?)`},
		{"client: {target: http://192.0.2.100/, rate: 20/s}", "probe: {by: ldap-bind, target: https://192.0.2.100/}", `target: got "https://192.0.2.100/", want a URL that begins with ldap or tcp`},

		{"wan: 198.51.100.1/24", "wan: 192.0.2.129/25", "nodes.r.nics.wan.address: got subnet 192.0.2.128/25, which overlaps 192.0.2.0/24 of interface lan: a router needs"},

		{"pull a.lan", "set a standby.prio 120", `got "standby.prio" (did you mean "standby.priority"?), want lan.address, `},
		{"pull a.lan", "set a prio 120", `got "prio" (did you mean "standby.priority"?), want lan.address, `},
		{"pull a.lan", "set a standby.priority 300", `standby.priority: got "300", want 0 to 255`},
		{"pull a.lan", "pull a.lan for 0s", "want at least 1ns"},
		{"pull a.lan", "pul a.lan", `(did you mean "pull"?)`},
	} {
		text := strings.Replace(messageBase, c.old, c.new, 1)
		if text == messageBase {
			t.Fatalf("%q is not in the scenario", c.old)
		}
		_, err := Parse("base.yaml", []byte(text))
		invalid, is := IsInvalid(err)
		if !is || len(invalid.Problems) != 1 || !strings.Contains(err.Error(), c.want) || invalid.More != 0 {
			t.Errorf("%s: got\n%v\nwant only %s", c.new, err, c.want)
		}
	}
}

// TestByteOrderMark: what some editors put before the text is no part of it.
// Columns are those of the text, and no other place may have it.
func TestByteOrderMark(t *testing.T) {
	const mark = "\ufeff"
	if _, err := Parse("base.yaml", []byte(mark+messageBase)); err != nil {
		t.Error(err)
	}
	_, err := Parse("x.yaml", []byte(mark+"nmae: x\n"))
	if err == nil || !strings.Contains(err.Error(), "x.yaml:1:1: nmae: unknown key") || strings.Contains(err.Error(), mark) {
		t.Errorf("got %v", err)
	}
	if _, err := Parse("base.yaml", []byte(mark+mark+messageBase)); err == nil {
		t.Error("two marks: got no error")
	}
	if _, err := Parse("base.yaml", []byte("\xff\xfen\x00a\x00")); err == nil || !strings.Contains(err.Error(), "UTF-16") {
		t.Errorf("UTF-16: got %v", err)
	}
}

// TestManyProblems: of many problems the first are shown and the others
// counted, whether they are found while reading or afterwards.
func TestManyProblems(t *testing.T) {
	many := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, line, i)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		text string
		more int
	}{
		"unknown keys": {strings.Replace(messageBase, "timeline:", many(1000, "  n%d: {nicks: {}}\n")+"timeline:", 1), 950},
		"faults":       {strings.Replace(messageBase, "expect:", many(1000, "  - 50s: pull b%d.lan\n")+"expect:", 1), 950},
		"exactly":      {strings.Replace(messageBase, "expect:", many(50, "  - 50s: pull b%d.lan\n")+"expect:", 1), 0},
		"one more":     {strings.Replace(messageBase, "expect:", many(51, "  - 50s: pull b%d.lan\n")+"expect:", 1), 1},
		"in variants": {strings.Replace(messageBase, "expect:", many(1000, "  - 50s: pull b%d.lan\n")+
			"variants: {nodes.*.standby.lan.profile: [datapower, ios]}\nexpect:", 1), 950},
	} {
		_, err := Parse("base.yaml", []byte(c.text))
		invalid, is := IsInvalid(err)
		if !is || len(invalid.Problems) != 50 || invalid.More != c.more {
			t.Errorf("%s: got %.300v", name, err)
			continue
		}
		if end := fmt.Sprintf("\nbase.yaml: and %d more", c.more); strings.HasSuffix(err.Error(), end) != (c.more > 0) {
			t.Errorf("%s: got …%s", name, err.Error()[len(err.Error())-80:])
		}
	}
}

// TestManyNodesInBlockStyle: a large file in the usual style can be read.
func TestManyNodesInBlockStyle(t *testing.T) {
	nodes := func(n int) []byte {
		var b strings.Builder
		b.WriteString("name: big\nduration: 40s\nsegments:\n  lan: {}\nnodes:\n")
		for i := range n {
			fmt.Fprintf(&b, "  n%d:\n    nics:\n      lan: 10.0.%d.%d/16\n", i, i/250, i%250+1)
		}
		return []byte(b.String())
	}
	s, err := Parse("big.yaml", nodes(3000))
	if err != nil || len(s.Nodes) != 3000 {
		t.Errorf("got %.300v", err)
	}
	if _, err := Parse("big.yaml", nodes(7000)); err == nil || !strings.Contains(err.Error(), "want at most 6000 in one mapping in block style") {
		t.Errorf("got %.300v", err)
	}
}
