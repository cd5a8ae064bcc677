package scenarios

import (
	"strings"
	"testing"
)

// slips are changes of the small scenario and what is said about each: line and
// column, then a part of the message. One change, one problem: what could not
// be read is not complained about twice.
var slips = []struct{ old, new, at, want string }{
	// Keys.
	{"duration: 60s", "duration: 60s\nslwo: true", "3:1", `unknown key, want name, about, tags, slow,`},
	{"duration: 60s", "duration: 60s\ntolerance: 200ms", "3:12", `got 200ms, want more than 0s and at most 150ms`},
	{"duration: 60s", "duration: 60s\nduration: 50s", "3:1", `the key appears twice in the mapping`},
	{"nics: {lan: 192.0.2.50/24}", "nic: {}, nics: {lan: 192.0.2.50/24}", "7:22", `(did you mean "nics"?)`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 192.0.2.100, prority: 1}}}\n  b", "5:82", `(did you mean "priority"?)`},
	{"duration: 60s", "duration: 60s\n? [a]\n: b", "4:1", `found an invalid key for this map`},
	{"duration: 60s", "duration: 60s\n*a : b", "3:1", `got a key that is not plain text`},
	// Types and forms.
	{"duration: 60s", "duration: 60", "2:11", `got "60", want a duration such as 5s, 20ms or 1m30s`},
	{"duration: 60s", "duration: sixty", "2:11", `got "sixty", want a duration`},
	{"duration: 60s", "duration: [60s]", "2:11", `got a list, want a duration`},
	{"duration: 60s", "duration:", "2:10", `got nothing, want a duration`},
	{"duration: 60s", "duration: !!str 60s", "2:11", `tags such as !!str are not supported`},
	{"duration: 60s", "duration: 60s\nseed: -1", "3:7", `got "-1", want a whole number`},
	{"duration: 60s", "duration: 60s\nseed: 1.5", "3:7", `got "1.5", want a whole number`},
	{"duration: 60s", "duration: 60s\nslow: yes", "3:7", `got "yes", want on, off, true or false`},
	{"duration: 60s", "duration: 60s\ntags: F1", "3:7", `got "F1", want a list`},
	{"{backend: {},", "{backend: on,", "7:18", `got "on", want a mapping with the keys port, certificate, ports, protocol, latency, status, size, body, content-type, paths, backlog, workers, connections, session-cookie, session-path, allow`},
	{"{backend: {},", "{backend: {paths: {/a: {static: yes}}},", "7:40", `got "yes", want on, off, true or false`},
	{"{backend: {},", "{backend: {paths: {/a: {static: on}, b: {}}},", "7:45", `got "b", want the path of a URL, such as /health`},
	{"{backend: {},", "{backend: ,", "7:17", `got nothing, want a mapping with the keys`},
	{"segments: {lan: {}}", "segments: [lan]", "3:11", `got a list, want a mapping of names`},
	{"{lan: 192.0.2.50/24}", "{lan: {addres: 192.0.2.50/24}}", "7:35", `unknown key, want address, segment, mac or latency (did you mean "address"?)`},
	{"{lan: 192.0.2.50/24}", "{lan: {}}", "7:29", `address is missing`},
	{"{lan: 192.0.2.50/24}", "{lan: 192.0.2.500/24}", "7:34", `got "192.0.2.500/24", want an address with prefix length`},
	{`{target: "http://192.0.2.100/"}`, `{target: "http://192.0.2.100/", rate: 20}`, "8:54", `got "20", want a number per s, min or h, such as 20/s`},
	{`{target: "http://192.0.2.100/"}`, `{target: "http://192.0.2.100/", mode: keepalive}`, "8:54", `got "keepalive", want new, keep-alive, long-lived or ping (did you mean "keep-alive"?)`},
	{`{target: "http://192.0.2.100/"}`, `{target: "http://192.0.2.100/", connections: 0}`, "8:61", `got 0, want 1 to 100000`},
	{`{target: "http://192.0.2.100/"}`, `{}`, "8:16", `target is missing`},
	{`{target: "http://192.0.2.100/"}`, `{target: "http://example.com/"}`, "8:25", `got the name example.com, want an address, or nameservers on the node`},
	{`{target: "http://192.0.2.100/"}`, `{target: "http://192.0.2.100:0/"}`, "8:25", `want a port from 1 to 65535, not 0`},
	{"a: {gateway: {}", "a: {gateway: {services: {web: {forward: \"192.0.2.50:0\"}}}", "5:43", `got 192.0.2.50:0, want an IPv4 address and a port`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 192.0.2.100, priority: 256}}}\n  b", "5:92", `got 256, want 0 to 255`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 192.0.2.100, hold: -1s}}}\n  b", "5:88", `got -1s, want at least 0`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 192.0.2.100, hello: 1s}}}\n  b", "5:89", `got 1s, want 2s to 40s (DataPower: HelloTimer)`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 192.0.2.100, profile: rfc2281, hold: 2s}}}\n  b", "5:106", `got 2s, want more than the hello time 3s`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 'fe80::1'}}}\n  b", "5:69", `got fe80::1, want an IPv4 host address (DataPower: VirtualIP)`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 192.0.2.0}}}\n  b", "5:69", `192.0.2.0 is the address of the subnet itself`},
	{"{lan: 192.0.2.50/24}", "{lan: dhcp}", "7:34", `got "dhcp", want an address with prefix length`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 192.0.2.100, authentication: 123456789}}}\n  b", "5:98", `want 1 to 8 printable characters or 0x and 16 digits`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 192.0.2.11}}}\n  b", "5:69", `virtual IP 192.0.2.11 is the address of interface a.lan`},
	{"{vip: 192.0.2.100}}}\n  b", "{vip: 198.51.100.1}}}\n  b", "5:69", `virtual IP 198.51.100.1 is not in the interface's subnet 192.0.2.0/24`},
	{"{lan: {vip: 192.0.2.100}}}\n  b", "{wan: {vip: 192.0.2.100}}}\n  b", "5:58", `there is no interface "wan", want lan (did you mean "lan"?)`},
	{"{vip: 192.0.2.100}}}\n  b", "{}}}\n  b", "5:58", `got none, want an IPv4 host address`},
	// Meaning.
	{"name: small", "name: Small", "1:7", `want lower-case letters, digits and dashes`},
	{"segments: {lan: {}}", "segments: {lan: {}, l.n: {}}", "3:21", `"l.n" has '.'`},
	{"{lan: 192.0.2.50/24}", "{lam: 192.0.2.50/24}", "7:29", `there is no segment "lam", want lan (did you mean "lan"?)`},
	{"{lan: 192.0.2.50/24}", "{lan: 192.0.2.11/24}", "7:34", `a.lan already has 192.0.2.11 on segment lan`},
	{"{lan: 192.0.2.50/24}", "{lan: 198.51.100.1/24}", "7:34", `got subnet 198.51.100.0/24, want 192.0.2.0/24 as a.lan has on segment lan`},
	{"- 30s: pull a.lan", "- 61s: pull a.lan", "10:5", `got instant 1m1s, want one before the end at 1m0s`},
	{"- 30s: pull a.lan", "- 30: pull a.lan", "10:5", `got instant "30", want an instant and a fault, such as 40s: pull a.lan`},
	{"- 30s: pull a.lan", "- pull a.lan", "10:5", `got "pull a.lan", want an instant and a fault`},
	{"- 30s: pull a.lan", "- {30s: heal, 31s: heal}", "10:5", `got 2 keys, want an instant and a fault`},
	{"- 30s: pull a.lan", "- 30s: []", "10:10", `got an empty list, want at least one fault`},
	{"- 30s: pull a.lan", "- 30s: {pull: a.lan}", "10:10", `got a mapping, want a fault such as pull a.lan`},
	{"- 30s: pull a.lan", "- 30s: pull a.lan quietly", "10:21", `fault: column 12: got "quietly", want the end of the line; usage: pull`},
	{"- 30s: pull a.lan", `- 30s: "pull a.lan quietly"`, "10:22", `fault: column 12: got "quietly"`},
	{"- 30s: pull a.lan", "- 30s: [heal, pull d.lan]", "10:17", `there is no node "d", want a, b, c1 or web`},
	{"- 30s: pull a.lan", "- 30s: pull a.wan", "10:10", `node a has no interface "wan", want lan (did you mean "lan"?)`},
	{"- 30s: pull a.lan", "- 30s: prune multicast wan", "10:10", `there is no segment "wan", want lan`},
	{"- 30s: pull a.lan", "- 30s: backend a hang", "10:10", `node a is not a backend`},
	{"- 30s: pull a.lan", "- 30s: yield c1", "10:10", `c1 has no standby control to yield`},
	{"- 30s: pull a.lan", "- 30s: fill a memory 90%", "10:10", `node a has no memory limit to fill`},
	{"- 30s: pull a.lan", "- 30s: stop service wbe on a", "10:10", `node a has no service "wbe", want web (did you mean "web"?)`},
	{"- 30s: pull a.lan", "- 30s: stop service web on c1", "10:10", "node c1 has no services"},
	{"- 30s: pull a.lan", "- 30s: set a standby.priorty 120", "10:10", `(did you mean "standby.priority"?)`},
	{"- 30s: pull a.lan", "- 30s: set a standby.priority high", "10:10", `standby.priority: got "high", want 0 to 255`},
	{"- 30s: pull a.lan", "- 30s: set a standby.hello 1s", "10:10", `standby.hello: got 1s, want 2s to 40s`},
	{"- 30s: pull a.lan", "- 30s: set a standby.lan.hold 6m", "10:10", `standby.lan.hold: got 6m0s, want 6s to 2m0s`},
	{"- 30s: pull a.lan", "- 30s: set a standby.authentication too-long-a-token", "10:10", `want 1 to 8 printable characters or 0x and 16 digits`},
	{"- 30s: pull a.lan", "- 30s: crash a\n  - 40s: set a standby.priority 90", "11:10", `a is down at 40s, after crash a at 30s`},
	{"- 30s: pull a.lan", "- 30s: [crash a, freeze a]", "10:20", `a is down at 30s, after crash a at 30s`},
	{"- 30s: pull a.lan", "- 30s: freeze a\n  - 20s: reboot a down 15s", "10:10", `a is down at 30s, after reboot a down 15s at 20s: it is up from 35s on`},
	// Expectations.
	{"- moves: 1", "- movse: 1", "12:5", `unknown expectation, want active, only-active,`},
	{"- moves: 1", "- moves", "12:5", `got "moves", want one key of active, only-active,`},
	{"- moves: 1", "- moves: 2..1", "12:12", `want the lower end first`},
	{"- moves: 1", "- moves: one", "12:12", `got "one", want an interval such as 1..3, ..3, 1.. or 2`},
	{"- moves: 1", "- kept: 101%", "12:11", `want an interval such as 40%..60%`},
	{"- moves: 1", "- active: {node: z}", "12:20", `there is no node "z"`},
	{"- moves: 1", "- active: {node: c1}", "12:20", `node c1 has no standby control`},
	{"- moves: 1", "- active: {at: 5s}", "12:13", `node is missing`},
	{"- moves: 1", "- active: {node: a, at: 5m}", "12:27", `got 5m0s, want an instant before the end at 1m0s`},
	{"- moves: 1", "- becomes: {node: a, state: Active}", "12:14", `want between, such as 7s..10s after the fault, or at`},
	{"- moves: 1", "- becomes: {node: a, state: Active, after: pull b.lan}", "12:46", `"pull b.lan" is not in the timeline, want pull a.lan`},
	{"- moves: 1", "- outage: {client: web, between: ..1s}", "12:22", `there is no client "web", want c1`},
	{"- moves: 1", "- event: {kind: vip-announce}", "12:19", `(did you mean "vip-announced"?)`},
	{"- moves: 1", "- event: {kind: vip-announced, where: {address: x}}", "12:42", `vip-announced has no field "address", want`},
	{"- moves: 1", "- event: {kind: conn-closed, where: {how: reste}, count: 0}", "12:40", `how of conn-closed is never "reste", want client, server, refused, reset, timeout, unreachable or tls (did you mean "reset"?)`},
	{"- moves: 1", "- event: {kind: request-failed, where: {failure: status503}}", "12:43", `failure of request-failed is never "status503", want`},
	{"- moves: 1", "- event: {kind: vip-announced, where: {repeat: first}}", "12:42", `repeat of vip-announced is never "first", want a whole number`},
	{"- moves: 1", "- event: {kind: vip-lost, where: {vip: 192.0.2.10}, count: 0}", "12:37", `there is no vip "192.0.2.10", want 192.0.2.100`},
	{"- moves: 1", "- event: {kind: vip-lost, where: {interface: wan}, count: 0}", "12:37", `there is no interface "wan", want lan`},
	{"- moves: 1", "- event: {kind: vip-served, where: {segment: wan}, count: 0}", "12:39", `there is no segment "wan", want lan`},
	{"- moves: 1", "- violations: [one-active, one-actve]", "12:30", `there is no invariant "one-actve", want accounting, active-holds-vip,`},
	{"- moves: 1", "- takeover: {to: b, vip: 192.0.2.99}", "12:28", `got 192.0.2.99, want 192.0.2.100`},
	{"- moves: 1", "- requests: {only: [rst]}", "12:23", `got "rst", want refused, reset, timeout,`},
	// Questions that nothing can answer.
	{"- 30s: pull a.lan", "- 60s: pull a.lan", "10:5", `got instant 1m0s, want one before the end at 1m0s`},
	{"- moves: 1", "- only-active: {nodes: [], after: pull a.lan, from: 31s}", "12:55", `got 31s, want at most 30s: pull a.lan is at 30s, and the run ends at 1m0s`},
	{"- moves: 1", "- active: {node: a, after: pull a.lan, at: 31s}", "12:46", `got 31s, want at most 30s: pull a.lan is at 30s`},
	{"- moves: 1", "- event: {kind: vip-lost, from: 61s, count: 0}", "12:35", `got 1m1s, want an instant before the end at 1m0s`},
	{"- moves: 1", "- states: {node: a, group: 2, sequence: []}", "12:30", `got 2, want 1`},
	{"- moves: 1", "- only-active: [a, c1]", "12:22", `node c1 has no standby control`},
	{"- moves: 1", "- elected: [web]", "12:15", `node web has no standby control`},
	{"- moves: 1", "- single-active: {node: c1}", "12:27", `node c1 can have no virtual IP`},
	{"- moves: 1", "- takeover: {from: c1, to: b}", "12:22", `node c1 can have no virtual IP`},
	{"- moves: 1", "- event: {kind: request-failed, node: a, count: 0}", "12:41", `node a is not a client`},
	{"- moves: 1", "- event: {kind: standby-sent, node: web, count: 0}", "12:39", `node web has no standby control`},
	{"- moves: 1", "- event: {kind: probe-changed, count: 0}", "12:19", `no node can cause such an event, want a node with a probe`},
	{"- moves: 1", "- event: {kind: program-ended, count: 0}", "12:19", `no node can cause such an event, want a node that runs real programs`},
	{"- moves: 1", "- same-member: {services: [web]}", "12:29", `got 1, want two services at least`},
	{"- moves: 1", "- same-member: {services: [web, wbe]}", "12:35", `no node has a service "wbe", want http or web (did you mean "web"?)`},
	{"- moves: 1", "- same-member: {services: [web, web]}", "12:35", `web is in the chain twice`},
	{"- moves: 1", "- requests: {client: c1}", "12:15", `want at least one figure, such as ok: 100.., or only`},
	{"- moves: 1", "- violations: []", "12:17", `got none, want at least one of accounting,`},
	{"- moves: 1", "- nothing-else: false", "12:19", `wanted is missing`},
	// YAML itself.
	{"duration: 60s", "duration: 60s\n\tseed: 1", "3:1", `got a tab, want spaces`},
	{"duration: 60s", "duration: [60s", "3:1", `',' or ']' must be specified`},
	{"duration: 60s", "duration: *none", "2:11", `alias *none: there is no anchor &none before it`},
	{"- moves: 1", "- moves: 1\n---\na: b", "", `got a second document, want one scenario in a file`},
}

