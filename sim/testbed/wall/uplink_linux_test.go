package wall

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
)

// station is a machine on the fabric that remembers what it received.
type station struct{ received []string }

func (s *station) Receive(f *netfab.Frame) { s.received = append(s.received, string(f.Data()[14:])) }
func (s *station) CarrierChanged(bool)     {}

// frame is a broadcast with a text in it.
func frame(from byte, text string) []byte {
	return append([]byte{255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, from, 0x88, 0xb5}, text...)
}

// send sends a frame from a port.
func send(p *netfab.Port, data []byte) {
	f := p.Fabric().NewFrame(len(data))
	copy(f.Data(), data)
	p.Send(f)
}

// plugged is a fabric with an uplink, a, the far end of whose cable is ours,
// and another station, b.
type plugged struct {
	t       *testing.T
	loop    *sim.Loop
	uplink  *Uplink
	near    *netns.Port // the uplink's wire
	far     *netns.Port
	other   *station
	port    *netfab.Port // of the other station
	carrier []bool       // as the uplink was told
}

// newPlugged lays the cable. The uplink has no wire yet.
func newPlugged(t *testing.T) *plugged {
	t.Helper()
	fabricSpace, nodeSpace := space(t), space(t)
	cable, err := netns.Connect(fabricSpace, nodeSpace, netns.CableSpec{Name: "lan", MAC: [6]byte{2, 0, 0, 0, 0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	clock, err := NewClock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(clock.Close)
	p := &plugged{t: t, loop: sim.NewDriven(1, clock), other: &station{}}
	clock.Drive(p.loop)
	if p.near, err = netns.Open(fabricSpace, cable.Interface()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.near.Close() })
	if p.far, err = netns.Open(nodeSpace, "lan"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.far.Close() })
	segment := netfab.New(p.loop, nil).AddSegment("lan", netfab.SegmentConfig{Latency: 1, Ageing: time.Minute})
	p.uplink = NewUplink(p.loop, clock, segment, "a", "lan")
	p.uplink.OnCarrier(func(up bool) { p.carrier = append(p.carrier, up) })
	p.port = segment.Attach("b", "lan", p.other)
	clock.Begin(netns.Monotonic())
	return p
}

// pass lets the loop go on for a while.
func (p *plugged) pass(d time.Duration) {
	p.t.Helper()
	if err := p.loop.Run(p.loop.Now() + d); err != nil {
		p.t.Fatal(err)
	}
}

// until lets the loop go on until something holds.
func (p *plugged) until(what string, holds func() bool) {
	p.t.Helper()
	for limit := p.loop.Now() + awaitMax; !holds(); p.pass(time.Millisecond) {
		if p.loop.Now() > limit {
			p.t.Fatalf("%s: not within %v", what, awaitMax)
		}
	}
}

// numbered are texts, more than there are frames in a burst.
func numbered(prefix string) (all []string) {
	for i := range 3 * burst {
		all = append(all, fmt.Sprint(prefix, " ", i))
	}
	return all
}

// TestUplink: frames go both ways between the fabric and the wire, in their
// order; without a wire they are lost; the carrier of the port is told.
func TestUplink(t *testing.T) {
	p := newPlugged(t)
	send(p.port, frame(2, "lost: there is no wire"))
	p.pass(time.Millisecond)
	p.uplink.Plug(p.near)
	in, out := numbered("in"), numbered("out")
	for _, text := range in {
		p.far.Send(frame(1, text))
	}
	p.far.Flush()
	p.until("frames from the wire", func() bool { return len(p.other.received) >= len(in) })
	if !slices.Equal(p.other.received, in) {
		t.Errorf("from the wire: got %q, want %q", p.other.received, in)
	}
	for _, text := range out {
		send(p.port, frame(2, text))
	}
	var got []string
	p.until("frames to the wire", func() bool {
		for _, f := range p.far.Collect(make([][]byte, 0, burst)) {
			got = append(got, string(f[14:]))
		}
		p.far.Release()
		return len(got) >= len(out)
	})
	if !slices.Equal(got, out) {
		t.Errorf("to the wire: got %q, want %q", got, out)
	}
	p.uplink.Port().Pull()
	p.uplink.Port().Plug()
	if want := []bool{false, true}; !slices.Equal(p.carrier, want) {
		t.Errorf("carrier: got %v, want %v", p.carrier, want)
	}
	p.uplink.Unplug()
	p.uplink.Unplug() // a second time it does nothing
	p.far.Send(frame(1, "nobody listens"))
	p.far.Flush()
	p.pass(20 * time.Millisecond)
	if n := len(p.other.received) - len(in); n != 0 {
		t.Errorf("%d frames came through an uplink without a wire", n)
	}
}

// TestUplinkAccepts: once the machine has said what it accepts, its port takes
// groups, that, and what the machine has sent from; not what it has given up.
func TestUplinkAccepts(t *testing.T) {
	p := newPlugged(t)
	p.uplink.Plug(p.near)
	own, virtual, spoken, never := netfab.MAC{2, 0, 0, 0, 0, 1}, netfab.MAC{0, 0, 0x0c, 7, 0xac, 1}, netfab.MAC{2, 0, 0, 0, 0, 3}, netfab.MAC{2, 0, 0, 0, 0, 4}
	group := netfab.MAC{1, 0, 0x5e, 0, 0, 18}
	check := func(step string, want ...netfab.MAC) {
		t.Helper()
		for _, mac := range []netfab.MAC{own, virtual, spoken, never, group} {
			if got, want := p.uplink.Port().Filter().Accepts(mac), slices.Contains(want, mac); got != want {
				t.Errorf("%s: takes %v: %v, want %v", step, mac, got, want)
			}
		}
	}
	say := func(text string) {
		heard := len(p.other.received)
		p.far.Send(frame(spoken[5], text))
		p.far.Flush()
		p.until(text, func() bool { return len(p.other.received) > heard })
	}
	say("before")
	check("before", own, virtual, spoken, never, group)
	p.uplink.Accept([]netfab.MAC{own, virtual})
	p.pass(2 * settling)
	check("two addresses", own, virtual, group)
	say("after")
	check("spoken from a third", own, virtual, spoken, group)
	p.uplink.Accept([]netfab.MAC{own, spoken})
	check("given up just now", own, virtual, spoken, group)
	p.pass(2 * settling)
	check("given up", own, spoken, group)
	p.uplink.Accept([]netfab.MAC{})
	p.pass(2 * settling)
	check("nothing", group)
}
