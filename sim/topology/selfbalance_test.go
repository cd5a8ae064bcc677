package topology

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// balanced is a fine pair that balances itself, with these settings of a and b.
func balanced(a, b SelfBalance) Topology {
	t := pair()
	editStandby("a", func(s *Standby) { s.SelfBalance = &a })(&t)
	editStandby("b", func(s *Standby) { s.SelfBalance = &b })(&t)
	return t
}

// TestSelfBalanceProblems: settings of one member, and of two that differ.
// Problems with a leading ~ only warn.
func TestSelfBalanceProblems(t *testing.T) {
	for _, c := range []struct {
		a, b SelfBalance
		want string
	}{
		{SelfBalance{}, SelfBalance{}, ""},
		{SelfBalance{Weight: 1, Table: 10}, SelfBalance{Weight: 100, Dead: DeadReset, Version: 1, Overflow: OverflowRefuse}, ""},
		{SelfBalance{Algorithm: "lc"}, SelfBalance{Algorithm: "lc"}, `a.algorithm: got "lc", want wlc, rr, wrr or sh (did you mean "wlc"?)` + "\n" +
			`b.algorithm: got "lc", want wlc, rr, wrr or sh (did you mean "wlc"?)`},
		{SelfBalance{Recovery: RecoverySync}, SelfBalance{Recovery: RecoveryNone}, "~b.recovery: recovery is none here and sync on a.lan: members of group 1 on segment lan should have the same; " +
			"what a takeover loses depends on which member takes over"},
		{SelfBalance{}, SelfBalance{Algorithm: AlgorithmSH}, "~b.algorithm: algorithm is sh here and wlc on a.lan: members of group 1 on segment lan should have the same; " +
			"the active's is in use, so it changes with the active"},
		{SelfBalance{Table: -1}, SelfBalance{}, "a.table: got -1, want 1 to 16777216"},
		{SelfBalance{Overflow: "drop"}, SelfBalance{}, `a.overflow: got "drop", want evict or refuse`},
		{SelfBalance{Weight: 101}, SelfBalance{}, "a.weight: got 101, want 0 to 100"},
		{SelfBalance{Report: time.Millisecond}, SelfBalance{}, "a.report: got 1ms, want at least 10ms\n" +
			"~a.missed: b.lan reports every 1s and is lost for this member after 3.5ms: between its reports it gets no connections"},
		{SelfBalance{Report: time.Minute}, SelfBalance{}, "~b.missed: a.lan reports every 1m0s and is lost for this member after 3.5s: between its reports it gets no connections"},
		{SelfBalance{Hold: 10 * time.Second}, SelfBalance{}, ""},
		{SelfBalance{Hold: 11 * time.Second}, SelfBalance{}, "~a.hold: got 11s: if a member does not answer, clients of unknown connections wait that long for a reset"},
		{SelfBalance{SyncThreshold: 50}, SelfBalance{}, "a.sync-threshold: got 50, want less than sync-period, 50"},
		{SelfBalance{}, SelfBalance{Dead: "rst"}, `b.dead: got "rst", want drop or reset`},
		{SelfBalance{}, SelfBalance{Version: 3}, "b.version: got 3, want 1 to 2"},
	} {
		var got []string
		for _, p := range balanced(c.a, c.b).Validate() {
			text := strings.NewReplacer("nodes.", "", "standby.lan.self-balance.", "").Replace(p.String())
			if p.Warning {
				text = "~" + text
			}
			got = append(got, text)
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%+v and %+v: got\n%s\nwant\n%s", c.a, c.b, strings.Join(got, "\n"), c.want)
		}
	}
}

// TestSelfBalanceOnOneSide is possible (spec/failover.md F2), and warns.
func TestSelfBalanceOnOneSide(t *testing.T) {
	one := balanced(SelfBalance{}, SelfBalance{})
	editStandby("a", func(s *Standby) { s.SelfBalance = nil })(&one)
	problems := one.Validate()
	wantProblems(t, problems, "nodes.a.standby.lan: self-balance is missing here and set on b.lan: the other members of group 1 on segment lan give this one no connections, and while it is active it serves all by itself")
	if !problems[0].Warning {
		t.Error("that is an error, want a warning")
	}
	bare := balanced(SelfBalance{}, SelfBalance{})
	edit("b", func(n *Node) { n.Gateway = nil })(&bare)
	wantProblems(t, bare.Validate(), "nodes.b.standby.lan.self-balance: the node has no gateway, whose services could be balanced: it gets no connections from the others")
}