func TestProblemsHavePlaces(t *testing.T) {
	for _, slip := range slips {
		text := strings.Replace(small, slip.old, slip.new, 1)
		if text == small {
			t.Errorf("%s: nothing to replace", slip.old)
			continue
		}
		s, err := Parse("x", []byte(text))
		invalid, ok := IsInvalid(err)
		if !ok {
			t.Errorf("%s: got %v, %v, want problems", slip.new, s, err)
			continue
		}
		if len(invalid.Problems) != 1 {
			t.Errorf("%s: got %d problems, want 1:\n%v", slip.new, len(invalid.Problems), err)
			continue
		}
		got := invalid.Problems[0].String()
		if !strings.HasPrefix(got, slip.at) || !strings.Contains(got, slip.want) {
			t.Errorf("%s: want %s %s, got\n%s", slip.new, slip.at, slip.want, got)
		}
	}
}

// TestAllSlipsAtOnce: of a standby configuration that is wrong in many ways
// each is told, once.
func TestAllSlipsAtOnce(t *testing.T) {
	text := strings.Replace(small, "{vip: 192.0.2.100}}}\n  b", "{vip: 'fe80::1', group: 256, priority: -1, hello: 1s, hold: 3m, authentication: too-long-a-token, jitter: 70%}}}\n  b", 1)
	_, err := Parse("x", []byte(text))
	invalid, ok := IsInvalid(err)
	if !ok {
		t.Fatalf("got %v, want problems", err)
	}
	var got []string
	for _, p := range invalid.Problems {
		_, after, _ := strings.Cut(p.String(), "nodes.a.standby.lan.")
		key, _, _ := strings.Cut(after, ":")
		got = append(got, key)
	}
	if want := "vip group priority hello hold authentication jitter"; strings.Join(got, " ") != want {
		t.Errorf("got problems of %q, want %q:\n%v", got, want, err)
	}
}

