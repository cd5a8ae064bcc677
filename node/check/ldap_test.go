package check

import (
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/ldap"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestLDAP: a ping sees a server that accepts, a bind one that works. A check
// ends at once, or with its timeout of 1s.
func TestLDAP(t *testing.T) {
	reads := func(c *host.Conn) { c.Read(make([]byte, 100)) }
	sends := func(b []byte) func(*sim.Proc, *host.Conn) {
		return func(_ *sim.Proc, c *host.Conn) { reads(c); c.Write(b); c.Close() }
	}
	result := func(r ldap.Result) []byte { return ldap.BindResponse{ID: 1, Result: r}.Marshal() }
	for _, c := range []struct {
		name  string
		treat func(*sim.Proc, *host.Conn)
		want  string // of ldap-bind; ldap-ping is content with all of them
	}{
		{"success", sends(result(ldap.Success)), ok},
		{"wrong password", sends(result(ldap.InvalidCredentials)), "invalidCredentials"},
		{"busy", sends(result(ldap.Busy)), "busy"},
		{"a result without a name", sends(result(80)), "result 80"},
		{"the response to another message", sends(ldap.BindResponse{ID: 2}.Marshal()), "not LDAP"},
		{"HTTP", sends([]byte(whole(400, strings.Repeat("x", 200)))), "not LDAP"},
		{"half a response", sends(result(ldap.Success)[:5]), "closed"},
		{"no response", sends(nil), "closed"},
		{"a huge response", sends(append([]byte("\x30\x84\x7f\xff\xff\xff"), make([]byte, 100_000)...)), "not LDAP"},
		{"a reset", func(_ *sim.Proc, c *host.Conn) { reads(c); c.Abort() }, "reset"},
		{"silence", func(p *sim.Proc, c *host.Conn) { p.Sleep(time.Hour) }, late},
		{"a byte a second", func(p *sim.Proc, c *host.Conn) {
			for _, b := range result(ldap.Success) {
				p.Sleep(second)
				c.Write([]byte{b})
			}
		}, late},
	} {
		for by, want := range map[string]string{topology.CheckLDAPPing: ok, topology.CheckLDAPBind: c.want} { // order: worlds apart
			l := newLab(t)
			l.serve(c.treat)
			got, took := l.check(t, topology.Check{By: by}, "ldap://192.0.2.50:80")
			if took = took.Round(100 * time.Millisecond); took > 0 {
				got += " " + took.String()
			}
			if got != want {
				t.Errorf("%s, %s: got %s, want %s", c.name, by, got, want)
			}
		}
	}
}

// TestBindSends: the name and the password of the configuration are in the
// request.
func TestBindSends(t *testing.T) {
	l := newLab(t)
	var got []byte
	l.serve(func(_ *sim.Proc, c *host.Conn) {
		got = make([]byte, 100)
		n, _ := c.Read(got)
		got = got[:n]
		c.Write(ldap.BindResponse{ID: 1}.Marshal())
	})
	found, _ := l.check(t, topology.Check{By: topology.CheckLDAPBind, BindDN: "cn=probe", Password: "secret"}, "ldap://192.0.2.50:80")
	want := ldap.BindRequest{ID: 1, Version: 3, DN: "cn=probe", Password: "secret"}.Marshal()
	if found != ok || string(got) != string(want) {
		t.Errorf("got %s after %x, want it healthy after %x", found, got, want)
	}
}
