package selfbalance

import (
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/ipvs"
)

// syncQueue is connections that the owner has not sent yet (spec/failover.md
// §5.5).
type syncQueue struct {
	pending []ipvs.Conn
	since   time.Duration // when the first of them came
}

// syncDelay is how long the owner collects connections into one message. IPVS
// looks once a second for a message that is 2 s old.
const syncDelay = 2 * time.Second

// due is when to send what is pending.
func (q *syncQueue) due() time.Duration {
	switch {
	case len(q.pending) == 0:
		return Never
	case len(q.pending) >= ipvs.ConnectionsMax:
		return q.since // now
	}
	return q.since + syncDelay
}

// syncAfter queues a connection after one of its packets, if that is one of
// those that IPVS sends messages for.
func (m *Machine) syncAfter(now time.Duration, e *Entry, before State) {
	if m.cfg.Recovery != RecoverBySync || !m.owner {
		return
	}
	switch s := e.State(); {
	case !synced(s):
	case s != before && s != Established:
		m.queueSync(now, e)
	case e.Packets()%m.cfg.SyncPeriod == m.cfg.SyncThreshold:
		m.queueSync(now, e)
	}
}

// synced reports whether IPVS sends messages for connections in a state. Before
// they are established it does not.
func synced(s State) bool {
	return s == Established || s == FinWait || s == Close || s == CloseWait || s == TimeWait
}

// queueSync adds the connection to the message that is being collected. A later
// state of one that is there replaces it.
func (m *Machine) queueSync(now time.Duration, e *Entry) {
	q := &m.sync
	if len(q.pending) == 0 {
		q.since = now
	}
	f := e.Flow()
	c := ipvs.Conn{
		Protocol: wire.ProtocolTCP, Flags: ipvs.DirectRouting | ipvs.NoOutput, State: uint16(e.State()),
		Client: f.Source(), Virtual: f.Service().Address(),
		Destination: netip.AddrPortFrom(m.Member(e.Slot()), f.Port), Timeout: m.cfg.Table.Timeouts[e.State()],
	}
	if !e.State().Active() {
		c.Flags |= ipvs.Inactive
	}
	q.pending = append(q.pending, c)
}

// forgetSync takes the connections of a member out of the message that is being
// collected.
func (m *Machine) forgetSync(member netip.Addr) {
	m.sync.pending = slices.DeleteFunc(m.sync.pending, func(c ipvs.Conn) bool { return c.Destination.Addr() == member })
}

// flushSync sends what is pending and due. Nobody acknowledges it, and it is
// never sent again.
func (m *Machine) flushSync(now time.Duration) {
	q := &m.sync
	for len(q.pending) > 0 && now >= q.due() {
		n := min(len(q.pending), ipvs.ConnectionsMax)
		m.counters.SyncsSent++
		m.do(SendSync{ipvs.Sync{Version: 1, ID: m.cfg.Group, Connections: slices.Clone(q.pending[:n])}})
		q.pending = append(q.pending[:0], q.pending[n:]...)
		q.since = now
	}
}

// hearSync takes the owner's connections into the table. An owner does not
// listen to another one.
func (m *Machine) hearSync(now time.Duration, ev *HeardSync) {
	if m.owner || !m.running || m.cfg.Recovery != RecoverBySync || ev.Message.ID != m.cfg.Group {
		return
	}
	m.counters.SyncsReceived++
	for _, c := range ev.Message.Connections {
		slot, known := m.slots[c.Destination.Addr()]
		if s := State(c.State); !known || c.Protocol != wire.ProtocolTCP || uint16(s) != c.State || !s.Known() {
			continue
		}
		f := flowIn(balance.Flow{Client: c.Client, Service: c.Virtual})
		if m.services[f.Service()] == nil {
			continue // nobody has reported it, and this message need not be authentic
		}
		if e := m.table.Find(now, f); e != nil && e.Slot() != slot && !State(c.State).Active() {
			continue // an old connection does not replace a newer one of the port
		}
		m.learn(now, f, slot, State(c.State))
	}
}
