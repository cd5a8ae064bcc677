package proxy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// asked is a server that notes what it was asked, and answers the same to all.
type asked struct {
	says  string // further header lines of the answer
	heads []string
}

// Ready implements web.Service.
func (*asked) Ready(*sim.Proc) {}

// Open implements web.Service.
func (a *asked) Open(*sim.Proc, web.Conn) web.Session { return a }

// Close implements web.Session.
func (*asked) Close() {}

// Serve implements web.Session.
func (a *asked) Serve(_ *sim.Proc, x *web.Exchange) {
	head := x.Request.Method + " " + x.Request.Path + " of " + x.Request.Host
	for _, name := range []string{"X-User", "X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-For", "Cookie"} {
		if v := x.Header(name); v != "" {
			head += " " + name + "=" + v
		}
	}
	a.heads = append(a.heads, head)
	for line := range strings.Lines(a.says) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		x.AddHeader(name, value)
	}
	x.Answer(200, 10)
}

// serving replaces the back ends by servers of ours, which speak TLS on port
// 443, and returns what each is asked.
func (l *lab) serving(says string) [2]*asked {
	var all [2]*asked
	for i, m := range l.machines {
		all[i] = &asked{says: says}
		own, err := certificate.New(l.Loop, "app")
		if err != nil {
			l.TB.Fatal(err)
		}
		for _, port := range []uint16{8080, 443} {
			server := &web.Server{Node: m.Name(), Go: m.Go, Service: all[i]}
			m.Go("server", func(p *sim.Proc) {
				socket, err := m.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), port), 10)
				if err != nil {
					l.Loop.Fail(err)
					return
				}
				if port == 8080 {
					server.Serve(p, socket)
					return
				}
				secure := certificate.NewServer(own, l.Loop.Stream("app/"+m.Name()), func() time.Time { return host.Instant(0) })
				server.Serve(p, secure.Listener(socket))
			})
		}
	}
	return all
}

// exchange asks the proxy and returns status, Location and Set-Cookie of the
// answer.
func (l *lab) exchange(at time.Duration, port uint16, secure bool, r web.Request) *string {
	got := new(string)
	l.Program(l.c1, "asks", func(p *sim.Proc) error {
		p.Sleep(at)
		plain, err := l.c1.Dial(netip.AddrPortFrom(netip.MustParseAddr("192.0.2.10"), port), second)
		if err != nil {
			*got = err.Error()
			return nil
		}
		defer plain.Close()
		var c web.Conn = plain
		if secure {
			pinned, err := certificate.New(l.Loop, "lb")
			if err != nil {
				return err
			}
			own := certificate.NewClient(pinned, l.Loop.Stream("asks"), func() time.Time { return host.Instant(0) })
			if c, err = own.Connect(plain); err != nil {
				*got = err.Error()
				return nil
			}
		}
		link := web.NewLink(c)
		if err := link.Send(&r); err != nil {
			return err
		}
		head, err := link.Head(&r)
		if err != nil {
			*got = err.Error()
			return nil
		}
		*got = fmt.Sprint(head.Status)
		for _, name := range []string{"Location", "Set-Cookie"} {
			if v := head.Header(name); v != "" {
				*got += " " + name + "=" + v
			}
		}
		return nil
	})
	return got
}

