package topology

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// TestFTPProblems: data connections need ports of their own, and only a service
// of kind ftp has any.
func TestFTPProblems(t *testing.T) {
	vip, own := netip.MustParseAddrPort("192.0.2.100:50005"), netip.MustParseAddrPort("192.0.2.11:50005")
	files := Service{Kind: KindFTP}
	for _, c := range []struct {
		services map[string]Service
		want     string
	}{
		{map[string]Service{"files": files}, ""},
		{map[string]Service{"files": {Kind: KindFTP, Passive: PortRange{60000, 60000}, Rate: 1}, "web": {Listen: vip}}, ""},
		{map[string]Service{"files": files, "web": {Listen: own}}, ""},
		{map[string]Service{"files": files, "web": {Listen: vip}}, "files.passive-ports: got 50000-50009, want others than service web has: 50005"},
		{map[string]Service{"files": files, "any": {Listen: netip.MustParseAddrPort("0.0.0.0:50009")}},
			"files.passive-ports: got 50000-50009, want others than service any has: 50009"},
		{map[string]Service{"files": {Kind: KindFTP, Listen: vip}}, "files.passive-ports: got 50000-50009, want others than service files has: 50005"},
		{map[string]Service{"files": files, "more": {Kind: KindFTP, Listen: netip.MustParseAddrPort("192.0.2.100:2121"), Passive: PortRange{50009, 50020}}},
			"files.passive-ports: got 50000-50009, want others than service more has: 50009-50020\n" +
				"more.passive-ports: got 50009-50020, want others than service files has: 50000-50009"},
		{map[string]Service{"files": {Kind: KindFTP, Forward: ForwardTo(netip.MustParseAddrPort("192.0.2.11:80"))}},
			"files.forward: got 192.0.2.11:80, want none: a service of kind ftp has its files itself"},
		{map[string]Service{"files": {Kind: KindFTP, Rate: -1}}, "files.transfer-rate: got -1, want at least 0"},
		{map[string]Service{"web": {Rate: 5, Passive: PortRange{1, 2}}},
			"web.transfer-rate: got 5, want none: the service is not of kind ftp\n" +
				"web.passive-ports: got 1-2, want none: the service is not of kind ftp"},
	} {
		whole := pair()
		edit("a", func(n *Node) { n.Gateway = &Gateway{Services: c.services} })(&whole)
		var got []string
		for _, p := range whole.Validate() {
			got = append(got, strings.TrimPrefix(p.String(), "nodes.a.gateway.services."))
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%+v: got\n%s\nwant\n%s", c.services, strings.Join(got, "\n"), c.want)
		}
	}
}

// TestServicePorts: those of data connections are ports of the service, and are
// no more balanced than the one on which it listens.
func TestServicePorts(t *testing.T) {
	whole := pair()
	edit("a", func(n *Node) {
		n.Gateway = &Gateway{Services: map[string]Service{
			"files": {Kind: KindFTP}, "few": {Kind: KindFTP, Listen: netip.MustParseAddrPort("192.0.2.100:2121"), Passive: PortRange{6000, 6001}}, "web": {},
		}}
	})(&whole)
	services := whole.WithDefaults().Nodes["a"].Gateway.Services
	for name, want := range map[string][]PortRange{
		"files": {{21, 21}, {50000, 50009}}, "few": {{2121, 2121}, {6000, 6001}}, "web": {{80, 80}},
	} {
		s := services[name]
		if got := s.Ports(); !slices.Equal(got, want) {
			t.Errorf("%s: got ports %v, want %v", name, got, want)
		}
		if balanced, reason := s.Balanced(); balanced != (name == "web") || balanced != (reason == "") {
			t.Errorf("%s: balanced %v, because %q", name, balanced, reason)
		}
	}
	if got := fmt.Sprint(services["files"].Passive); got != "50000-50009" {
		t.Errorf("the default ports are %s", got)
	}
}
