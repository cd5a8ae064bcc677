package host_test

import (
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// divertLab is a machine that owns the virtual IP, and one that hides it. Both
// serve their names there.
func divertLab(t *testing.T) (l *lab, owner, member *host.Host) {
	l = newLab(t, 2, nil)
	owner, member = l.Hosts[0], l.Hosts[1]
	owner.NIC("lan").AddVIP(vip, host.MAC{})
	member.NIC("lan").HideVIP(vip)
	for _, h := range l.Hosts {
		serveName(l, h)
	}
	l.Pass(time.Millisecond)
	return l, owner, member
}

// away is a diversion of everything to a machine's interface.
func away(to *host.NIC) host.Diversion {
	return host.Diversion{
		Wants: func(netip.AddrPort) bool { return true },
		Route: func(netip.AddrPort, netip.AddrPort, wire.TCPFlags) (host.Verdict, host.MAC) {
			return host.Take, to.MAC()
		},
	}
}

// call is what a program of a machine gets from the virtual IP.
type call struct {
	answer        string
	local, remote netip.AddrPort
	err           error
	done          bool
}

// callFrom connects to the virtual IP from a machine.
func (l *lab) callFrom(h *host.Host, source netip.Addr) *call {
	c := &call{}
	l.Program(h, "caller", func(*sim.Proc) error {
		conn, err := h.DialFrom(source, netip.AddrPortFrom(vip, 80), time.Second)
		defer func() { c.done = true }()
		if err != nil {
			c.err = err
			return nil
		}
		defer conn.Close()
		c.local, c.remote = conn.LocalAddrPort(), conn.RemoteAddrPort()
		b, err := io.ReadAll(conn)
		c.answer, c.err = string(b), err
		return nil
	})
	l.Pass(5 * time.Second)
	return c
}

// TestDivert: a connection of the owner's own program to the virtual IP goes to
// another machine and back. Only Ethernet addresses say so: on the wire it is
// one from the owner's address to the virtual IP, with correct checksums.
func TestDivert(t *testing.T) {
	l, owner, member := divertLab(t)
	lan := owner.NIC("lan")
	var asked []netip.AddrPort
	d := away(member.NIC("lan"))
	d.Wants = func(to netip.AddrPort) bool { asked = append(asked, to); return true }
	lan.Divert(d)
	tap := l.Tap()
	c := l.callFrom(owner, netip.Addr{})
	target, own := netip.AddrPortFrom(vip, 80), lan.Address().Addr()
	if c.err != nil || c.answer != member.Name() || c.remote != target || c.local.Addr() != own {
		t.Errorf("got %+v, want an answer of %s to %v", *c, member.Name(), own)
	}
	if !slices.Equal(asked, []netip.AddrPort{target}) {
		t.Errorf("asked about %v, want %v once", asked, target)
	}
	there, back := 0, 0
	for _, f := range tap.All {
		from, to, _, ok := tcpOf(f)
		if !ok {
			continue
		}
		eth := header.Ethernet(f.Data)
		source, destination := host.MAC([]byte(eth.SourceAddress())), host.MAC([]byte(eth.DestinationAddress()))
		switch {
		case from == c.local && to == target && source == lan.MAC() && destination == member.NIC("lan").MAC():
			there++
		case from == target && to == c.local && source == member.NIC("lan").MAC() && destination == lan.MAC():
			back++
		default:
			t.Errorf("frame %v > %v from %v to %v", from, to, source, destination)
		}
		if ip := header.IPv4(f.Data[14:]); !ip.IsChecksumValid() || !header.TCP(ip.Payload()).IsChecksumValid(ip.SourceAddress(), ip.DestinationAddress(),
			checksum.Checksum(header.TCP(ip.Payload()).Payload(), 0), uint16(len(header.TCP(ip.Payload()).Payload()))) {
			t.Errorf("frame %v > %v has a wrong checksum", from, to)
		}
	}
	if there < 3 || back < 3 {
		t.Errorf("got %d frames there and %d back, want three at least", there, back)
	}
}

// TestStays: what the diversion leaves alone stays inside the machine, and so
// does a connection from the virtual IP itself, and one of a machine that
// filters packets.
func TestStays(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*host.Host, *host.Diversion)
		source netip.Addr
		from   netip.Addr
	}{
		"unwanted": {change: func(_ *host.Host, d *host.Diversion) {
			d.Wants = func(netip.AddrPort) bool { return false }
		}, from: vip},
		"passed": {change: func(_ *host.Host, d *host.Diversion) {
			d.Route = func(netip.AddrPort, netip.AddrPort, wire.TCPFlags) (host.Verdict, host.MAC) {
				return host.Pass, host.MAC{}
			}
		}, from: netip.MustParseAddr("10.0.0.1")},
		"from the virtual IP": {source: vip, from: vip},
		"of a filter":         {change: func(h *host.Host, _ *host.Diversion) { h.SetFirewall(host.Firewall{Accept: true}) }, from: vip},
	} {
		t.Run(name, func(t *testing.T) {
			l, owner, member := divertLab(t)
			d := away(member.NIC("lan"))
			if x.change != nil {
				x.change(owner, &d)
			}
			owner.NIC("lan").Divert(d)
			tap := l.Tap()
			if c := l.callFrom(owner, x.source); c.err != nil || c.answer != owner.Name() || c.local.Addr() != x.from {
				t.Errorf("got %+v, want an answer of %s to %v", *c, owner.Name(), x.from)
			}
			if len(tap.All) != 0 {
				t.Errorf("got %d frames, want none", len(tap.All))
			}
		})
	}
}

