package member_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// latency is the delay of the wire in one direction.
const latency = time.Millisecond

var (
	vip     = netip.MustParseAddr("192.0.2.100")
	second  = netip.MustParseAddr("192.0.2.101")
	virtual = wire.VirtualMAC(30)
)

// lab is machines on one segment, named a, b, …, and the frames they send. It
// is the fabric's observer.
type lab struct {
	*hosttest.Lab
	frames []frame
}

// frame is one frame that left a machine, in words.
type frame struct {
	at   time.Duration
	node string
	from host.MAC
	text string // "hello Active 110 192.0.2.11", "garp reply 192.0.2.100"
}

func newLab(t *testing.T, machines int) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{Latency: latency})}
	l.Fabric.Observe(l)
	for i := range machines {
		l.Add(string(rune('a'+i)), own(i).String()+"/24")
	}
	return l
}

// own is the address of the i-th machine.
func own(i int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + i)}) }

// config is a member of group 30 without jitter that announces with one frame.
func config(i int, priority uint8) member.Config {
	c := standby.Config{
		Profile: standby.DataPower, Group: 30, VirtualIP: vip, Address: own(i), Priority: priority, Auth: wire.AuthDataPower,
		HelloTime: 3 * time.Second, HoldTime: 10 * time.Second,
	}
	return member.Config{Machine: c, Options: member.Options{Forms: []wire.ARPForm{wire.ARPReply}}}
}

// start runs a member on the i-th machine.
func (l *lab) start(i int, c member.Config) *member.Member {
	h := l.Hosts[i]
	return member.Start(h, h.NIC("lan"), c)
}

// pair is a settled group: the first machine Active, the second Standby.
func (l *lab) pair(change func(*member.Config)) (a, b *member.Member) {
	l.TB.Helper()
	var members []*member.Member
	for i, priority := range []uint8{110, 100} {
		c := config(i, priority)
		if change != nil {
			change(&c)
		}
		members = append(members, l.start(i, c))
	}
	l.Run(40 * time.Second)
	l.want(members[0], standby.Active)
	l.want(members[1], standby.Standby)
	return members[0], members[1]
}

func (l *lab) want(m *member.Member, state standby.State) {
	l.TB.Helper()
	if got := m.Status().State; got != state {
		l.TB.Errorf("at %v: got %v, want %v", l.Loop.Now(), got, state)
	}
}

// Sent implements netfab.Observer.
func (l *lab) Sent(now time.Duration, from *netfab.Port, data []byte) {
	f := frame{at: now, node: from.Node(), from: wire.EthernetOf(data).Source(), text: "other"}
	if _, ip, m, err := wire.ParseFrame(data); err == nil {
		f.text = fmt.Sprintf("%v %v %d %v", m.Opcode, m.State, m.Priority, ip)
	} else if _, ip, a, err := wire.ParseAdvertiseFrame(data); err == nil {
		f.text = fmt.Sprintf("Advertise %v %d/%d %v", a.State, a.ActiveGroups, a.PassiveGroups, ip)
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

// wantSent compares what a machine has sent since an instant with lines such as
// "3s hello Active 110 192.0.2.11".
func (l *lab) wantSent(node string, since time.Duration, want ...string) {
	l.TB.Helper()
	var got []string
	for _, f := range l.sent(node, since) {
		got = append(got, fmt.Sprintf("%v %s", f.at-since, f.text))
	}
	if !slices.Equal(got, want) {
		l.TB.Errorf("%s sent\n%q, want\n%q", node, got, want)
	}
}

// logged returns the events of a machine since an instant, in short.
func (l *lab) logged(node string, since time.Duration) (all []string) {
	for _, e := range l.Log.Events() {
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
	l.TB.Helper()
	if got := l.logged(node, since); !slices.Equal(got, want) {
		l.TB.Errorf("%s logged\n%q, want\n%q", node, got, want)
	}
}
