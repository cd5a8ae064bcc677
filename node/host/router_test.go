package host_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// natLab is routedLab with forwarding, h1 (10.0.0.1) with a route to h2
// (10.9.0.2) and a server on each.
func natLab(t *testing.T) (l *lab, near, far, router *host.Host) {
	l, near, far, router = routedLab(t)
	near.Crash(false)
	near.NIC("lan").SetGateway(netip.MustParseAddr("10.0.0.254"))
	near.PowerOn()
	router.SetForwarding(true)
	l.serve(t, near, 80, 10)
	l.serve(t, far, 80, 10)
	return l, near, far, router
}

// try opens a connection and makes a request on it.
func (l *lab) try(t *testing.T, h *host.Host, target string) (*host.Conn, error) {
	t.Helper()
	var conn *host.Conn
	err := errors.New("still trying")
	h.Go("client", func(*sim.Proc) {
		if conn, err = h.Dial(netip.MustParseAddrPort(target), 5*time.Second); err == nil {
			_, err = ask(conn, 1, 10)
		}
	})
	l.Pass(6 * time.Second)
	return conn, err
}

// again makes a request on an open connection.
func (l *lab) again(t *testing.T, h *host.Host, conn *host.Conn) error {
	t.Helper()
	err := host.ErrTimeout
	h.Go("client", func(*sim.Proc) {
		if _, e := ask(conn, 1, 10); e == nil {
			err = nil
		}
	})
	l.Pass(6 * time.Second)
	return err
}

// checksums fails the test if a frame that the machine sent has a wrong one.
func checksums(tb testing.TB, tap *hosttest.Tap, node string) {
	tb.Helper()
	frames := tap.SentBy(node, 0, segment(0))
	for _, s := range frames {
		ip := header.IPv4(s.Data[header.EthernetMinimumSize:])
		tcp := header.TCP(ip.Payload())
		payload := header.TCP(ip.Payload()).Payload()
		if !ip.IsChecksumValid() {
			tb.Fatalf("%s sent a wrong IP checksum at %v", node, s.At)
		}
		pseudo := header.PseudoHeaderChecksum(header.TCPProtocolNumber, ip.SourceAddress(), ip.DestinationAddress(), uint16(len(tcp)))
		whole := append(append([]byte{}, tcp[:tcp.DataOffset()]...), payload...)
		if sum := sumOf(whole, pseudo); sum != 0xffff {
			tb.Fatalf("%s sent a wrong TCP checksum at %v", node, s.At)
		}
	}
	if len(frames) == 0 {
		tb.Fatalf("%s sent no TCP segment", node)
	}
}

