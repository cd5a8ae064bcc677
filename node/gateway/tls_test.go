package gateway

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// secure is a service of kind tls with a certificate.
func secure(certificate string) topology.Service {
	return topology.Service{Kind: topology.KindTLS, Certificate: certificate, Listen: netip.AddrPortFrom(vip, topology.DefaultTLSPort)}
}

func (l *lab) askSecurely(pin string, cfg topology.Client) {
	l.TB.Helper()
	cfg.Target, cfg.Certificate = "https://192.0.2.100/", pin
	l.ask(cfg)
}

// TestTLS: a client that pins the service's certificate, or accepts any, is
// served on connections that it keeps; any other fails.
func TestTLS(t *testing.T) {
	for _, c := range []struct {
		own, pin string
		mode     string
		want     map[string]int
		accepted int
	}{
		{"web", "web", topology.ModeNew, map[string]int{"200 by a": 50}, 50},
		{"web", "web", topology.ModeKeepAlive, map[string]int{"200 by a": 50}, 1},
		{"web", topology.CertificateAny, topology.ModeKeepAlive, map[string]int{"200 by a": 50}, 1},
		{"b", "web", topology.ModeKeepAlive, map[string]int{client.TLS: 50}, 50},
		{topology.CertificateNone, "web", topology.ModeKeepAlive, map[string]int{client.TLS: 50}, 50},
		{topology.CertificateNone, topology.CertificateAny, topology.ModeNew, map[string]int{client.TLS: 50}, 50},
	} {
		l := newLab(t, 0)
		l.own()
		l.start(map[string]topology.Service{"web": secure(c.own)})
		l.askSecurely(c.pin, topology.Client{Rate: 10, Mode: c.mode, Stop: 5 * second})
		l.Run(10 * second)
		l.wantOutcomes(c.want)
		if got := hosttest.Count[event.ConnAccepted](l.Lab, "a"); got != c.accepted {
			t.Errorf("%s, pinned %s, %s: %d connections accepted, want %d", c.own, c.pin, c.mode, got, c.accepted)
		}
		if got := l.gateway.Connections("web"); got > 1 {
			t.Errorf("%s, pinned %s, %s: %d connections left", c.own, c.pin, c.mode, got)
		}
	}
}

// TestTLSForwards: only the client's side is encrypted.
func TestTLSForwards(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.backend = backend.New(l.web, topology.Backend{}.WithDefaults())
	tap := l.Tap()
	s := secure("web")
	s.Forward = topology.ForwardTo(netip.MustParseAddrPort("192.0.2.50:80"))
	l.start(map[string]topology.Service{"web": s})
	l.askSecurely("web", topology.Client{Rate: 10, Stop: 2 * second})
	l.Run(5 * second)
	l.wantOutcomes(map[string]int{"200 by a": 20})
	requests := map[string]int{}
	for _, f := range tap.All {
		if bytes.Contains(f.Data, []byte("GET / HTTP/1.1")) {
			requests[f.Node]++
		}
	}
	if requests["c1"] != 0 || requests["a"] != 20 {
		t.Errorf("requests that a frame shows: %v, want 20 of the gateway and none of the client", requests)
	}
}

// TestTLSAndPlainHTTP: who does not speak TLS gets no answer from such a
// service, and the other way round the handshake fails.
func TestTLSAndPlainHTTP(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{"web": secure("web")})
	l.ask(topology.Client{Target: "http://192.0.2.100:443/", Rate: 10, Stop: second})
	l.Run(5 * second)
	if got := l.outcomes(); len(got) != 1 || got[client.Mismatched]+got[client.Closed]+got[host.Reset] == 0 {
		t.Errorf("plain HTTP to a TLS service: got %v, want failures only", got)
	}
	l = newLab(t, 0)
	l.own()
	l.start(nil)
	l.ask(topology.Client{Target: "https://192.0.2.100:80/", Certificate: topology.CertificateAny, Rate: 10, Stop: second})
	l.Run(5 * second)
	l.wantOutcomes(map[string]int{client.TLS: 10})
}

// TestTLSStop: a service that stops ends its idle connections and refuses new
// ones, and a hogged one lets handshakes time out.
func TestTLSStop(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{"web": secure("web")})
	l.askSecurely("web", topology.Client{Rate: 10, Mode: topology.ModeKeepAlive, Timeout: second, Connect: second, Stop: 8 * second})
	l.At(2*second, func() {
		if err := l.gateway.StopService("web"); err != nil {
			t.Error(err)
		}
	})
	l.At(4*second, func() {
		if err := l.gateway.StartService("web"); err != nil {
			t.Error(err)
		}
	})
	l.At(6*second, func() { l.a.Hog(host.Service, 1) })
	l.Run(6500 * millisecond)
	got := l.outcomes()
	if got["200 by a"] != 40 || got[host.Refused] != 20 || len(got) != 2 {
		t.Errorf("before the hog: got %v, want 40 answers and 20 refused", got)
	}
	l.Run(7900 * millisecond)
	if l.outcomes()[host.Timeout] == 0 {
		t.Errorf("during the hog: got %v, want timeouts", l.outcomes())
	}
	l.a.Hog(host.Service, 0)
	l.Run(20 * second)
	if got := l.outcomes(); got[client.TLS] != 0 {
		t.Errorf("got %v, want no failure of TLS itself", got)
	}
}

// TestTLSTimeouts: the idle timeout includes the handshake, and the persistent
// timeout ends a secure connection like any other.
func TestTLSTimeouts(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	s := secure("web")
	s.IdleTimeout, s.PersistentTimeout = 2*second, 3*second
	l.start(map[string]topology.Service{"web": s})
	l.askSecurely("web", topology.Client{Rate: 0.1, Mode: topology.ModeKeepAlive, Stop: 5 * second})
	var silent time.Duration // how long a client is kept that says nothing
	l.web.Go("silent", func(*sim.Proc) {
		began := l.Loop.Now()
		if c, err := l.web.Dial(s.Listen, second); err == nil {
			c.AwaitRead()
			silent = l.Loop.Now() - began
			c.Close()
		}
	})
	l.Run(10 * second)
	l.wantOutcomes(map[string]int{"200 by a": 1})
	got := map[string]int{}
	for _, c := range event.Of[event.ConnTimedOut](l.Log.Events()) {
		got[c.Timeout]++
	}
	if got[event.IdleTimeout] != 1 || got[event.PersistentTimeout] != 1 || silent < 2*second || silent > 2*second+millisecond {
		t.Errorf("timeouts %v, silent for %s; want one of each, and 2s", got, silent)
	}
	if n := l.gateway.Connections("web"); n != 0 {
		t.Errorf("%d connections are open, want none", n)
	}
}
