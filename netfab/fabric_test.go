package netfab

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// lab is a fabric with stations and a record of its events.
type lab struct {
	t      testing.TB
	loop   *sim.Loop
	digest *sim.Digest
	*Fabric
	lost  []string
	moved []string
	sent  int
}

func newLab(t testing.TB, seed uint64) *lab {
	l := &lab{t: t, loop: sim.New(seed), digest: sim.NewDigest()}
	l.Fabric = New(l.loop, l.digest)
	l.Observe(l)
	return l
}

// latency and ageing are those of a segment unless a test says otherwise.
const (
	latency = 100 * time.Microsecond
	ageing  = 300 * time.Second
)

// AddSegment adds a switch with what the test does not care about filled in.
func (l *lab) AddSegment(name string, cfg SegmentConfig) *Segment {
	cfg.Latency, cfg.Ageing = cmp.Or(cfg.Latency, latency), cmp.Or(cfg.Ageing, ageing)
	return l.Fabric.AddSegment(name, cfg)
}

// TestAddSegmentRefuses what is incomplete, and a second segment of a name.
func TestAddSegmentRefuses(t *testing.T) {
	for _, cfg := range []SegmentConfig{{}, {Latency: latency}, {Ageing: ageing}, {Latency: latency, Ageing: ageing}} {
		l := newLab(t, 1)
		l.AddSegment("lan", SegmentConfig{})
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: want a panic", cfg)
				}
			}()
			name := "dmz"
			if cfg.Latency > 0 && cfg.Ageing > 0 {
				name = "lan"
			}
			l.Fabric.AddSegment(name, cfg)
		}()
	}
}

func (l *lab) Sent(time.Duration, *Port, []byte) { l.sent++ }

func (l *lab) Lost(_ time.Duration, from, to *Port, _ []byte, why string) {
	arrow := from.Name()
	if to != nil {
		arrow += ">" + to.Name()
	}
	l.lost = append(l.lost, arrow+": "+why)
}

func (l *lab) MACMoved(_ time.Duration, mac MAC, from, to *Port) {
	l.moved = append(l.moved, fmt.Sprintf("%s %s>%s", mac, from, to))
}

// station is a machine that records what it receives.
type station struct {
	*Port
	mac     MAC
	loop    *sim.Loop
	got     []arrival
	carrier []bool
}

type arrival struct {
	at      time.Duration
	payload string
	damaged bool
}

func (s *station) Receive(f *Frame) {
	s.got = append(s.got, arrival{s.loop.Now(), string(f.Data()[wire.EthernetSize:]), f.Damaged()})
}

func (s *station) CarrierChanged(up bool) { s.carrier = append(s.carrier, up) }

// station attaches a machine whose address ends in the number of its port.
func (l *lab) station(s *Segment, node string) *station {
	st := &station{loop: l.loop}
	st.Port = s.Attach(node, s.Name(), st)
	st.mac = MAC{2, 0, 0, 0, byte(st.Number() >> 8), byte(st.Number())}
	st.Filter().Add(st.mac)
	return st
}

// stations attaches one machine per node name.
func (l *lab) stations(s *Segment, nodes ...string) []*station {
	var all []*station
	for _, n := range nodes {
		all = append(all, l.station(s, n))
	}
	return all
}

// say sends a frame with a payload from the station's own address.
func (s *station) say(to MAC, payload string) { s.sayAs(s.mac, to, payload) }

func (s *station) sayAs(from, to MAC, payload string) {
	f := s.fabric.NewFrame(wire.EthernetSize + len(payload))
	d := f.Data()
	copy(d, to[:])
	copy(d[6:], from[:])
	d[12], d[13] = 0x88, 0xb5 // local experimental (IEEE 802)
	copy(d[wire.EthernetSize:], payload)
	s.Send(f)
}

// payloads returns what the station has received since the last call.
func (s *station) payloads() []string {
	var p []string
	for _, a := range s.got {
		p = append(p, a.payload)
	}
	s.got = nil
	return p
}

// run advances the lab by d.
func (l *lab) run(d time.Duration) {
	l.t.Helper()
	if err := l.loop.Run(l.loop.Now() + d); err != nil {
		l.t.Fatal(err)
	}
}

// at runs f at an instant.
func (l *lab) at(when time.Duration, f func()) { l.loop.At(when, sim.Func(f)) }

// introduce lets every station broadcast once, so that the switch knows them
// all, and clears the records.
func (l *lab) introduce(all ...*station) {
	l.t.Helper()
	for _, s := range all {
		s.say(wire.Broadcast, "hi")
	}
	l.run(time.Second)
	for _, s := range all {
		s.got = nil
	}
	l.lost, l.moved, l.sent = nil, nil, 0
}

// want fails the test unless the station has received exactly these payloads
// since the last call.
func (l *lab) want(s *station, payloads ...string) {
	l.t.Helper()
	if got := s.payloads(); fmt.Sprint(got) != fmt.Sprint(payloads) {
		l.t.Errorf("%s received %q, want %q", s.Name(), got, payloads)
	}
}

// wantLost fails the test unless exactly these frames were lost since the last
// call.
func (l *lab) wantLost(lost ...string) {
	l.t.Helper()
	if fmt.Sprint(l.lost) != fmt.Sprint(lost) {
		l.t.Errorf("lost %q, want %q", l.lost, lost)
	}
	l.lost = nil
}

// install checks the error of making a rule, and installs it.
func (l *lab) install(r Rule, err error) (undo func()) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
	return l.Install(r)
}