// TestDivertDrops: a segment that the diversion drops is sent again by TCP.
func TestDivertDrops(t *testing.T) {
	l, owner, member := divertLab(t)
	d, seen := away(member.NIC("lan")), 0
	d.Route = func(netip.AddrPort, netip.AddrPort, wire.TCPFlags) (host.Verdict, host.MAC) {
		if seen++; seen == 1 {
			return host.Drop, host.MAC{}
		}
		return host.Take, member.NIC("lan").MAC()
	}
	owner.NIC("lan").Divert(d)
	c := &call{}
	l.Program(owner, "caller", func(*sim.Proc) error {
		conn, err := owner.Dial(netip.AddrPortFrom(vip, 80), 5*time.Second)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(conn)
		c.answer = string(b)
		return err
	})
	l.Pass(10 * time.Second)
	if c.answer != member.Name() || seen < 4 {
		t.Errorf("got %q after %d segments, want %q", c.answer, seen, member.Name())
	}
}

// TestDivertInDamagedNetwork: checksums find bits that flip in the answers of a
// diverted connection too.
func TestDivertInDamagedNetwork(t *testing.T) {
	l, owner, member := divertLab(t)
	owner.NIC("lan").Divert(away(member.NIC("lan")))
	rule, err := netfab.Impairment{Corrupt: 0.2}.Rule(member.NIC("lan").Port())
	if err != nil {
		t.Fatal(err)
	}
	l.Fabric.Install(rule)
	right := 0
	for range 100 {
		c := l.callFrom(owner, netip.Addr{})
		switch {
		case c.err != nil, !c.done:
		case c.answer == member.Name():
			right++
		default:
			t.Fatalf("got %q, want %q", c.answer, member.Name())
		}
	}
	if right < 50 {
		t.Errorf("%d of 100 calls were answered", right)
	}
	if found := host.StackStats(owner).TCP.ChecksumErrors.Value(); found == 0 {
		t.Error("no damage was found")
	}
}

// TestForgedAnswer: a segment from the virtual IP that belongs to no connection
// of the machine is ignored: it is not even answered with a reset.
func TestForgedAnswer(t *testing.T) {
	l, owner, member := divertLab(t)
	owner.NIC("lan").Divert(away(member.NIC("lan")))
	var port uint16
	l.Program(owner, "caller", func(p *sim.Proc) error {
		conn, err := owner.Dial(netip.AddrPortFrom(vip, 80), time.Second)
		if err != nil {
			return err
		}
		port = conn.LocalAddrPort().Port()
		p.Park() // and keeps it open
		return nil
	})
	l.Pass(time.Second)
	tap := l.Tap()
	forge := func(port uint16) int {
		tap.All = nil
		frame := answerFrom(member.NIC("lan"), owner.NIC("lan"), port)
		l.At(l.Loop.Now()+time.Millisecond, func() { hosttest.Inject(member.NIC("lan"), frame) })
		l.Pass(time.Second)
		return len(tap.SentBy(owner.Name(), 0, nil))
	}
	if got := forge(port + 1); got != 0 {
		t.Errorf("got %d frames in answer to a forged one, want none", got)
	}
	if got := forge(port); got != 1 {
		t.Errorf("got %d frames in answer to one of a connection, want an acknowledgement", got)
	}
	// An interface that has just lost its address takes no answer, and does not
	// fall over what is still on its way.
	frame := answerFrom(member.NIC("lan"), owner.NIC("lan"), port)
	owner.NIC("lan").SetAddress(netip.Prefix{})
	tap.All = nil
	l.At(l.Loop.Now()+time.Millisecond, func() { hosttest.Inject(member.NIC("lan"), frame) })
	l.Pass(time.Second)
	if got := len(tap.SentBy(owner.Name(), 0, nil)); got != 0 {
		t.Errorf("got %d frames of an interface without an address, want none", got)
	}
}

// answerFrom is a bare acknowledgement from the virtual IP to a port of a
// machine.
func answerFrom(from, to *host.NIC, port uint16) []byte {
	frame := make([]byte, 54)
	wire.EthernetOf(frame).Set(to.MAC(), from.MAC(), wire.EtherTypeIPv4)
	ip := header.IPv4(frame[14:])
	ip.Encode(&header.IPv4Fields{
		TotalLength: 40, TTL: 64, Protocol: uint8(header.TCPProtocolNumber),
		SrcAddr: tcpip.AddrFrom4(vip.As4()), DstAddr: tcpip.AddrFrom4(to.Address().Addr().As4()),
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	segment := header.TCP(ip.Payload())
	segment.Encode(&header.TCPFields{SrcPort: 80, DstPort: port, SeqNum: 1, AckNum: 1, DataOffset: 20, Flags: header.TCPFlagAck, WindowSize: 100})
	segment.SetChecksum(^segment.CalculateChecksum(header.PseudoHeaderChecksum(header.TCPProtocolNumber, ip.SourceAddress(), ip.DestinationAddress(), 20)))
	return frame
}

// TestDivertEndsWithCrash: the next boot of the machine diverts nothing before
// it is told to.
func TestDivertEndsWithCrash(t *testing.T) {
	l, owner, member := divertLab(t)
	owner.NIC("lan").Divert(away(member.NIC("lan")))
	owner.Crash(false)
	owner.PowerOn()
	l.Pass(time.Minute)
	owner.NIC("lan").AddVIP(vip, host.MAC{})
	serveName(l, owner)
	l.Pass(time.Second)
	if c := l.callFrom(owner, netip.Addr{}); c.answer != owner.Name() {
		t.Errorf("got %+v, want an answer of %s", *c, owner.Name())
	}
}
