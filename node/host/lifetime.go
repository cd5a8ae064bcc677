package host

import (
	"net/netip"
	"sort"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// lifetime ends the entries of an interface's neighbour cache a fixed time
// after ARP last confirmed them, as in routers that keep a plain table: no
// traffic prolongs an entry, nobody checks it, and after its end the address
// is resolved anew.
type lifetime struct {
	nic   *NIC
	timer *sim.Timer
	armed bool
}

func newLifetime(n *NIC) *lifetime {
	l := &lifetime{nic: n}
	l.timer = n.host.kernel.NewTimer(sim.Func(l.expire))
	return l
}

// fixed returns the life of every entry; 0: entries are checked instead.
func (l *lifetime) fixed() time.Duration { return l.nic.host.cfg.ARPLife }

// times changes the stack's own times so that it neither doubts nor checks an
// entry before its end.
func (l *lifetime) times(c *stack.NUDConfigurations) {
	const later = time.Second
	c.BaseReachableTime, c.DelayFirstProbeTime = l.fixed()+later, l.fixed()+later
}

// begin begins the life of an entry, or begins it again.
func (l *lifetime) begin(e *neighbour) {
	if l.fixed() == 0 {
		return
	}
	e.ends = l.nic.host.kernel.Elapsed() + l.fixed()
	if !l.armed {
		l.armed = true
		l.timer.Reset(l.fixed())
	}
}

// confirm begins the life of an entry again if ARP says what the entry says.
func (l *lifetime) confirm(a wire.ARP) {
	if known, ok := l.nic.neighbours[a.SenderIP]; ok && known.usable && known.mac == a.SenderMAC && !known.permanent {
		l.begin(&known)
		l.nic.neighbours[a.SenderIP] = known
	}
}

// expire removes the entries whose life has ended, in the order of addresses.
// The timer is not moved when a life begins again: it then finds a later end.
func (l *lifetime) expire() {
	l.armed = false
	now, next := l.nic.host.kernel.Elapsed(), time.Duration(0)
	var over []netip.Addr
	for a, e := range l.nic.neighbours { // order: sorted below
		switch {
		case e.ends == 0:
		case e.ends <= now:
			over = append(over, a)
		case next == 0 || e.ends < next:
			next = e.ends
		}
	}
	sort.Slice(over, func(i, j int) bool { return over[i].Less(over[j]) })
	for _, a := range over {
		// It fails only if the stack has already dropped the entry.
		_ = l.nic.host.stack.RemoveNeighbor(l.nic.id, ipv4.ProtocolNumber, address(a))
	}
	if next > 0 && !l.armed {
		l.armed = true
		l.timer.Reset(next - now)
	}
}

// clear forgets everything, as a crash does.
func (l *lifetime) clear() {
	l.timer.Stop()
	l.armed = false
}
