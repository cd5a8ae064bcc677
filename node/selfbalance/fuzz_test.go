package selfbalance

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/ipvs"
)

// input reads numbers from the data of a fuzz target.
type input struct{ data []byte }

func (c *input) of(n int) int {
	if len(c.data) == 0 {
		return 0
	}
	b := int(c.data[0])
	c.data = c.data[1:]
	return b % n
}

func (c *input) yes() bool { return c.of(2) == 1 }

func (c *input) address() netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(10 + c.of(6))}) }

func (c *input) flow() Flow {
	f := flowOfClient(5000 + c.of(8))
	f.Port = uint16(80 + c.of(3))
	return f
}

func (c *input) packet() *Packet {
	return &Packet{Flow: c.flow(), Segment: Segment(c.of(5)), Hops: uint8(c.of(4)), Known: c.yes()}
}

// message returns a message of a member, right or wrong.
func (c *input) message() balance.Message {
	h := balance.Header{Version: 2, Needs: 1, Group: 30, Sender: c.address(), Boot: uint32(c.of(3)), Sequence: uint32(c.of(256)), Epoch: uint32(c.of(4))}
	switch c.of(4) {
	case 0:
		r := &balance.Report{Header: h, Owner: c.yes(), Quiesce: c.yes()}
		for range c.of(4) {
			r.Services = append(r.Services, balance.ServiceReport{Address: c.flow().Service().Address(), Weight: uint16(c.of(200)), Listening: c.yes(), Quiesce: c.yes()})
		}
		return r
	case 1:
		return &balance.Request{Header: h, To: c.address()}
	case 2:
		f := &balance.Flows{Header: h, To: c.address(), Chunk: uint16(c.of(70)), Chunks: uint16(c.of(70))}
		for range c.of(4) {
			f.Flows = append(f.Flows, flowMessage(LiveFlow{c.flow(), State(c.of(20))}))
		}
		return f
	}
	return &balance.Ack{Header: h, To: c.address(), Chunk: uint16(c.of(70))}
}

// event returns what happens next to a member.
func (c *input) event() Event {
	switch c.of(9) {
	case 0:
		return Start{}
	case 1:
		return Stop{}
	case 2:
		return Role{Owner: c.yes()}
	case 3:
		return Quiesce{On: c.yes()}
	case 4:
		var all []LocalService
		for range c.of(3) {
			fixed := ""
			if c.yes() {
				fixed = "FTP server handler"
			}
			all = append(all, LocalService{Service: c.flow().Service(), Listening: c.yes(), Fixed: fixed})
		}
		return Offer{all}
	case 5:
		s := ipvs.Sync{Version: 1, ID: uint8(30 + c.of(2))}
		for range c.of(4) {
			f := c.flow()
			s.Connections = append(s.Connections, ipvs.Conn{
				Protocol: wire.ProtocolTCP, State: uint16(c.of(20)), Client: f.Source(), Virtual: f.Service().Address(),
				Destination: netip.AddrPortFrom(c.address(), f.Port),
			})
		}
		return &HeardSync{s}
	case 6: // bytes as they come
		n := c.of(200)
		n = min(n, len(c.data))
		m, _, err := balance.ParseUnverified(c.data[:n])
		c.data = c.data[n:]
		if err != nil {
			return Rejected{c.address(), "malformed"}
		}
		return &Heard{Message: m}
	}
	return &Heard{Message: c.message(), MAC: wire.MAC{2, 0, 0, 0, 0, byte(c.of(6))}}
}

// FuzzMachine gives a member any events, messages and segments, in any order.
// It must not panic, its counts must be those of its table, no frame of a
// member may be forwarded once more than it may, and each tick must move the
// deadline.
func FuzzMachine(f *testing.F) {
	f.Add([]byte{0, 0, 4, 2, 0, 0, 0, 1, 0, 2, 1, 7, 8, 1})
	f.Add([]byte("a member hears this and that, and is asked for its connections"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &input{data}
		cfg := testConfig()
		cfg.Address, cfg.Recovery, cfg.Algorithm = netip.AddrFrom4([4]byte{192, 0, 2, 10}), Recovery(c.of(4)), Algorithm(c.of(4))
		cfg.Table.Max, cfg.Table.Overflow, cfg.ResetDead, cfg.Prepares = 1+c.of(8), Overflow(c.of(2)), c.yes(), c.yes()
		m, now := New(cfg), time.Duration(0)
		step := func(ev Event) {
			for _, a := range append([]Action(nil), m.Step(now, ev)...) {
				if ask, is := a.(Collect); is {
					m.Step(now, Live{ask.For, ask.Epoch, []LiveFlow{{flowOfClient(5001), Established}}})
				}
			}
		}
		for len(c.data) > 0 {
			switch c.of(4) {
			case 0:
				step(c.event())
			case 1:
				fuzzRoute(t, m, now, c)
			case 2:
				now += time.Duration(c.of(256)) * 10 * ms
			case 3:
				if due := m.Deadline(); due != Never {
					now = max(now, due)
					step(&Tick{Busy: float64(c.of(101)) / 100})
					if m.Deadline() <= now {
						t.Fatalf("at %v the deadline stays at %v", now, m.Deadline())
					}
				}
			}
			checkCounts(t, m)
			m.Status()
		}
	})
}

// fuzzRoute decides about a frame.
func fuzzRoute(t *testing.T, m *Machine, now time.Duration, c *input) {
	p := c.packet()
	hops, id := p.Hops, wire.PacketKey{Identification: uint16(c.of(3))}
	var d Decision
	switch c.of(4) {
	case 0:
		d = m.Route(now, p)
	case 1:
		d = m.RouteFirst(now, id, p)
	case 2:
		d = m.RouteLater(now, id, hops)
	case 3:
		d = m.RouteError(now, p)
	}
	m.Member(d.To)
	switch {
	case hops > 0 && d.Verdict == Forward, hops > 1 && d.Verdict == PassOn:
		t.Fatalf("a frame that came by %d members: got %+v", hops, d)
	case (d.Verdict == Forward || d.Verdict == PassOn) && d.To == Self:
		t.Fatalf("a frame to ourselves: %+v", d)
	}
}