// located is a proxy with locations: app is m1 with m2 as a backup.
func located(locations ...topology.ProxyLocation) topology.Proxy {
	servers := func(port uint16) topology.Upstream {
		return topology.Upstream{Servers: []topology.UpstreamServer{
			{Address: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.21"), port), Name: "m1"},
			{Address: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.22"), port), Name: "m2", Backup: true},
		}}
	}
	return topology.Proxy{
		Upstreams: map[string]topology.Upstream{"app": servers(8080), "safe": servers(443)},
		Listeners: []topology.ProxyListener{
			{Listen: netip.MustParseAddrPort("0.0.0.0:80"), Locations: locations},
			{Listen: netip.MustParseAddrPort("0.0.0.0:443"), Certificate: "lb", Locations: locations},
			{Listen: netip.MustParseAddrPort("0.0.0.0:8443"), Certificate: "none", Locations: locations},
		},
	}
}

// TestLocations: which server gets which request, and what it hears of the
// client.
func TestLocations(t *testing.T) {
	l := newLab(t, located(
		topology.ProxyLocation{Location: "/store", Pass: "https://safe/shop", Forwarded: true},
		topology.ProxyLocation{Location: "~ ^/img/(.*)$", Pass: "http://app/$1"},
		topology.ProxyLocation{Location: "/plain/", Pass: "http://app"},
	))
	m1 := l.serving("")
	for i, c := range []struct {
		request     web.Request
		port        uint16
		status, saw string
	}{
		{web.Request{Path: "/store/list?x=1", Host: "LB.example:80", Cookie: "a=b", Fields: "X-User: me\r\nX-Forwarded-Host: forged\r\n"}, 80, "200",
			"GET /shop/list?x=1 of safe X-User=me X-Forwarded-Host=lb.example X-Forwarded-Server=lb.example X-Forwarded-For=192.0.2.201 Cookie=a=b"},
		{web.Request{Path: "/store", Host: "lb", Fields: "X-Forwarded-For: 203.0.113.1\r\n"}, 443, "200",
			"GET /shop of safe X-Forwarded-Host=lb X-Forwarded-Server=lb X-Forwarded-For=203.0.113.1, 192.0.2.201"},
		{web.Request{Path: "/img/a/b.png?x", Host: "lb", Fields: "X-Forwarded-For: 203.0.113.1\r\n"}, 443, "200", "GET /a/b.png of app X-Forwarded-For=203.0.113.1"},
		{web.Request{Path: "/plain//x?y", Host: "lb", Method: "DELETE"}, 80, "200", "DELETE /plain//x?y of app"},
		{web.Request{Path: "/plain?y", Host: "LB.example:80"}, 80, "301 Location=http://lb.example/plain/?y", ""},
		{web.Request{Path: "/plain", Host: "lb"}, 443, "301 Location=https://lb/plain/", ""},
		{web.Request{Path: "/other", Host: "lb"}, 80, "404", ""},
		{web.Request{Path: "*", Method: "OPTIONS", Host: "lb"}, 80, "400", ""},
	} {
		before := len(m1[0].heads)
		got := l.exchange(second, c.port, c.port == 443, c.request)
		l.Run(l.Loop.Now() + 5*second)
		saw := strings.Join(m1[0].heads[before:], "; ")
		if *got != c.status || saw != c.saw {
			t.Errorf("%d: got %s, and the server saw\n%s\nwant %s,\n%s", i, *got, saw, c.status, c.saw)
		}
	}
	if len(m1[1].heads) > 0 {
		t.Errorf("the backup was asked: %s", m1[1].heads)
	}
}

// TestHeadersOfAnswers: Location and Set-Cookie are rewritten.
func TestHeadersOfAnswers(t *testing.T) {
	l := newLab(t, located(
		topology.ProxyLocation{
			Location: "/store", Pass: "https://safe/shop",
			Redirect:   []topology.ProxyRewrite{{From: "https://safe/shop", To: "https://lb/store"}},
			CookiePath: []topology.ProxyRewrite{{From: "/shop", To: "/store"}},
		},
		topology.ProxyLocation{Location: "/default", Pass: "https://safe/shop"},
		topology.ProxyLocation{Location: "/other", Pass: "http://app"},
	))
	l.serving("Location: https://safe/shop/login\nSet-Cookie: s=1; Path=/shop; HttpOnly")
	for path, want := range map[string]string{
		"/store":   "200 Location=https://lb/store/login Set-Cookie=s=1; Path=/store; HttpOnly",
		"/default": "200 Location=https://lb:443/default/login Set-Cookie=s=1; Path=/shop; HttpOnly",
		"/other":   "200 Location=https://safe/shop/login Set-Cookie=s=1; Path=/shop; HttpOnly",
	} {
		want = strings.Replace(want, "lb:443", "lb", 1)
		got := l.exchange(second, 443, true, web.Request{Path: path, Host: "lb"})
		l.Run(l.Loop.Now() + 5*second)
		if *got != want {
			t.Errorf("%s: got %s, want %s", path, *got, want)
		}
	}
}

// TestUpstreamsApart: upstreams with the same machines have verdicts of their
// own, and locations with the same upstream share them, each with its own
// policy.
func TestUpstreamsApart(t *testing.T) {
	l := newLab(t, located(
		topology.ProxyLocation{Location: "/a", Pass: "http://app", Next: []string{"off"}},
		topology.ProxyLocation{Location: "/b", Pass: "http://app"},
		topology.ProxyLocation{Location: "/c", Pass: "https://safe"},
	)) // nobody listens there yet
	var all []*string
	for i, path := range []string{"/a", "/b", "/c"} {
		all = append(all, l.exchange(time.Duration(i+1)*second, 80, false, web.Request{Path: path, Host: "lb"}))
	}
	l.Run(10 * second)
	l.wantStory(
		"1s app/m1 fails to connect: error", "1s 1: app/m1 down error", "1s refused 502",
		"2s app/m2 fails to connect: error", "2s 1: app/m2 down error", "2s refused 502",
		"3s safe/m1 fails to connect: error", "3s 1: safe/m1 down error", "3s safe/m2 fails to connect: error", "3s 1: safe/m2 down error", "3s refused 502",
	)
	for i, got := range all {
		if *got != "502" {
			t.Errorf("request %d: got %s, want 502", i, *got)
		}
	}
}

// TestHandshakes: the time limit to connect covers the handshake. A server that
// accepts connections and does no handshake costs a request that much and is
// left alone, even if the request is a POST: it was not sent. One that answers
// nothing after the handshake is as slow as without TLS.
func TestHandshakes(t *testing.T) {
	for _, c := range []struct {
		name string
		way  func(p *sim.Proc, c *host.Conn)
		want []string
	}{
		{"silent", func(p *sim.Proc, _ *host.Conn) { p.Park() }, []string{"3s safe/m1 fails to connect: timeout", "3s 1: safe/m1 down timeout", "3s 200 by m2"}},
		{"not TLS", func(_ *sim.Proc, c *host.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")); c.Close() },
			[]string{"1s safe/m1 fails to connect: error", "1s 1: safe/m1 down error", "1s 200 by m2"}},
		{"closes", func(_ *sim.Proc, c *host.Conn) { c.Close() }, []string{"1s safe/m1 fails to connect: error", "1s 1: safe/m1 down error", "1s 200 by m2"}},
	} {
		l := newLab(t, located(topology.ProxyLocation{Location: "/", Pass: "https://safe", Connect: 2 * second}))
		l.Program(l.machines[0], "server", func(p *sim.Proc) error {
			socket, err := l.machines[0].Listen(netip.MustParseAddrPort("0.0.0.0:443"), 8)
			if err != nil {
				return err
			}
			for {
				conn, err := socket.AcceptConn()
				if err != nil {
					return nil
				}
				l.machines[0].Go("connection", func(p *sim.Proc) { c.way(p, conn) })
			}
		})
		backend.New(l.machines[1], topology.Backend{Port: 443, Certificate: "app"}.WithDefaults())
		ask := once
		ask.Method = "POST"
		l.ask(ask)
		l.Run(20 * second)
		if got := l.story(); !slices.Equal(got, c.want) {
			t.Errorf("a server that is %s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSecureEnds: whole requests over TLS on both sides, on kept connections as
// well, and a listener without a certificate refuses.
func TestSecureEnds(t *testing.T) {
	cfg := located(topology.ProxyLocation{Location: "/", Pass: "https://safe"})
	safe := cfg.Upstreams["safe"]
	safe.KeepAlive = 4
	cfg.Upstreams["safe"] = safe
	l := newLab(t, cfg)
	for _, m := range l.machines {
		backend.New(m, topology.Backend{Port: 443, Certificate: "app", Size: 50_000}.WithDefaults())
	}
	ask := topology.Client{Target: "https://192.0.2.10/", Certificate: "lb", Rate: 1, Start: second, Phase: millisecond, Stop: 4 * second}
	if _, err := client.New(l.c1, ask.WithDefaults(), l.ledger); err != nil {
		t.Fatal(err)
	}
	refused := l.exchange(5*second, 8443, true, web.Request{Host: "lb"})
	l.Run(10 * second)
	l.wantStory("1s 200 by m1", "2s 200 by m1", "3s 200 by m1")
	if !strings.Contains(*refused, "tls") {
		t.Errorf("without a certificate: got %q, want an alert of TLS", *refused)
	}
}