// What is probably not meant, but can be run, warns.
func TestWarnings(t *testing.T) {
	for _, slip := range [][3]string{
		{"{vip: 192.0.2.100}}}\n  web", "{vip: 192.0.2.101}}}\n  web", "it must be the same on all members of group 1 on segment lan"},
		{"{vip: 192.0.2.100}}}\n  web", "{vip: 192.0.2.100, authentication: cisco}}}\n  web", "members of group 1 on segment lan will ignore each other"},
		{"{vip: 192.0.2.100}}}\n  web", "{vip: 192.0.2.100, hold: 12s}}}\n  web", "timers are 3s and 12s here and 3s and 10s on a.lan: members of group 1 on segment lan should have the same; its standby waits for the hold time that the active says"},
		{"{vip: 192.0.2.100}}}\n  web", "{vip: 192.0.2.100, profile: ios, hello: 2s}}}\n  web", "timers are 2s and 10s here and 3s and 10s on a.lan: members of group 1 on segment lan should have the same; while another member is active, its timers override these"},
		{"target: \"http://192.0.2.100/\"", "target: \"http://192.0.2.99/\"", "no node has the address 192.0.2.99"},
		{"gateway: {}, nics: {lan: 192.0.2.11/24}", "gateway: {services: {web: {listen: \"192.0.2.12:80\"}}}, nics: {lan: 192.0.2.11/24}", "neither an address nor a virtual IP of the node"},
	} {
		s, err := Parse("x", []byte(strings.Replace(small, slip[0], slip[1], 1)))
		if err != nil {
			t.Errorf("%s: %v", slip[1], err)
			continue
		}
		if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0].Message, slip[2]) || s.Warnings[0].Line == 0 {
			t.Errorf("%s: got %v, want %s", slip[1], s.Warnings, slip[2])
		}
	}
}
