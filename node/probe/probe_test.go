package probe_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/gateway"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/probe"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is a back end web and a machine p that probes it.
type lab struct {
	*hosttest.Lab
	web, p  *host.Host
	backend *backend.Backend
}

func newLab(t *testing.T) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.web, l.p = l.Add("web", "192.0.2.50/24"), l.Add("p", "192.0.2.21/24")
	l.serve()
	return l
}

func (l *lab) serve() { l.backend = backend.New(l.web, topology.Backend{}.WithDefaults()) }

// start starts a probe with one kind of check.
func (l *lab) start(t *testing.T, by string, change func(*topology.Probe)) {
	t.Helper()
	cfg := topology.Probe{Target: "http://192.0.2.50/", Check: topology.Check{By: by}}
	if change != nil {
		change(&cfg)
	}
	if _, err := probe.New(l.p, *cfg.Complete(topology.Place{}).(*topology.Probe)); err != nil {
		t.Fatal(err)
	}
}

func (l *lab) mode(t *testing.T, m backend.Mode) {
	t.Helper()
	if err := l.backend.Set(m); err != nil {
		t.Error(err)
	}
}

// logged lists what the probe has logged since an instant, without instants.
func (l *lab) logged(since time.Duration) (all []string) {
	at, bodies := hosttest.Bodies[event.ProbeChanged](l.Lab, "p")
	for i, b := range bodies {
		if at[i] >= since {
			all = append(all, strings.TrimSpace(b.By+" "+b.State+" "+b.Reason))
		}
	}
	return all
}

var ways = []string{"tcp-half", "tcp-full", "http-status", "http-token"}

func withToken(c *topology.Probe) {
	if c.By == topology.CheckHTTPToken {
		c.Token = "abcdefghijklmnopqrstuvwxyz"
	}
}

