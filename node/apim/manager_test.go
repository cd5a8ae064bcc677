package apim

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// machine is an instance with its files and its database.
type machine struct {
	*Manager
	database *Embedded
	files    map[string]string
	gateway  *machine // to which it deploys; nil: there is none
	failed   bool     // its database fails
}

var errGateway = errors.New("gateway: refused")

var errDatabase = errors.New("database: refused")

// outside is what one request reaches.
type outside struct {
	Transaction
	*machine
}

func (o outside) Deploy(api, artifact string) error {
	if o.gateway == nil {
		return errGateway
	}
	o.gateway.files[api] = artifact
	return nil
}

func (o outside) Artifact(api string) (string, bool) {
	text, found := o.files[api]
	return text, found
}

func (o outside) Store(api, artifact string) error {
	o.files[api] = artifact
	return nil
}

// serve answers a request in a transaction of its database.
func (m *machine) serve(now time.Duration, r Request) (a Response, err error) {
	if of := m.Database(now, r); of == NoDatabase {
		return m.Serve(now, r, outside{nil, m})
	}
	if m.failed {
		return Response{}, errDatabase
	}
	err = m.database.Do(func(t Transaction) (err error) {
		a, err = m.Serve(now, r, outside{t, m})
		return err
	})
	return a, err
}

// pair is two instances. By the script each has its own database and deploys to
// the first, unless shared gives them one.
type pair struct {
	machines map[string]*machine
	cookies  map[string]string // by console
	token    string
	now      time.Duration
}

func newPair(shared bool) *pair {
	p := &pair{machines: map[string]*machine{}, cookies: map[string]string{}}
	for _, name := range []string{"am1", "am2"} {
		m := &machine{Manager: New(Config{
			Name: name, Own: name + ":9443", Keystore: "k", TokenLife: time.Hour, Governance: true,
		}), database: &Embedded{}, files: map[string]string{}}
		if p.machines[name] = m; shared {
			m.database = p.machines["am1"].database
		}
		m.gateway = p.machines["am1"]
		if err := m.database.Do(func(t Transaction) error { return Setup(t, []string{"admin"}, []string{"orders"}) }); err != nil {
			panic(err)
		}
		m.files["orders"] = "orders"
	}
	return p
}

// step runs a line such as "am1 POST /store/token" and returns what came of it:
// the status, and the reason, or where a redirect leads, or the changes.
func (p *pair) step(line string) string {
	word := strings.Fields(line)
	m := p.machines[word[0]]
	switch word[1] {
	case "restart":
		cfg := m.Config()
		cfg.Boot++
		m.Manager = New(cfg)
		return ""
	case "keystore":
		cfg := m.Config()
		cfg.Keystore = word[2]
		m.Configure(cfg)
		return ""
	case "gateway":
		m.gateway = p.machines[word[2]]
		return ""
	case "database":
		m.failed = word[2] == "down"
		return ""
	case "cache":
		cfg := m.Config()
		cfg.TokenCache = time.Minute
		m.Configure(cfg)
		return ""
	case "hears":
		m.Invalidate(p.token)
		return ""
	case "after":
		d, _ := time.ParseDuration(word[2])
		p.now += d
		return ""
	}
	r := Request{Method: word[1], Path: word[2], Traffic: strings.HasPrefix(word[2], "/orders") || strings.HasPrefix(word[2], "/api")}
	if len(word) > 3 {
		r.Body = word[3]
	}
	if r.Traffic {
		r.Token = p.token
	}
	r.Path = strings.Replace(r.Path, "TOKEN", p.token, 1)
	part := m.Part(r)
	r.Cookie = p.cookies[part]
	a, err := m.serve(p.now, r)
	if err != nil {
		return err.Error()
	}
	if _, id, is := strings.Cut(a.Cookie, SessionCookie+"="); is {
		p.cookies[part], _, _ = strings.Cut(id, ";")
	}
	if strings.HasPrefix(a.Body, "token.") {
		p.token = strings.TrimSpace(a.Body)
	}
	text := fmt.Sprint(a.Status)
	for _, part := range []string{a.Location, a.Reason} {
		if part != "" {
			text += " " + part
		}
	}
	if a.Invalidated != "" && a.Invalidated == p.token {
		text += " tells others"
	}
	for _, c := range a.Changes {
		text += fmt.Sprintf(" %s %s", c.What, c.Key)
	}
	return text
}