// TestManyMembers: a group has room for 64.
func TestManyMembers(t *testing.T) {
	for count, want := range map[int]string{64: "", 65: "nodes.m65.standby.lan.self-balance: group 1 on segment lan has 65 members with self-balancing, want at most 64"} {
		group := Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{}}
		for i := range count {
			group.Nodes[fmt.Sprintf("m%02d", i+1)] = Node{
				NICs: nic(fmt.Sprintf("192.0.2.%d/24", i+1)), Gateway: &Gateway{},
				Standby: map[string]Standby{"lan": {VIP: addr("192.0.2.100"), SelfBalance: &SelfBalance{}}},
			}
		}
		var wants []string
		if want != "" {
			wants = append(wants, want)
		}
		wantProblems(t, group.Validate(), wants...)
	}
}

// TestBalanceWeight: its text reads back as the same weight.
func TestBalanceWeight(t *testing.T) {
	for _, text := range []string{"", "0", "101", "-1", "Auto", "1.5", "10%"} {
		w := BalanceWeight(7)
		if err := w.UnmarshalText([]byte(text)); !errors.Is(err, ErrBalanceWeight) || w != 7 {
			t.Errorf("%q: got %v, %v, want an error that wraps ErrBalanceWeight", text, w, err)
		}
	}
	for text, want := range map[string]BalanceWeight{"auto": 0, "1": 1, "100": 100} {
		before, err := json.Marshal(SelfBalance{Weight: want})
		if err != nil || !strings.Contains(string(before), `"`+text+`"`) {
			t.Errorf("%d: got %s, %v, want weight %s", want, before, err, text)
		}
		var after SelfBalance
		if err := json.Unmarshal(before, &after); err != nil || after.Weight != want {
			t.Errorf("%s: got %d, %v, want %d", text, after.Weight, err, want)
		}
	}
}

// TestServiceKinds: each kind may be configured, has a port of its own by
// default, and says whether it is balanced (spec/failover.md §5.1).
func TestServiceKinds(t *testing.T) {
	type known struct {
		port   uint16
		reason string
	}
	want := map[string]known{
		KindHTTP: {80, ""}, KindTLS: {443, ""}, KindManagement: {9090, "administrative service"},
		KindB2B: {4080, ""}, KindAPIGateway: {443, "HTTPS handler of the API gateway"}, KindFTP: {21, "FTP server handler"},
	}
	kinds := ServiceKinds()
	if len(kinds) != len(want) {
		t.Errorf("got the kinds %v, want those of %v", kinds, want)
	}
	for _, kind := range kinds {
		whole := pair()
		edit("a", func(n *Node) { n.Gateway = &Gateway{Services: map[string]Service{"s": {Kind: kind}}} })(&whole)
		wantProblems(t, whole.Validate())
		s := whole.WithDefaults().Nodes["a"].Gateway.Services["s"]
		balanced, reason := s.Balanced()
		if got := (known{s.Listen.Port(), reason}); got != want[kind] || balanced != (reason == "") {
			t.Errorf("%s: got %v, balanced %v, want %v", kind, got, balanced, want[kind])
		}
	}
	whole := pair()
	edit("a", func(n *Node) {
		n.Gateway = &Gateway{Services: map[string]Service{
			"admin": {Kind: KindManagement, Forward: ForwardTo(netip.MustParseAddrPort("192.0.2.12:80"))}, "s": {Kind: "htp"},
		}}
	})(&whole)
	wantProblems(t, whole.Validate(),
		"nodes.a.gateway.services.admin.forward: got 192.0.2.12:80, want none: the appliance itself answers on its management interface",
		`nodes.a.gateway.services.s.kind: got "htp", want http, management, api-gateway, ftp, tls or b2b (did you mean "http"?)`)
}
