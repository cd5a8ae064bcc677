package topology

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// wso2 is the preset between two machines of pair, or on one.
func wso2(active, passive string) *ProxyWSO2 {
	return &ProxyWSO2{Active: netip.MustParseAddr(active), Passive: netip.MustParseAddr(passive)}
}

// documentedProxy is the completed proxy of a preset.
func documentedProxy(w *ProxyWSO2) *Proxy {
	return Proxy{WSO2: w}.Complete(Place{Topology: pair()}).(*Proxy)
}

// TestWSO2Figures compares the preset with the figures of the document, one by
// one: spec/failover.md §7.2.
func TestWSO2Figures(t *testing.T) {
	p := documentedProxy(wso2("127.0.0.1", "127.0.0.1"))
	upstreams := map[string]string{}
	for name, u := range p.Upstreams {
		for _, s := range u.Servers {
			upstreams[name] += s.Address.String() + map[bool]string{true: " backup"}[s.Backup] + ";"
			if *s.MaxFails != 1 || s.FailTimeout != 10*time.Second || s.Weight != 1 || s.MaxConns != 0 || s.Down || u.KeepAlive != 0 {
				t.Errorf("%s: %s: got %+v, want nginx's defaults", name, s.Address, s)
			}
		}
	}
	want := map[string]string{
		"manager-worker":         "127.0.0.1:9443;",
		"allnodes":               "127.0.0.1:9443;127.0.0.1:9444 backup;",
		"allnodes-traffic-http":  "127.0.0.1:8280;127.0.0.1:8281 backup;",
		"allnodes-traffic-https": "127.0.0.1:8243;127.0.0.1:8244 backup;",
	}
	if len(upstreams) != len(want) {
		t.Errorf("got the upstreams %v, want %v", Names(upstreams), Names(want))
	}
	for name, servers := range want {
		if upstreams[name] != servers {
			t.Errorf("upstream %s: got %s, want %s", name, upstreams[name], servers)
		}
	}

	const on, off = "error timeout invalid_header http_500", "error timeout"
	const none = "[]"
	type row struct{ location, pass, next, connect, forwarded, redirect, cookie string }
	listeners := []struct {
		listen, certificate string
		rows                []row
	}{
		{"0.0.0.0:443", "localhost", []row{
			{"/carbon", "https://manager-worker/carbon/", off, "1m0s", "true", "[{https://manager-worker/carbon/ https://localhost/carbon/}]", none},
			{"~ ^/store/(.*)registry/(.*)$", "https://allnodes/$1registry/$2", on, "2s", "true", none, none},
			{"~ ^/publisher/(.*)registry/(.*)$", "https://manager-worker/$1registry/$2", off, "1m0s", "true", none, none},
			{"/publisher", "https://manager-worker/publisher", off, "1m0s", "true", "[{https://manager-worker/publisher https://localhost/publisher}]", "[{/publisher /publisher}]"},
			{"/admin", "https://manager-worker/admin", off, "1m0s", "true", "[{https://manager-worker/admin https://localhost/admin}]", "[{/publisher /publisher}]"},
			{"/", "https://allnodes-traffic-https/", on, "2s", "false", none, none},
			{"/store", "https://allnodes/store", on, "2s", "true", "[{https://allnodes/store https://localhost/store}]", "[{/store /store}]"},
		}},
		{"0.0.0.0:80", "", []row{
			{"/", "http://allnodes-traffic-http/", on, "2s", "false", none, none},
		}},
	}
	if len(p.Listeners) != len(listeners) {
		t.Fatalf("got %d listeners, want %d", len(p.Listeners), len(listeners))
	}
	for i, want := range listeners {
		l := p.Listeners[i]
		if l.Listen.String() != want.listen || l.Certificate != want.certificate || len(l.Locations) != len(want.rows) {
			t.Errorf("listener %d: got %s with the certificate %q and %d locations, want %s, %q, %d", i, l.Listen, l.Certificate, len(l.Locations), want.listen, want.certificate, len(want.rows))
			continue
		}
		for j, want := range want.rows {
			o := l.Locations[j]
			got := row{o.Location, o.Pass, strings.Join(o.Next, " "), o.Connect.String(), fmt.Sprint(o.Forwarded), fmt.Sprint(o.Redirect), fmt.Sprint(o.CookiePath)}
			if got != want {
				t.Errorf("location %d of %s:\ngot  %v\nwant %v", j+1, l.Listen, got, want)
			}
			if o.Read != time.Minute || o.Send != time.Minute || o.NextTries != 0 || o.NextTimeout != 0 {
				t.Errorf("location %s: got read %v, send %v, tries %d, %v; want nginx's defaults", o.Location, o.Read, o.Send, o.NextTries, o.NextTimeout)
			}
		}
	}
	if p.Workers != 1 {
		t.Errorf("got %d workers, want 1: nginx's default", p.Workers)
	}
}