// scripts is what an instance answers, errors first in each part: a step, "->"
// and what comes of it, in each line.
var scripts = []struct {
	name   string
	shared bool
	script string
}{
	{"no such page", false, `
		am1 GET / -> 404 no such page
		am1 GET /publisher/apis -> 404 no such page
		am1 DELETE /publisher -> 404 no such page
		am1 GET /publishers -> 404 no such page`},
	{"log in", false, `
		am1 GET /publisher -> 302 https://am1:9443/publisher/site/pages/login session: none
		am1 GET /publisher/site/pages/login -> 200
		am1 POST /publisher/login nobody -> 400 got no user, want user=NAME
		am1 POST /publisher/login user=eve -> 401 user: unknown
		am1 POST /publisher/login user=admin -> 200 logged-in admin at publisher
		am1 GET /publisher/ -> 200
		am1 GET /admin -> 302 https://am1:9443/admin/site/pages/login session: none
		am1 POST /admin/login user=admin -> 200 logged-in admin at admin
		am1 GET /admin -> 200`},
	{"a session belongs to the process", true, `
		am1 POST /publisher/login user=admin -> 200 logged-in admin at publisher
		am2 GET /publisher -> 302 https://am2:9443/publisher/site/pages/login session: unknown
		am1 GET /publisher -> 200
		am1 restart
		am1 GET /publisher -> 302 https://am1:9443/publisher/site/pages/login session: unknown
		am1 POST /publisher/login user=admin -> 200 logged-in admin at publisher
		am1 keystore other
		am1 GET /publisher -> 302 https://am1:9443/publisher/site/pages/login session: signed with the key k`},
	{"publish", false, `
		am1 POST /publisher/login user=admin -> 200 logged-in admin at publisher
		am1 gateway nowhere
		am1 POST /publisher/apis/api-1 -> gateway: refused
		am1 GET /publisher/apis/api-1 -> 404 API: unknown
		am1 gateway am1
		am1 POST /publisher/apis/api-1 -> 200 published api-1
		am1 GET /publisher/apis/api-1 -> 200
		am2 POST /publisher/login user=admin -> 200 logged-in admin at publisher
		am2 GET /publisher/apis/api-1 -> 404 API: unknown`},
	{"a token that is cached, and revoked", true, `
		am1 POST /store/login user=admin -> 200 logged-in admin at store
		am1 POST /store/token -> 200 issued admin
		am1 cache
		am2 cache
		am2 GET /orders -> 403 API: not subscribed
		am1 POST /store/subscriptions/orders -> 200 subscribed admin/orders
		am1 GET /orders -> 200
		am2 GET /orders -> 200
		am2 database down
		am2 GET /orders/1 -> 200
		am2 GET /api-1 -> database: refused
		am2 keystore other
		am2 GET /orders -> database: refused
		am2 keystore k
		am1 after 59s
		am2 GET /orders -> 200
		am1 after 1s
		am2 GET /orders -> database: refused
		am2 database up
		am2 GET /orders -> 200
		am1 POST /store/revoke/token.k.am1.0.99 -> 404 token: unknown
		am1 POST /store/revoke/TOKEN -> 200 tells others revoked admin
		am1 GET /orders -> 401 token: unknown
		am2 GET /orders -> 200
		am2 hears
		am2 GET /orders -> 401 token: unknown
		am1 POST /store/revoke/TOKEN -> 404 token: unknown`},
	{"call", true, `
		am1 GET /orders/1 -> 401 token: none
		am1 POST /store/login user=admin -> 200 logged-in admin at store
		am1 POST /store/token -> 200 issued admin
		am1 GET /orders -> 403 API: not subscribed
		am1 POST /store/subscriptions/none -> 404 API: unknown
		am1 POST /store/subscriptions/orders -> 200 subscribed admin/orders
		am1 GET /store/subscriptions -> 200
		am1 GET /orders/1 -> 200
		am2 GET /orders -> 200
		am2 GET /api-1 -> 404 API: not deployed
		am1 database down
		am1 GET /orders -> database: refused
		am1 database up
		am2 keystore other
		am2 GET /orders -> 401 token: signed with the key k
		am1 after 59m59s
		am1 GET /orders -> 200
		am1 after 1s
		am1 GET /orders -> 401 token: expired`},
	{"a token belongs to its database", false, `
		am1 POST /store/login user=admin -> 200 logged-in admin at store
		am1 POST /store/subscriptions/orders -> 200 subscribed admin/orders
		am1 POST /store/token -> 200 issued admin
		am1 GET /orders -> 200
		am2 GET /orders -> 401 token: unknown`},
	{"an API is served where it is deployed", true, `
		am2 POST /publisher/login user=admin -> 200 logged-in admin at publisher
		am2 POST /publisher/apis/api-1 -> 200 published api-1
		am1 POST /store/login user=admin -> 200 logged-in admin at store
		am1 POST /store/subscriptions/api-1 -> 200 subscribed admin/api-1
		am1 POST /store/token -> 200 issued admin
		am1 GET /api-1 -> 200
		am2 GET /api-1 -> 404 API: not deployed
		am2 PUT /services/gateway/api-1 text -> 200 deployed api-1
		am2 GET /api-1 -> 200`},
	{"users and entries", false, `
		am1 POST /carbon/users/eve -> 302 https://am1:9443/carbon/site/pages/login session: none
		am1 POST /carbon/login user=admin -> 200 logged-in admin at carbon
		am1 POST /carbon/users/eve -> 200 added eve
		am1 GET /carbon -> 200
		am1 POST /admin/login user=eve -> 200 logged-in eve at admin
		am1 GET /registry/k -> 404 entry: unknown
		am1 PUT /registry/k one -> 200 written _system/governance/k
		am1 POST /registry/k two -> 200 written _system/governance/k
		am1 GET /registry/_system/governance/k -> 200
		am1 PUT /registry/_system/config/k one -> 200 written _system/config/k`},
}