// TestWhatEachWaySees: each fault with each kind of check. Empty: the probe
// logs nothing.
func TestWhatEachWaySees(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, l *lab)
		want   [4]string // by tcp-half, tcp-full, http-status, http-token
	}{
		{"nothing", func(*testing.T, *lab) {}, [4]string{}},
		{"hog", func(_ *testing.T, l *lab) { l.web.Hog(host.Service, 1) }, [4]string{"", "", "timeout", "timeout"}},
		{"hang", func(t *testing.T, l *lab) { l.mode(t, backend.Mode{Kind: backend.ModeHang}) }, [4]string{"", "", "timeout", "timeout"}},
		{"slow", func(t *testing.T, l *lab) {
			l.mode(t, backend.Mode{Kind: backend.ModeLatency, Latency: 1100 * time.Millisecond})
		}, [4]string{"", "", "timeout", "timeout"}},
		{"reset", func(t *testing.T, l *lab) { l.mode(t, backend.Mode{Kind: backend.ModeReset}) }, [4]string{"", "", "reset", "reset"}},
		{"status", func(t *testing.T, l *lab) { l.mode(t, backend.Mode{Kind: backend.ModeStatus, Status: 503}) }, [4]string{"", "", "status 503", "status 503"}},
		{"stopped", func(t *testing.T, l *lab) {
			if err := l.backend.StopService(topology.BackendService); err != nil {
				t.Error(err)
			}
		}, [4]string{"refused", "refused", "refused", "refused"}},
		{"frozen", func(_ *testing.T, l *lab) { l.web.Freeze(false) }, [4]string{"timeout", "timeout", "timeout", "timeout"}},
		{"crash", func(_ *testing.T, l *lab) { l.web.Crash(false) }, [4]string{"timeout", "timeout", "timeout", "timeout"}},
	} {
		for i, by := range ways {
			t.Run(c.name+" "+by, func(t *testing.T) {
				l := newLab(t)
				l.start(t, by, withToken)
				l.At(10*second, func() { c.damage(t, l) })
				l.Run(30 * second)
				want := []string{by + " up"}
				if c.want[i] != "" {
					want = append(want, by+" down "+c.want[i])
				}
				if got := l.logged(0); !slices.Equal(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
	}
}

// TestRiseAndFall: the state changes with the last of several equal results,
// and a different result restarts the count.
func TestRiseAndFall(t *testing.T) {
	l := newLab(t)
	l.start(t, "http-status", func(c *topology.Probe) { c.Rise, c.Fall = 3, 2 })
	l.Run(20 * second)
	at, _ := hosttest.Bodies[event.ConnAccepted](l.Lab, "web")
	up, _ := hosttest.Bodies[event.ProbeChanged](l.Lab, "p")
	if len(up) != 1 || up[0] < at[2] || up[0] > at[2]+10*time.Millisecond || at[1]-at[0] < 2*second-time.Millisecond || at[0] > 2*second {
		t.Fatalf("checks at %v, up at %v, want the first within an interval, one every 2s, and up with the third", at, up)
	}
	due := at[len(at)-1] - 10*time.Millisecond // shortly before a check, but for multiples of the interval
	bad, good := func() { l.mode(t, backend.Mode{Kind: backend.ModeStatus, Status: 500}) }, func() { l.mode(t, backend.Mode{Kind: backend.ModeOK}) }
	l.At(due+4*second, bad) // one bad check, two good ones
	l.At(due+6*second, good)
	l.At(due+10*second, bad)
	l.Run(due + 12*second)
	if got := l.logged(20 * second); len(got) != 0 {
		t.Errorf("after one bad check, and another one: got %q, want nothing", got)
	}
	l.Run(due + 13*second)
	if got := l.logged(20 * second); !slices.Equal(got, []string{"http-status down status 500"}) {
		t.Errorf("after two bad checks in a row: got %q", got)
	}
	l.At(due+14*second, good)
	l.Run(due + 17*second)
	if got := l.logged(20 * second); len(got) != 1 {
		t.Errorf("after two good checks in a row: got %q, want nothing new", got)
	}
	l.Run(due + 19*second)
	if got := l.logged(20 * second); len(got) != 2 || got[1] != "http-status up" {
		t.Errorf("after three good checks in a row: got %q, want it up", got)
	}
}

// TestTimeoutOfAnInterval: a check that takes the whole interval is followed by
// the next at once. So after up to 2 s three of them take 6 s.
func TestTimeoutOfAnInterval(t *testing.T) {
	l := newLab(t)
	l.start(t, "http-status", func(c *topology.Probe) { c.Timeout = 2 * second })
	l.At(10*second, func() { l.mode(t, backend.Mode{Kind: backend.ModeHang}) })
	l.Run(30 * second)
	at, changes := hosttest.Bodies[event.ProbeChanged](l.Lab, "p")
	if len(changes) != 2 || changes[1].State != "down" || at[1] < 16*second || at[1] > 18*second+time.Millisecond {
		t.Errorf("got %+v at %v, want the second to be down at 16s to 18s", changes, at)
	}
}

// TestStatusAndToken: an answer without the wanted status or token is bad.
func TestStatusAndToken(t *testing.T) {
	for _, c := range []struct {
		by     string
		change func(*topology.Probe)
		want   string
	}{
		{"http-status", func(c *topology.Probe) { c.Status = 204 }, "http-status down status 200"},
		{"http-token", func(c *topology.Probe) { c.Token = "0000000064 abc" }, "http-token up"}, // of the second line
		{"http-token", func(c *topology.Probe) { c.Token = "abd" }, "http-token down no token"},
		{"http-token", func(c *topology.Probe) { c.Status, c.Token = 204, "abc" }, "http-token down status 200"},
	} {
		l := newLab(t)
		l.start(t, c.by, c.change)
		l.Run(20 * second)
		if got := l.logged(0); !slices.Equal(got, []string{c.want}) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestNotHTTP: an answer that is not HTTP is bad, and so is a close without an
// answer.
func TestNotHTTP(t *testing.T) {
	for answer, want := range map[string]string{"220 mail ready\r\n\r\n": "not HTTP", "": "closed", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc": "closed"} { // order: worlds apart
		l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
		l.web, l.p = l.Add("web", "192.0.2.50/24"), l.Add("p", "192.0.2.21/24")
		l.web.Go("server", func(*sim.Proc) {
			listener, err := l.web.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 16)
			for err == nil {
				var c *host.Conn
				if c, err = listener.AcceptConn(); err == nil {
					c.Read(make([]byte, 1000))
					fmt.Fprint(c, answer)
					c.Close()
				}
			}
		})
		l.start(t, "http-token", withToken)
		l.Run(20 * second)
		if got := l.logged(0); !slices.Equal(got, []string{"http-token down " + want}) {
			t.Errorf("%q: got %q, want %s", answer, got, want)
		}
	}
}

// TestTLS: a check over https accepts any certificate, and a server that has
// none is down. TCP does not see that.
func TestTLS(t *testing.T) {
	for _, c := range []struct{ by, certificate, want string }{
		{"http-status", "web", "http-status up"},
		{"http-token", "web", "http-token up"},
		{"http-status", topology.CertificateNone, "http-status down tls"},
		{"tcp-full", topology.CertificateNone, "tcp-full up"},
	} {
		l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
		l.web, l.p = l.Add("web", "192.0.2.50/24"), l.Add("p", "192.0.2.21/24")
		s := topology.Service{Kind: topology.KindTLS, Certificate: c.certificate, Listen: netip.MustParseAddrPort("0.0.0.0:443"), Size: 100}
		gateway.New(l.web, topology.Gateway{Services: map[string]topology.Service{"web": s.WithDefaults()}}, topology.Memory{}.WithDefaults(), nil)
		l.start(t, c.by, func(cfg *topology.Probe) {
			withToken(cfg)
			cfg.Target = "https://192.0.2.50/"
		})
		l.Run(20 * second)
		if got := l.logged(0); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s, certificate %s: got %q, want %q", c.by, c.certificate, got, c.want)
		}
	}
}

// TestHalfLeavesNoTrace: the server's program does not notice a half-open
// check, and sees a full one only as a connection that opens and closes.
func TestHalfLeavesNoTrace(t *testing.T) {
	for by, want := range map[string]int{"tcp-half": 0, "tcp-full": 10} { // order: worlds apart
		l := newLab(t)
		l.start(t, by, nil)
		l.Run(20 * second)
		if n := hosttest.Count[event.ConnAccepted](l.Lab, "web"); n != want {
			t.Errorf("%s: the server accepted %d connections, want %d", by, n, want)
		}
		if n := hosttest.Count[event.RequestServed](l.Lab, "web"); n != 0 {
			t.Errorf("%s: the server answered %d requests, want none", by, n)
		}
	}
}

// TestAfterAReboot: after a reboot the state is unknown again, and a frozen
// probe does not make up for missed checks.
func TestAfterAReboot(t *testing.T) {
	l := newLab(t)
	l.start(t, "http-status", nil)
	l.At(10*second, func() { l.p.Crash(false); l.p.PowerOn(); l.start(t, "http-status", nil) })
	l.At(20*second, func() { l.p.Freeze(false) })
	l.At(40*second, l.p.Thaw)
	l.Run(60 * second)
	if got, want := l.logged(0), []string{"http-status up", "http-status up"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := hosttest.Count[event.RequestServed](l.Lab, "web"); n < 18 || n > 21 {
		t.Errorf("%d checks, want one every 2s of the 40s in which the machine ran", n)
	}
}

// TestBadTarget: the error names the probe, also if its check is at fault.
func TestBadTarget(t *testing.T) {
	l := newLab(t)
	if _, err := probe.New(l.p, topology.Probe{Target: "192.0.2.50"}); err == nil || !strings.Contains(err.Error(), "probe: p: target: ") {
		t.Errorf("got %v", err)
	}
	broken := topology.Probe{Target: "http://192.0.2.50/", Check: topology.Check{By: topology.CheckSOAP, XPath: "//["}}
	if _, err := probe.New(l.p, *broken.Complete(topology.Place{}).(*topology.Probe)); err == nil || !strings.Contains(err.Error(), "check: p: probe: xpath: ") {
		t.Errorf("a broken XPath: got %v", err)
	}
}