// TestWSO2Machines: on two machines the ports are the same, unless an offset
// says otherwise.
func TestWSO2Machines(t *testing.T) {
	for _, c := range []struct {
		offset *int
		want   string
	}{{nil, "192.0.2.12:9443"}, {new(0), "192.0.2.12:9443"}, {new(3), "192.0.2.12:9446"}} {
		w := wso2("192.0.2.11", "192.0.2.12")
		w.Offset = c.offset
		p := documentedProxy(w)
		all := p.Upstreams[WSO2All].Servers
		if got := all[1].Address.String(); got != c.want || all[1].Name != "b" || all[0].Address.String() != "192.0.2.11:9443" {
			t.Errorf("got %+v, want a at 192.0.2.11:9443 and b at %s", all, c.want)
		}
	}
}

// TestWSO2Cures: each changes one thing.
func TestWSO2Cures(t *testing.T) {
	w := wso2("192.0.2.11", "192.0.2.12")
	w.Contexts = WSO2Contexts{Admin: "/console", Publisher: "/portal"}
	admin := func(p *Proxy) ProxyLocation {
		all := p.Listeners[0].Locations
		return all[slices.IndexFunc(all, func(o ProxyLocation) bool { return o.Location == "/console" })]
	}
	defect := admin(documentedProxy(w))
	if got := fmt.Sprint(defect.Pass, " ", defect.CookiePath, defect.Redirect); got != "https://manager-worker/admin [{/publisher /portal}] [{https://manager-worker/admin https://localhost/console}]" {
		t.Errorf("the document's admin: got %s", got)
	}
	cured := *w
	cured.AdminCookies = true
	if got := fmt.Sprint(admin(documentedProxy(&cured)).CookiePath); got != "[{/admin /console}]" {
		t.Errorf("the cured one: got %s", got)
	}
	cured.ManagementBackup = true
	if got := documentedProxy(&cured).Upstreams[WSO2Management].Servers; len(got) != 2 || !got[1].Backup {
		t.Errorf("management with a backup: got %+v", got)
	}
}

func TestWSO2Problems(t *testing.T) {
	good := func(change func(*ProxyWSO2)) Proxy {
		w := wso2("192.0.2.11", "192.0.2.12")
		change(w)
		return Proxy{WSO2: w}
	}
	for _, c := range []struct {
		proxy Proxy
		want  []string
	}{
		{good(func(*ProxyWSO2) {}), nil},
		{Proxy{WSO2: &ProxyWSO2{}}, []string{"wso2-active-passive: active is missing", "wso2-active-passive: passive is missing"}},
		{Proxy{WSO2: wso2("192.0.2.11", "192.0.2.12"), Upstream: Upstream{Servers: []UpstreamServer{upstreamOf("192.0.2.11:80")}}}, []string{
			"wso2-active-passive: got it and listen, upstream, upstreams or listeners: want no others",
		}},
		{Proxy{WSO2: wso2("192.0.2.11", "192.0.2.12"), Listeners: []ProxyListener{{Listen: anywhere(80), Locations: []ProxyLocation{{Location: "/", Pass: "http://x"}}}}}, []string{
			"wso2-active-passive: got it and listen, upstream, upstreams or listeners: want no others",
		}},
		{good(func(w *ProxyWSO2) { w.Passive, w.Offset = w.Active, new(0) }), []string{
			"wso2-active-passive.offset: got 0, but both nodes are one machine, whose ports only one of them can have",
		}},
		{good(func(w *ProxyWSO2) { w.FailTimeout = time.Millisecond }), []string{
			"wso2-active-passive.fail-timeout: got 1ms, want whole seconds: nginx counts in them",
		}},
		{good(func(w *ProxyWSO2) { w.Contexts.Admin, w.Certificate = "admin", "any" }), []string{
			"wso2-active-passive.certificate: got any, want a name, or none",
			`wso2-active-passive.contexts.admin: got "admin", want a path such as /portal`,
		}},
		{good(func(w *ProxyWSO2) { w.Active = netip.MustParseAddr("192.0.2.99") }), []string{
			"wso2-active-passive.active: no node has the address 192.0.2.99",
		}},
	} {
		wantProxyProblems(t, c.proxy, c.want)
	}
}