// sumOf is the Internet checksum of RFC 1071, before its complement.
func sumOf(data []byte, start uint16) uint16 {
	sum := uint32(start)
	for i, b := range data {
		if i%2 == 0 {
			sum += uint32(b) << 8
		} else {
			sum += uint32(b)
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// TestTranslateDestination: an address of the router, and one that it answers
// for, are translated to the server's; their other ports are not.
func TestTranslateDestination(t *testing.T) {
	for _, public := range []string{"10.0.0.254", "10.0.0.80"} {
		l, near, _, router := natLab(t)
		router.SetTranslation(host.Translation{
			Own:          []netip.Addr{netip.MustParseAddr("10.0.0.80")},
			Destinations: []host.Destination{{netip.MustParseAddrPort(public + ":8080"), netip.MustParseAddrPort("10.9.0.2:80")}},
		})
		tap := l.Tap()
		conn, err := l.try(t, near, public+":8080")
		if err != nil {
			t.Fatalf("%s: %v", public, err)
		}
		if got := conn.RemoteAddr().String(); got != public+":8080" {
			t.Errorf("%s: the client sees %s", public, got)
		}
		if _, err := l.try(t, near, public+":80"); !errors.Is(err, host.ErrRefused) {
			t.Errorf("%s: another port: got %v, want it refused by the router itself", public, err)
		}
		for _, s := range tap.SentBy("h1", 0, segment(0)) {
			if _, to, _, _ := tcpOf(s); to.Addr().String() != public {
				t.Fatalf("%s: the client sent to %v", public, to)
			}
		}
		checksums(t, tap, "router")
	}
}

// TestTranslateSource: packets that leave by an interface have its address,
// with different ports if two clients use the same one; answers find their way
// back, and nothing else is translated.
func TestTranslateSource(t *testing.T) {
	l, near, far, router := natLab(t)
	router.SetTranslation(host.Translation{
		Own:     []netip.Addr{netip.MustParseAddr("10.9.0.7")},
		Sources: []host.Source{{"far", netip.MustParseAddr("10.9.0.7")}},
	})
	tap := l.Tap()
	if _, err := l.try(t, near, "10.9.0.2:80"); err != nil {
		t.Fatal(err)
	}
	for _, s := range tap.SentBy("h2", 0, segment(0)) {
		if _, to, _, _ := tcpOf(s); to.Addr().String() != "10.9.0.7" {
			t.Fatalf("the server answered to %v, want 10.9.0.7", to)
		}
	}
	since := l.Loop.Now()
	if conn, err := l.try(t, far, "10.0.0.1:80"); err != nil || conn.LocalAddrPort().Addr().String() != "10.9.0.2" {
		t.Fatalf("the other way: %v", err)
	}
	for _, s := range tap.SentBy("h1", since, segment(0)) {
		if _, to, _, _ := tcpOf(s); to.Addr().String() != "10.9.0.2" {
			t.Fatalf("the other way: answered to %v, want 10.9.0.2", to)
		}
	}
	checksums(t, tap, "router")
}

// TestTranslationDiesWithTheMachine: after a crash the router translates
// nothing until it is configured again. As in Linux, an open connection is then
// translated if a rule fits.
func TestTranslationDiesWithTheMachine(t *testing.T) {
	l, near, _, router := natLab(t)
	told := host.Translation{
		Own:          []netip.Addr{netip.MustParseAddr("10.0.0.80")},
		Destinations: []host.Destination{{netip.MustParseAddrPort("10.0.0.80:80"), netip.MustParseAddrPort("10.9.0.2:80")}},
	}
	router.SetTranslation(told)
	conn, err := l.try(t, near, "10.0.0.80:80")
	if err != nil {
		t.Fatal(err)
	}
	router.Crash(false)
	router.PowerOn()
	router.SetForwarding(true)
	if _, err := l.try(t, near, "10.0.0.80:80"); err == nil {
		t.Error("after a crash: it is still translated")
	}
	router.SetTranslation(told)
	if _, err := l.try(t, near, "10.0.0.80:80"); err != nil {
		t.Errorf("configured again: %v", err)
	}
	if err := l.again(t, near, conn); err != nil {
		t.Errorf("the old connection, whose rule is back: %v", err)
	}
	router.SetTranslation(host.Translation{})
	if _, err := l.try(t, near, "10.0.0.80:80"); err == nil {
		t.Error("reconfigured: it is still translated")
	}
}

// TestFirewall: connections that a rule allows pass, in both directions;
// nothing else does, and each refused flow is logged once.
func TestFirewall(t *testing.T) {
	prefix := netip.MustParsePrefix
	for _, c := range []struct {
		firewall  host.Firewall
		out, back bool // connections from near to far, and from far to near
	}{
		{host.Firewall{}, false, false},
		{host.Firewall{Accept: true}, true, true},
		{host.Firewall{Allow: []host.Allow{{}}}, true, true},
		{host.Firewall{Allow: []host.Allow{{From: prefix("10.0.0.1/32")}}}, true, false},
		{host.Firewall{Allow: []host.Allow{{From: prefix("10.0.0.2/32")}}}, false, false},
		{host.Firewall{Allow: []host.Allow{{From: prefix("10.0.0.2/32")}, {From: prefix("10.9.0.0/16")}}}, false, true},
		{host.Firewall{Allow: []host.Allow{{From: prefix("10.0.0.0/16"), To: prefix("10.9.0.2/32"), Port: 80}}}, true, false},
		{host.Firewall{Allow: []host.Allow{{From: prefix("10.0.0.0/16"), To: prefix("10.9.0.3/32"), Port: 80}}}, false, false},
		{host.Firewall{Allow: []host.Allow{{Port: 81}}}, false, false},
	} {
		l, near, far, router := natLab(t)
		router.SetFirewall(c.firewall)
		for _, way := range []struct {
			from   *host.Host
			target string
			passes bool
		}{{near, "10.9.0.2:80", c.out}, {far, "10.0.0.1:80", c.back}} {
			before := l.Log.Len()
			_, err := l.try(t, way.from, way.target)
			if (err == nil) != way.passes || err != nil && !errors.Is(err, host.ErrTimeout) {
				t.Errorf("%+v: to %s: got %v, want it to pass: %v", c.firewall, way.target, err, way.passes)
			}
			told := 0
			for e, b := range event.Of[event.FlowRefused](l.Log.Events()[before:]) {
				told++
				if from := way.from.NICs()[0].Address().Addr().String(); e.Node != "router" || b != (event.FlowRefused{Protocol: "TCP", From: from, To: way.target, Reason: event.RefusedRule}) {
					t.Errorf("%+v: got %+v", c.firewall, e)
				}
			}
			if (told == 0) != way.passes || told > 1 {
				t.Errorf("%+v: to %s: %d refusals in the log, want one for each that does not pass", c.firewall, way.target, told)
			}
		}
	}
}

// TestFirewallState: an established connection survives the removal of its
// rule, but not a crash of the firewall; a connection begins with a SYN.
func TestFirewallState(t *testing.T) {
	l, near, _, router := natLab(t)
	open := host.Firewall{Allow: []host.Allow{{Port: 80}}}
	router.SetFirewall(open)
	conn, err := l.try(t, near, "10.9.0.2:80")
	if err != nil {
		t.Fatal(err)
	}
	router.SetFirewall(host.Firewall{})
	if err := l.again(t, near, conn); err != nil {
		t.Errorf("the rule is gone, the connection was there: %v", err)
	}
	if _, err := l.try(t, near, "10.9.0.2:80"); !errors.Is(err, host.ErrTimeout) {
		t.Errorf("a new connection: got %v, want a timeout", err)
	}
	router.Crash(false)
	router.PowerOn()
	router.SetForwarding(true)
	router.SetFirewall(open)
	if err := l.again(t, near, conn); err == nil {
		t.Error("the firewall has forgotten the connection, and lets it pass")
	}
	if _, err := l.try(t, near, "10.9.0.2:80"); err != nil {
		t.Errorf("a new connection after the crash: %v", err)
	}
}

// TestRouterIsDeterministic: translation draws ports from the world's streams
// and expires connections by its clock.
func TestRouterIsDeterministic(t *testing.T) {
	run := func() string {
		l, near, far, router := natLab(t)
		router.SetTranslation(host.Translation{Sources: []host.Source{{"far", netip.MustParseAddr("10.9.0.254")}}})
		router.SetFirewall(host.Firewall{Allow: []host.Allow{{From: netip.MustParsePrefix("10.0.0.0/16")}}})
		answered := 0
		for i := range 40 {
			l.Program(near, fmt.Sprintf("client %d", i), func(p *sim.Proc) error {
				p.Sleep(time.Duration(i/4) * time.Second)
				conn, err := near.Dial(netip.MustParseAddrPort("10.9.0.2:80"), 0)
				if err != nil {
					return err
				}
				defer conn.Close()
				n, err := ask(conn, 5, 10)
				answered += n
				return err
			})
		}
		l.Run(10 * time.Minute)
		if answered != 200 {
			t.Fatalf("got %d answers, want 200", answered)
		}
		far.Crash(false)
		return l.Digest.String()
	}
	if first, second := run(), run(); first != second {
		t.Errorf("digests: got %s and %s", first, second)
	}
}

// TestFirewallForgetsWhatItRefused: a port from which a connection was refused
// can be used again for one that is allowed. Method: the client's own SYN, sent
// again with another sequence number when the rule is there; its machine
// answers the server with RST, which passes.
func TestFirewallForgetsWhatItRefused(t *testing.T) {
	l, near, _, router := natLab(t)
	router.SetFirewall(host.Firewall{})
	tap := l.Tap()
	if _, err := l.try(t, near, "10.9.0.2:80"); !errors.Is(err, host.ErrTimeout) {
		t.Fatalf("got %v, want a timeout", err)
	}
	frame := slices.Clone(tap.SentBy("h1", 0, segment(header.TCPFlagSyn))[0].Data)
	ip := header.IPv4(frame[header.EthernetMinimumSize:])
	again := header.TCP(ip.Payload())
	again.SetSequenceNumber(again.SequenceNumber() + 1e6)
	again.SetChecksum(0)
	pseudo := header.PseudoHeaderChecksum(header.TCPProtocolNumber, ip.SourceAddress(), ip.DestinationAddress(), uint16(len(again)))
	again.SetChecksum(^sumOf(again, pseudo))
	router.SetFirewall(host.Firewall{Allow: []host.Allow{{Port: 80}}})
	since := l.Loop.Now()
	hosttest.Inject(near.NIC("lan"), frame)
	l.Pass(time.Second)
	if got := len(tap.SentBy("router", since, segment(header.TCPFlagRst))); got != 1 {
		t.Errorf("the router forwarded %d resets of the client, want 1", got)
	}
	if _, got := hosttest.Bodies[event.FlowRefused](l.Lab, "router"); len(got) != 1 || got[0].Reason != event.RefusedRule {
		t.Errorf("got refusals %v, want that of the first SYN", got)
	}
}
