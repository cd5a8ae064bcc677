package backend

import (
	"slices"
	"testing"

	"github.com/cablepull/cablepull/node/check"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// check checks the back end once, and returns what it found and how long it
// took.
func (l *lab) check(cfg topology.Check, url string) string {
	l.TB.Helper()
	target, err := topology.ParseTarget(url)
	if err != nil {
		l.TB.Fatal(err)
	}
	checker, err := check.New(l.client, "probe", cfg.WithDefaults())
	if err != nil {
		l.TB.Fatal(err)
	}
	found := "never ends"
	l.client.Go("check", func(p *sim.Proc) {
		began := l.Loop.Now()
		found = "healthy"
		if err := checker.Run(target); err != nil {
			found = err.Error()
		}
		if took := (l.Loop.Now() - began).Round(100 * millisecond); took > 0 {
			found += " " + took.String()
		}
	})
	l.Run(l.Loop.Now() + 400*second)
	return found
}

// TestWhatChecksSee crosses each mode with each kind of check, of a page that
// pleases them all. A check ends at once, or with its timeout of 1s.
func TestWhatChecksSee(t *testing.T) {
	const page = `<!-- {} --><status state="UP">is UP</status>`
	kinds := []topology.Check{
		{By: topology.CheckTCPHalf}, {By: topology.CheckTCPFull}, {By: topology.CheckHTTPStatus}, {By: topology.CheckHTTPToken, Token: "UP"},
		{By: topology.CheckHTTPRegexp, Filter: "is (UP|OK)"}, {By: topology.CheckSOAP, XPath: "/status/@state = 'UP'"}, {By: topology.CheckSOAP},
	}
	const ok, late = "healthy", "timeout 1s"
	all := func(s string) [7]string { return [7]string{ok, ok, s, s, s, s, s} }
	seen := map[string][7]string{ // tcp-half, tcp-full, http-status, http-token, http-regexp, soap, soap with /
		ModeOK:            all(ok),
		ModeStatus:        {ok, ok, "status 500", "status 500", "status 500", ok, ok},
		ModeLatency:       all(late),
		ModeHang:          all(late),
		ModeReset:         all("reset"),
		ModeResetOnAccept: all("reset"),
		ModeSlowDrip:      all(late),
		ModeEndlessHead:   all("not HTTP"),
		ModeWrongLength:   {ok, ok, ok, ok, ok, "closed", "closed"},
		ModeHTTP10:        all(ok),
		ModeChunked:       all(ok),
		ModeGarbage:       all("not HTTP"),
		ModeHuge:          {ok, ok, ok, "no token", "no match", "answer too large", "answer too large"},
		ModeEmpty:         {ok, ok, ok, "no token", "no match", "not XML", "not XML"},
		ModeHTML:          {ok, ok, ok, "no token", "no match", "not XML", "not XML"},
		ModeSOAPFault:     {ok, ok, ok, "no token", "no match", "XPath false", ok}, // F40
		ModeXMLBomb:       {ok, ok, ok, "no token", "no match", "not XML", "not XML"},
	}
	cfg := topology.Backend{Body: page, ContentType: "text/xml"}
	for _, mode := range cfg.WithDefaults().Modes() {
		want, listed := seen[mode]
		if !listed {
			t.Errorf("mode %s is not in the table", mode)
		}
		for i, k := range kinds {
			t.Run(mode+"/"+k.By, func(t *testing.T) {
				l := newLab(t)
				l.serve(cfg)
				l.set(0, Mode{Kind: mode, Status: 500, Latency: 2 * second})
				l.Run(second)
				if got := l.check(k, "http://192.0.2.50/"); got != want[i] {
					t.Errorf("got %s, want %s", got, want[i])
				}
			})
		}
	}
}

// TestMisbehaviourOfNumberedPages: a page that is made from the request's
// number is whole or reported as broken, whatever its form.
func TestMisbehaviourOfNumberedPages(t *testing.T) {
	for mode, want := range map[string]string{ // order: worlds apart
		ModeHTTP10: "200", ModeChunked: "200", ModeEmpty: "200", ModeHTML: "200", ModeWrongLength: "closed", ModeGarbage: "mismatched",
	} {
		l := newLab(t)
		l.serve(topology.Backend{Size: 5000})
		l.set(0, Mode{Kind: mode})
		l.ask(l.client, topology.Client{Rate: 1, Stop: 999 * millisecond, Timeout: 3 * second})
		l.Run(10 * second)
		var got []string
		for _, e := range l.Log.Events() {
			switch b := e.What.(type) {
			case answered:
				got = append(got, "200")
			case failed:
				got = append(got, b.Failure)
			}
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %s", mode, got, want)
		}
	}
}

// TestSlowDripEnds: what is left of an answer comes at once when the mode ends.
func TestSlowDripEnds(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{Body: "UP"})
	l.set(0, Mode{Kind: ModeSlowDrip})
	l.set(10*second, Mode{Kind: ModeOK})
	status := topology.Check{By: topology.CheckHTTPStatus, Timeout: 60 * second}
	l.Run(500 * millisecond)
	// A byte at 0.5s, 1.5s and so on; the one that is due at 10.5s is the rest.
	if got := l.check(status, "http://192.0.2.50/"); got != "healthy 10s" {
		t.Errorf("got %s, want it healthy when the mode has ended", got)
	}
}

// TestDirectoryModes: what a bind and a ping see of each mode.
func TestDirectoryModes(t *testing.T) {
	const ok, late = "healthy", "timeout 1s"
	seen := map[string]string{ // by ldap-bind
		ModeOK: ok, ModeLatency: late, ModeHang: late, ModeReset: "reset", ModeResetOnAccept: "reset",
		ModeInvalidCredentials: "invalidCredentials", ModeBusy: "busy",
	}
	cfg := topology.Backend{Protocol: topology.ProtocolLDAP}
	for _, mode := range cfg.WithDefaults().Modes() {
		for by, want := range map[string]string{topology.CheckLDAPPing: ok, topology.CheckLDAPBind: seen[mode]} { // order: worlds apart
			l := newLab(t)
			l.serve(cfg)
			l.set(0, Mode{Kind: mode, Latency: 2 * second})
			l.Run(second)
			if got := l.check(topology.Check{By: by}, "ldap://192.0.2.50"); got != want {
				t.Errorf("%s, %s: got %s, want %s", mode, by, got, want)
			}
		}
	}
}

// TestModesOfProtocols: a back end refuses what its protocol does not know.
func TestModesOfProtocols(t *testing.T) {
	l := newLab(t)
	l.serve(topology.Backend{})
	if err := l.backend.Set(Mode{Kind: ModeBusy}); err == nil {
		t.Error("a website takes the mode busy")
	}
	other := newLab(t)
	other.serve(topology.Backend{Protocol: topology.ProtocolLDAP})
	if err := other.backend.Set(Mode{Kind: ModeHTML}); err == nil {
		t.Error("a directory takes the mode html")
	}
}