// TestServe walks through the scripts.
func TestServe(t *testing.T) {
	for _, c := range scripts {
		t.Run(c.name, func(t *testing.T) {
			p := newPair(c.shared)
			for line := range strings.Lines(strings.TrimSpace(c.script)) {
				step, want, _ := strings.Cut(strings.TrimSpace(line), " -> ")
				if got := p.step(step); got != want {
					t.Errorf("%s: got %q, want %q", step, got, want)
				}
			}
		})
	}
}

// TestRedirects: whether a browser is led past the proxy.
func TestRedirects(t *testing.T) {
	for _, c := range []struct {
		proxy           Proxy
		forwarded, want string
	}{
		{ProxyOff, "192.0.2.10", "https://am1:9443/publisher/site/pages/login"},
		{ProxyAuto, "", "https://am1:9443/publisher/site/pages/login"},
		{ProxyAuto, "192.0.2.10", "https://192.0.2.10/publisher/site/pages/login"},
		{ProxyOn, "192.0.2.10", "https://api.example/publisher/site/pages/login"},
	} {
		m := New(Config{Own: "am1:9443", Proxy: c.proxy, ProxyHost: "api.example"})
		a, err := m.Serve(0, Request{Method: "GET", Path: "/publisher", Forwarded: c.forwarded}, nil)
		if err != nil || a.Location != c.want {
			t.Errorf("proxy %d, forwarded %q: got %q and %v, want %q", c.proxy, c.forwarded, a.Location, err, c.want)
		}
	}
}

// TestMounts: what is not mounted is in the instance's own database.
func TestMounts(t *testing.T) {
	for _, c := range []struct {
		path                     string
		governance, config, both Database
	}{
		{"/registry/k", Registry, Local, Registry},
		{"/registry/_system/governance/k", Registry, Local, Registry},
		{"/registry/_system/config/k", Local, Registry, Registry},
	} {
		r := Request{Method: "GET", Path: c.path}
		for _, mounted := range []struct {
			cfg  Config
			want Database
		}{
			{Config{Governance: true}, c.governance}, {Config{Config: true}, c.config},
			{Config{Governance: true, Config: true}, c.both}, {Config{}, Local},
		} {
			if got := New(mounted.cfg).Database(0, r); got != mounted.want {
				t.Errorf("%s with governance %t, config %t: got database %d, want %d", c.path, mounted.cfg.Governance, mounted.cfg.Config, got, mounted.want)
			}
		}
	}
}

// TestEmbedded: a transaction that fails changes nothing, and one sees its own
// writes and no other's before it is committed.
func TestEmbedded(t *testing.T) {
	var e Embedded
	get := func(tx Transaction) string { v, _, _ := tx.Get("t", "k"); return v }
	if err := e.Do(func(tx Transaction) error { tx.Put("t", "k", "a"); return errDatabase }); !errors.Is(err, errDatabase) {
		t.Errorf("got %v, want %v", err, errDatabase)
	}
	e.Do(func(tx Transaction) error {
		if got := get(tx); got != "" {
			t.Errorf("after a failure: got %q, want nothing", got)
		}
		tx.Append("t", "k", "b")
		e.Do(func(other Transaction) error {
			if got := get(other); got != "" {
				t.Errorf("in another transaction: got %q, want nothing", got)
			}
			return other.Append("t", "k", "c")
		})
		if got := get(tx); got != "c b" {
			t.Errorf("in the transaction: got %q, want c b", got)
		}
		return nil
	})
	e.Do(func(tx Transaction) error {
		if got := get(tx); got != "c b" {
			t.Errorf("afterwards: got %q, want c b", got)
		}
		return nil
	})
}
