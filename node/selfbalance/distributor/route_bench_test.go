package distributor

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/wire"
)

const million = 1_000_000

// traffic is the segments of many connections to one owner, in random order.
// They arrive in batches, as from an interface: a segment is not read right
// after it was written.
type traffic struct {
	d       *Distributor
	batch   [256][]byte
	clients []client
	next    int // of the clients
	place   int // in the batch
	now     time.Duration
	due     time.Duration
}

// client is address and port of one end of a connection.
type client struct {
	address [4]byte
	port    uint16
}

// newTraffic opens n connections over three members, of which the owner serves
// its share or none.
func newTraffic(tb testing.TB, n int, serves bool) *traffic {
	l := newBalancedLab(tb, 3, host.MAC{}, []netip.Addr{vip}, func(c *selfbalance.Config) { c.Table.Max, c.Missed = n, million })
	a := l.member("a")
	l.own(a, true)
	a.d.Quiesce(!serves)
	l.Pass(600 * ms)
	t := &traffic{d: a.d, now: l.Loop.Now(), clients: make([]client, n)}
	for i := range t.clients {
		t.clients[i] = client{[4]byte{192, 0, byte(i >> 24), byte(i >> 16)}, uint16(i)}
	}
	r := rand.New(rand.NewPCG(1, 2))
	shuffle := func() {
		r.Shuffle(n, func(i, j int) { t.clients[i], t.clients[j] = t.clients[j], t.clients[i] })
	}
	shuffle()
	for _, flags := range []string{"S", "A"} {
		for i := range t.batch {
			t.batch[i] = segment{
				source: l.client.NIC("lan").MAC(), destination: a.nic.MAC(), flags: flags, ttl: 64,
				from: netip.AddrPortFrom(clientIP, 5000), to: netip.AddrPortFrom(vip, webPort),
			}.frame(tb)
		}
		t.fill()
		for range n {
			if to := t.pass(); to.Verdict > selfbalance.Forward {
				tb.Fatalf("not forwarded: %+v", to)
			}
		}
		t.next = 0
	}
	if got := a.d.Status().Entries; got != n {
		tb.Fatalf("%d entries, want %d", got, n)
	}
	shuffle()
	return t
}

// fill receives the next batch.
func (t *traffic) fill() {
	t.place = 0
	for _, frame := range t.batch {
		c := &t.clients[t.next]
		if t.next++; t.next == len(t.clients) {
			t.next = 0
		}
		wire.EthernetOf(frame).SetSource(host.MAC{2, 0, 0, 0, 2, 201})
		copy(frame[wire.EthernetSize+12:], c.address[:])
		binary.BigEndian.PutUint16(frame[wire.EthernetSize+wire.IPv4Size:], c.port)
	}
}

// pass decides about the next segment and rewrites both MACs of its frame.
// 200 ns pass from one segment to the next.
func (t *traffic) pass() selfbalance.Decision {
	t.now += 200 * time.Nanosecond
	if t.now >= t.due {
		t.d.machine.Step(t.now, &t.d.ticking)
		t.due = t.d.machine.Deadline()
	}
	if t.place == len(t.batch) {
		t.fill()
	}
	frame := t.batch[t.place]
	t.place++
	if to, known := t.d.routeKnown(t.now, frame); known {
		return t.carryOut(frame, selfbalance.Decision{Verdict: selfbalance.Forward, To: to})
	}
	ip := wire.IPv4Of(frame)
	if ip == nil || !t.d.isVIP(ip.Destination()) {
		return selfbalance.Decision{Verdict: selfbalance.Drop}
	}
	_, tcp := wire.TCPFlowOf(frame)
	var p selfbalance.Packet
	return t.carryOut(frame, t.d.decide(t.now, frame, ip, tcp, &p))
}

func (t *traffic) carryOut(frame []byte, to selfbalance.Decision) selfbalance.Decision {
	if to.Verdict == selfbalance.Forward && to.To != selfbalance.Self {
		wire.EthernetOf(frame).Set(t.d.macs[to.To], t.d.nic.MAC(), wire.EtherTypeIPv4)
	}
	return to
}

// BenchmarkRoute is what the owner does about a segment of one of a million
// connections: it looks the connection up, notes the segment, and rewrites both
// MACs. Timers of connections end meanwhile. The copy of the frame and its way
// to the switch are not included: they belong to the fabric, see
// host.BenchmarkRedirect. Where the owner serves its share, a third of the
// segments is delivered, and no processor can guess which.
func BenchmarkRoute(b *testing.B) {
	for _, c := range []struct {
		name   string
		serves bool
	}{{"forwarded", false}, {"third-delivered", true}} {
		b.Run(c.name, func(b *testing.B) {
			t := newTraffic(b, million, c.serves)
			b.ReportAllocs()
			for b.Loop() {
				t.pass()
			}
			if got := t.d.Status().Entries; got != million {
				b.Fatalf("%d entries, want %d", got, million)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
		})
	}
}

// TestRouteDoesNotAllocate covers the path of each forwarded segment.
func TestRouteDoesNotAllocate(t *testing.T) {
	traffic := newTraffic(t, 1000, false)
	if n := testing.AllocsPerRun(2000, func() { traffic.pass() }); n != 0 {
		t.Errorf("got %v allocations per segment, want none", n)
	}
}
