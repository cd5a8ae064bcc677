package lbgroup

import (
	"strings"
	"testing"
)

// clustered is a group whose members have clone ids.
func clustered(t *testing.T, change func(*Affinity)) *Group {
	t.Helper()
	c := configured(RoundRobin)
	for i := range c.Members {
		c.Members[i].CloneID = "clone" + strings.ToUpper(c.Members[i].Server)
	}
	change(&c.Affinity)
	return made(t, c)
}

func activeMode(mode AffinityMode) func(*Affinity) {
	return func(a *Affinity) {
		a.WLMOverride, a.Mode, a.MonitoredCookies = true, mode, []string{"SHOP", "JSESSIONID"}
	}
}

// markOf is the value of the insertion cookie that names a member.
func markOf(g *Group, server string) string { return g.members[g.slots[server]].mark }

// TestEffectiveMode is spec/failover.md §6.6: without the override Mode does
// not count.
func TestEffectiveMode(t *testing.T) {
	for _, mode := range []AffinityMode{AffinityOff, Passive, Active, ActiveConditional} {
		for bits, want := range []AffinityMode{AffinityOff, AffinityOff, Passive, mode} {
			a := Affinity{Enabled: bits&2 != 0, WLMOverride: bits&1 != 0, Mode: mode}
			if got := a.Effective(); got != want {
				t.Errorf("%+v: got %v, want %v", a, got, want)
			}
		}
	}
}

// TestPassive: the clone id in the cookie of a WebSphere server names the
// member; after failovers the first of those that are up.
func TestPassive(t *testing.T) {
	tests := []struct{ cookies, want string }{
		{"", ""},
		{"JSESSIONID=0000abc", ""},
		{"JSESSIONID=0000abc:", ""},
		{"JSESSIONID=0000abc:cloneA", "a"},
		{"JSESSIONID=0000abc:cloneC", "c"},
		{"JSESSIONID=0000abc:unknown", ""},
		{"JSESSIONID=cloneA", ""}, // a session id, not a clone id
		{"JSESSIONID=0000abc:cloneB", ""},
		{"JSESSIONID=0000abc:cloneB:cloneA", "a"},
		{"JSESSIONID=0000abc:cloneC:cloneA", "c"},
		{"x=1; JSESSIONID=0000abc:cloneA; y=2", "a"},
		{"x=1;JSESSIONID=0000abc:cloneA", "a"},
		{"XJSESSIONID=0000abc:cloneA", ""},
		{"jsessionid=0000abc:cloneA", ""}, // names of cookies have a case
		{"no pair; JSESSIONID=0000abc:cloneA", "a"},
		{"JSESSIONID", ""},
	}
	for _, state := range []State{SoftDown, Down, Disabled} {
		g := clustered(t, func(*Affinity) {})
		turn(t, g, "b", state)
		for _, tt := range tests {
			if got, ok := g.Affine(0, tt.cookies); got != tt.want || ok != (tt.want != "") {
				t.Errorf("%q while b is %v: got %q, %t, want %q", tt.cookies, state, got, ok, tt.want)
			}
		}
		if got := g.Insertion("", "a", []string{"JSESSIONID=0000abc"}); got != "" {
			t.Errorf("passive affinity inserts %q", got)
		}
	}
}

// turn brings a member that is up into a state.
func turn(t *testing.T, g *Group, server string, state State) {
	t.Helper()
	switch state {
	case SoftDown:
		tx := g.Begin(Request{Affine: server})
		tx.Next(0)
		tx.Failed(0, "")
	case Down:
		g.Checked(0, server, false, "")
	case Disabled:
		g.SetAdminState(0, server, false)
	}
	if got := g.Status()[g.position[g.slots[server]]].State; got != state {
		t.Fatalf("%s is %v, want %v", server, got, state)
	}
}

// TestActive: the insertion cookie names a member of any place in the list, and
// only if it is up.
func TestActive(t *testing.T) {
	for _, mode := range []AffinityMode{Active, ActiveConditional} {
		g := clustered(t, activeMode(mode))
		for _, server := range []string{"a", "b", "c"} {
			cookies := "x=1; DPJSESSIONID=" + markOf(g, server)
			if got, ok := g.Affine(0, cookies); got != server || !ok {
				t.Errorf("%v: got %q, %t, want %s", mode, got, ok, server)
			}
			tx := g.Begin(Request{Affine: server})
			if got := tx.Next(0); got != (Choice{server, ByAffinity}) {
				t.Errorf("%v: got %+v, want %s", mode, got, server)
			}
		}
		for _, cookies := range []string{"", "DPJSESSIONID=", "DPJSESSIONID=b", "DPJSESSIONID=1", "JSESSIONID=0000abc:cloneB", "OTHER=" + markOf(g, "b")} {
			if got, ok := g.Affine(0, cookies); ok {
				t.Errorf("%v: %q names %q", mode, cookies, got)
			}
		}
		if err := g.SetMembers(0, []Member{{Server: "c", Weight: 1}, {Server: "new", Weight: 1}, {Server: "b", Weight: 1}}); err != nil {
			t.Fatal(err)
		}
		for server, want := range map[string]bool{"b": true, "c": true, "a": false} {
			cookie := made(t, configured(RoundRobin)) // another gateway, which has a
			if got, ok := g.Affine(0, "DPJSESSIONID="+markOf(cookie, server)); ok != want || ok && got != server {
				t.Errorf("%v: after a change of the list the cookie of %s names %q, %t", mode, server, got, ok)
			}
		}
		for _, state := range []State{SoftDown, Down, Disabled} {
			g := clustered(t, activeMode(mode))
			turn(t, g, "b", state)
			if got, ok := g.Affine(0, "DPJSESSIONID="+markOf(g, "b")); ok {
				t.Errorf("%v: the cookie of a member that is %v names %q", mode, state, got)
			}
		}
	}
}

