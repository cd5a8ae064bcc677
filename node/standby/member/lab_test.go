package member_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// latency is one trip over the wire.
const latency = time.Millisecond

var (
	vip     = netip.MustParseAddr("192.0.2.100")
	second  = netip.MustParseAddr("192.0.2.101")
	virtual = wire.VirtualMAC(30)
)

// lab is machines on one segment, named a, b, …, and the frames they send. It
// is the fabric's observer.
type lab struct {
	t       *testing.T
	loop    *sim.Loop
	fabric  *netfab.Fabric
	segment *netfab.Segment
	log     *event.Log
	hosts   []*host.Host
	frames  []frame
}

// frame is one frame that left a machine, in words.
type frame struct {
	at   time.Duration
	node string
	from host.MAC
	text string // "hello Active 110 192.0.2.11", "garp reply 192.0.2.100"
}

func newLab(t *testing.T, machines int) *lab {
	t.Helper()
	l := &lab{t: t, loop: sim.New(1)}
	l.log = event.NewLog(nil)
	l.fabric = netfab.New(l.loop, nil)
	l.segment = l.fabric.AddSegment("lan", netfab.SegmentConfig{Latency: latency})
	l.fabric.Observe(l)
	for i := range machines {
		h := host.New(l.loop, host.Config{Name: string(rune('a' + i)), Cores: 1, ARP: host.ARPLinux, Log: l.log})
		h.AddNIC("lan", host.MAC{2, 0, 0, 0, 0, byte(11 + i)}, netip.PrefixFrom(own(i), 24), l.segment)
		h.PowerOn()
		l.hosts = append(l.hosts, h)
		t.Cleanup(h.Destroy)
	}
	return l
}

// own is the address of the i-th machine.
func own(i int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + i)}) }

// config is a member of group 30 without jitter, whose announcement is one
// frame.
func config(i int, priority uint8) member.Config {
	c := standby.Config{
		Profile: standby.DataPower, Group: 30, VirtualIP: vip, Address: own(i), Priority: priority, Auth: wire.AuthDataPower,
		HelloTime: 3 * time.Second, HoldTime: 10 * time.Second,
	}
	return member.Config{Machine: c, Forms: []wire.ARPForm{wire.ARPReply}}
}

// start runs a member on the i-th machine.
func (l *lab) start(i int, c member.Config) *member.Member {
	h := l.hosts[i]
	return member.Start(h, h.NIC("lan"), c)
}

// pair is a settled group: the first machine Active, the second Standby.
func (l *lab) pair(change func(*member.Config)) (a, b *member.Member) {
	l.t.Helper()
	var members []*member.Member
	for i, priority := range []uint8{110, 100} {
		c := config(i, priority)
		if change != nil {
			change(&c)
		}
		members = append(members, l.start(i, c))
	}
	l.run(40 * time.Second)
	l.want(members[0], standby.Active)
	l.want(members[1], standby.Standby)
	return members[0], members[1]
}

func (l *lab) run(until time.Duration) {
	l.t.Helper()
	if err := l.loop.Run(until); err != nil {
		l.t.Fatal(err)
	}
}

// pass lets time go on.
func (l *lab) pass(d time.Duration) {
	l.t.Helper()
	l.run(l.loop.Now() + d)
}

func (l *lab) want(m *member.Member, state standby.State) {
	l.t.Helper()
	if got := m.Status().State; got != state {
		l.t.Errorf("at %v: got %v, want %v", l.loop.Now(), got, state)
	}
}

// Sent implements netfab.Observer.
func (l *lab) Sent(now time.Duration, from *netfab.Port, data []byte) {
	f := frame{at: now, node: from.Node(), from: host.MAC(data[6:12]), text: "other"}
	if _, ip, m, err := wire.ParseFrame(data); err == nil {
		f.text = fmt.Sprintf("%v %v %d %v", m.Opcode, m.State, m.Priority, ip)
	} else if a, err := wire.ParseARP(data); err == nil && a.IsGratuitous() && a.SenderMAC == a.Source && a.Destination == wire.Broadcast {
		f.text = fmt.Sprintf("garp %v %v", a.Op, a.SenderIP)
	}
	l.frames = append(l.frames, f)
}

func (*lab) Lost(time.Duration, *netfab.Port, *netfab.Port, []byte, string) {}

func (*lab) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// sent returns what a machine has sent since an instant.
func (l *lab) sent(node string, since time.Duration) (all []frame) {
	for _, f := range l.frames {
		if f.node == node && f.at >= since {
			all = append(all, f)
		}
	}
	return all
}

// wantSent compares what a machine has sent since an instant, and when after it,
// with lines such as "3s hello Active 110 192.0.2.11".
func (l *lab) wantSent(node string, since time.Duration, want ...string) {
	l.t.Helper()
	var got []string
	for _, f := range l.sent(node, since) {
		got = append(got, fmt.Sprintf("%v %s", f.at-since, f.text))
	}
	if !slices.Equal(got, want) {
		l.t.Errorf("%s sent\n%q, want\n%q", node, got, want)
	}
}

// logged returns the events of a machine since an instant, in short.
func (l *lab) logged(node string, since time.Duration) (all []string) {
	for _, e := range l.log.Events() {
		if e.Node != node || e.At < since {
			continue
		}
		switch b := e.What.(type) {
		case event.StandbyChanged:
			what := b.From + " to " + b.To
			if b.Owner != (b.To == "Active") {
				what += fmt.Sprintf(", owner %v", b.Owner)
			}
			if b.ActiveLost {
				what += ", active lost"
			}
			all = append(all, what)
		case event.VIPGained:
			all = append(all, "gained "+b.VIP)
		case event.VIPLost:
			all = append(all, "lost "+b.VIP)
		case event.StandbySent:
			all = append(all, "sent "+b.Opcode)
		}
	}
	return all
}

func (l *lab) wantLogged(node string, since time.Duration, want ...string) {
	l.t.Helper()
	if got := l.logged(node, since); !slices.Equal(got, want) {
		l.t.Errorf("%s logged\n%q, want\n%q", node, got, want)
	}
}
