package selfbalance

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
)

// plainOf is what would be read from a packet's frame.
func plainOf(p *Packet) wire.Plain {
	return wire.Plain{
		Source:      binary.BigEndian.Uint32(p.Flow.Client[:]),
		Destination: binary.BigEndian.Uint32(p.Flow.VIP[:]),
		Ports:       uint32(p.Flow.ClientPort)<<16 | uint32(p.Flow.Port),
	}
}

// TestRouteKnown: of two machines with the same history, one takes the short
// way where it can. Both decide alike and end alike.
func TestRouteKnown(t *testing.T) {
	random, short := rand.New(rand.NewPCG(1, 2)), 0
	for range 400 {
		c := &input{make([]byte, 4000)}
		for i := range c.data {
			c.data[i] = byte(random.Uint32())
		}
		cfg := testConfig()
		cfg.Address, cfg.Recovery, cfg.Algorithm = netip.AddrFrom4([4]byte{192, 0, 2, 10}), Recovery(c.of(4)), Algorithm(c.of(4))
		cfg.Table.Max, cfg.ResetDead = 1+c.of(8), c.yes()
		long, quick, now := New(cfg), New(cfg), time.Duration(0)
		both := func(ev Event) {
			long.Step(now, ev)
			quick.Step(now, ev)
		}
		both(Start{})
		both(Offer{[]LocalService{{Service: web, Listening: true}}})
		both(&Heard{Message: &balance.Report{
			Header:   balance.Header{Version: 2, Needs: 1, Group: 30, Sender: netip.AddrFrom4([4]byte{192, 0, 2, 11}), Boot: 1, Sequence: 1},
			Services: []balance.ServiceReport{{Address: web.Address(), Weight: 100, Listening: true}},
		}})
		both(Role{Owner: true})
		now += time.Second // the other member has not answered, and need not
		both(&Tick{})
		for len(c.data) > 0 {
			switch c.of(120) {
			case 0:
				both(c.event())
			case 1:
				now += time.Duration(c.of(256)) * ms
				both(&Tick{})
			default:
				p := c.packet()
				want := long.Route(now, p)
				to, known := Self, false
				if p.Hops == 0 {
					to, known = quick.RouteKnown(now, KeyOf(plainOf(p)), p.Segment)
				}
				if !known {
					if got := quick.Route(now, p); got != want {
						t.Fatalf("%+v: got %+v the usual way, want %+v", p, got, want)
					}
					continue
				}
				short++
				if to != want.To || want.Verdict > Forward || want.Assigned || want.Lost {
					t.Fatalf("%+v: got member %d the short way, want %+v", p, to, want)
				}
			}
		}
		if got, want := quick.Status(), long.Status(); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		if got, want := quick.counters, long.counters; got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
	if short < 1000 {
		t.Errorf("only %d segments went the short way", short)
	}
}