// TestAffineAfterDamp: a session is back on its member at the instant at which
// Damp ends, and not before.
func TestAffineAfterDamp(t *testing.T) {
	g := clustered(t, activeMode(Active))
	turn(t, g, "b", SoftDown)
	cookies := "DPJSESSIONID=" + markOf(g, "b")
	if got, ok := g.Affine(tableDamp-1, cookies); ok {
		t.Errorf("1 ns early: got %q", got)
	}
	if got, ok := g.Affine(tableDamp, cookies); got != "b" || !ok {
		t.Errorf("got %q, %t, want b", got, ok)
	}
}

// TestInsertion: which answers get a cookie.
func TestInsertion(t *testing.T) {
	g := clustered(t, activeMode(Active))
	own, other := "DPJSESSIONID="+markOf(g, "a"), "DPJSESSIONID="+markOf(g, "b")
	monitored := []string{"lang=de; Path=/", "SHOP=1; HttpOnly"}
	tests := []struct {
		what                string
		cookies             string
		set                 []string
		active, conditional bool
	}{
		{"first answer", "", nil, true, false},
		{"first answer with another cookie", "", []string{"lang=de"}, true, false},
		{"first answer with a monitored cookie", "", monitored, true, true},
		{"monitored cookie with spaces", "", []string{" SHOP =1"}, true, true},
		{"monitored cookie in the request only", "SHOP=1", nil, true, false},
		{"monitored name as a value", "", []string{"lang=SHOP"}, true, false},
		{"later answer", own, nil, false, false},
		{"later answer with a monitored cookie", own, monitored, false, false},
		{"session of another member", other, nil, true, true},
		{"session of a member that is gone", "DPJSESSIONID=0123456789abcdef", nil, true, true},
		{"no member at all", "DPJSESSIONID=", nil, true, true},
	}
	for _, tt := range tests {
		for mode, want := range map[AffinityMode]bool{AffinityOff: false, Passive: false, Active: tt.active, ActiveConditional: tt.conditional} {
			g := clustered(t, activeMode(mode))
			text := ""
			if want {
				text = own + "; Path=/; Domain=datapower.com"
			}
			if got := g.Insertion(tt.cookies, "a", tt.set); got != text {
				t.Errorf("%v, %s: got %q, want %q", mode, tt.what, got, text)
			}
		}
	}
	if got := g.Insertion("", "nobody", monitored); got != "" {
		t.Errorf("an answer of no member gets %q", got)
	}
}

// TestInsertionAttributes: each property of the cookie reaches it.
func TestInsertionAttributes(t *testing.T) {
	g := clustered(t, func(a *Affinity) {
		activeMode(Active)(a)
		a.InsertionCookieName, a.InsertionPath, a.InsertionDomain, a.Secure, a.HTTPOnly = "X", "", "example.com", true, true
	})
	if got, want := g.Insertion("", "a", nil), "X="+markOf(g, "a")+"; Domain=example.com; Secure; HttpOnly"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	g = clustered(t, func(a *Affinity) { activeMode(Active)(a); a.InsertionPath, a.InsertionDomain = "/shop", "" })
	if got, want := g.Insertion("", "a", nil), "DPJSESSIONID="+markOf(g, "a")+"; Path=/shop"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSessionMovesOnce: when the member of a session is down, the session goes
// to another one and stays there after the first is back.
func TestSessionMovesOnce(t *testing.T) {
	for _, mode := range []AffinityMode{Active, ActiveConditional} {
		g := clustered(t, activeMode(mode))
		cookies := ""
		request := func() string {
			server, _ := g.Affine(0, cookies)
			_, server = connect(g, Request{Affine: server})
			if inserted := g.Insertion(cookies, server, []string{"SHOP=1"}); inserted != "" {
				cookies, _, _ = strings.Cut(inserted, ";")
			}
			return server
		}
		home := request()
		for range 5 {
			if got := request(); got != home {
				t.Fatalf("%v: the session moved from %s to %s", mode, home, got)
			}
		}
		g.Checked(0, home, false, "")
		refuge := request()
		g.Checked(0, home, true, "")
		for range 5 {
			if got := request(); got != refuge || got == home {
				t.Fatalf("%v: the session of %s moved to %s and then to %s", mode, home, refuge, got)
			}
		}
	}
}

// TestSharedCloneID: of members with the same clone id the first in the list
// serves its sessions.
func TestSharedCloneID(t *testing.T) {
	c := configured(RoundRobin)
	c.Members[1].CloneID, c.Members[2].CloneID = "x", "x"
	if got, _ := made(t, c).Affine(0, "JSESSIONID=1:x"); got != "b" {
		t.Errorf("got %q, want b", got)
	}
}

// TestAffinityDoesNotAllocate covers the path of each request.
func TestAffinityDoesNotAllocate(t *testing.T) {
	for _, g := range []*Group{clustered(t, func(*Affinity) {}), clustered(t, activeMode(Active))} {
		cookies := "lang=de; JSESSIONID=0000abc:gone:cloneB; DPJSESSIONID=" + markOf(g, "b")
		if n := testing.AllocsPerRun(100, func() {
			server, _ := g.Affine(0, cookies)
			if g.Insertion(cookies, server, nil) != "" {
				t.Error("a known session gets a cookie")
			}
		}); n != 0 {
			t.Errorf("%v: got %v allocations, want none", g.affinity, n)
		}
	}
}
