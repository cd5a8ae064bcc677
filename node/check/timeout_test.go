package check

import (
	"fmt"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestTimeouts: what a timeout of 10s does to servers that answer after a
// while, or never. Not enforced, it frees nobody from a hung server before the
// user agent's 300s, and fails an answer after 12s only when it is there:
// spec/failover.md F39.
func TestTimeouts(t *testing.T) {
	off := false
	product := topology.Check{By: topology.CheckSOAP, Timeout: 10 * second, Enforce: &off}
	enforced, hasty := product, product
	enforced.Enforce = nil
	hasty.UserAgent = 5 * second
	for _, c := range []struct {
		name   string
		cfg    topology.Check
		answer time.Duration
		want   string
		took   time.Duration
	}{
		{"in time", product, 9 * second, ok, 9 * second},
		{"late", product, 12 * second, "too late", 12 * second},
		{"very late", product, 299 * second, "too late", 299 * second},
		{"never", product, time.Hour, "timeout", 300 * second},
		{"enforced, in time", enforced, 9 * second, ok, 9 * second},
		{"enforced, late", enforced, 12 * second, "timeout", 10 * second},
		{"enforced, never", enforced, time.Hour, "timeout", 10 * second},
		{"hasty user agent", hasty, 9 * second, "timeout", 5 * second},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.serve(func(p *sim.Proc, conn *host.Conn) {
				hear(conn)
				p.Sleep(c.answer)
				fmt.Fprint(conn, whole(500, fault))
			})
			got, took := l.check(t, c.cfg, "http://192.0.2.50/")
			if took = took.Round(100 * time.Millisecond); got != c.want || took != c.took {
				t.Errorf("got %s after %v, want %s after %v", got, took, c.want, c.took)
			}
		})
	}
}

// TestTimeoutOfLateFailure: what has failed late has failed for its own reason.
func TestTimeoutOfLateFailure(t *testing.T) {
	off := false
	l := newLab(t)
	l.serve(func(p *sim.Proc, conn *host.Conn) {
		hear(conn)
		p.Sleep(12 * second)
		fmt.Fprint(conn, whole(200, "<html><br></html>"))
	})
	got, took := l.check(t, topology.Check{By: topology.CheckSOAP, Timeout: 10 * second, Enforce: &off}, "http://192.0.2.50/")
	if took = took.Round(100 * time.Millisecond); got != "not XML" || took != 12*second {
		t.Errorf("got %s after %v, want not XML after 12s", got, took)
	}
}

// TestNoMachine: where nobody answers, each kind of check gives up with its
// timeout. If that is not enforced, the stack gives up: ARP asks three times, a
// second apart.
func TestNoMachine(t *testing.T) {
	for _, k := range kinds {
		for enforce, want := range map[bool]string{true: "timeout 1s", false: "unreachable 3s"} { // order: worlds apart
			l := newLab(t)
			l.web.Freeze(false)
			cfg := k.cfg
			cfg.Enforce = &enforce
			got, took := l.check(t, cfg, "http://192.0.2.50/")
			if got += " " + took.Round(second/10).String(); got != want {
				t.Errorf("%s, enforced %v: got %s, want %s", cfg.By, enforce, got, want)
			}
		}
	}
}
