package netfab

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// opinion is a rule with a fixed verdict on every frame that records its calls.
// Without a place it concerns every hop.
type opinion struct {
	name    string
	verdict Verdict
	silent  bool // it has no opinion
	asked   []Hop
}

func (o *opinion) String() string { return o.name }

func (o *opinion) Judge(_ time.Duration, hop Hop, _ []byte) (Verdict, bool) {
	o.asked = append(o.asked, hop)
	return o.verdict, !o.silent
}

// placed is an opinion on one direction of one cable.
type placed struct {
	opinion
	port *Port
	way  Direction
}

func (p *placed) On(port *Port, way Direction) bool { return port == p.port && way == p.way }

// TestRulesAddUp: Pass and Lose are final, in the order of installation; other
// verdicts add up, and no delay disables a later loss (chaosd#213).
func TestRulesAddUp(t *testing.T) {
	const ms = time.Millisecond
	late, later := Verdict{Delay: 2 * ms}, Verdict{Delay: 3 * ms}
	tests := []struct {
		name  string
		rules []Verdict
		at    []time.Duration // of the arrivals, in excess of the segment's latency
		lost  string
	}{
		{"none", nil, []time.Duration{0}, ""},
		{"lose", []Verdict{Lose("gone")}, nil, "gone"},
		{"pass before lose", []Verdict{Pass(), Lose("gone")}, []time.Duration{0}, ""},
		{"lose before pass", []Verdict{Lose("gone"), Pass()}, nil, "gone"},
		{"first reason counts", []Verdict{Lose("one"), Lose("two")}, nil, "one"},
		{"delays add up", []Verdict{late, later}, []time.Duration{5 * ms}, ""},
		{"pass is final", []Verdict{late, Pass(), later}, []time.Duration{2 * ms}, ""},
		{"delay does not disable loss", []Verdict{late, Lose("gone")}, nil, "gone"},
		{"duplicate", []Verdict{{Copies: 2}}, []time.Duration{0, 0, 0}, ""},
		{"delayed duplicates", []Verdict{{Copies: 1}, late, {Copies: 1}}, []time.Duration{2 * ms, 2 * ms, 2 * ms}, ""},
		{"hold with nothing to overtake", []Verdict{{Hold: 4 * ms}, late}, []time.Duration{6 * ms}, ""},
	}
	for _, tt := range tests {
		for _, way := range []Direction{Out, In} {
			t.Run(tt.name+" "+way.String(), func(t *testing.T) {
				l := newLab(t, 1)
				st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c")
				l.introduce(st...)
				concerned := map[Direction]*Port{Out: st[0].Port, In: st[1].Port}[way]
				for _, v := range tt.rules {
					l.Install(&placed{opinion{name: "rule", verdict: v}, concerned, way})
				}
				sent := l.loop.Now()
				st[0].say(st[1].mac, "x")
				st[1].say(st[0].mac, "the other way is untouched")
				l.run(time.Second)
				var at []time.Duration
				for _, a := range st[1].got {
					at = append(at, a.at-sent-latency)
				}
				if !slices.Equal(at, tt.at) {
					t.Errorf("arrivals at %v, want %v", at, tt.at)
				}
				if tt.lost != "" {
					l.wantLost(map[Direction]string{Out: "a.lan: ", In: "a.lan>b.lan: "}[way] + tt.lost)
				}
				l.wantLost()
				l.want(st[0], "the other way is untouched")
				l.want(st[2])
			})
		}
	}
}

// TestHops: a rule without a place is called on both hops of a frame, on the
// hop in only for NICs that accept it; a rule without an opinion changes
// nothing.
func TestHops(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c", "d")
	a, b, c := st[0], st[1], st[2]
	group := MAC{1, 0, 0x5e, 0, 0, 2}
	b.Filter().Add(group)
	c.Filter().Add(group)
	r := &opinion{name: "witness", silent: true}
	undo := l.Install(r)
	if rules := l.Rules(); len(rules) != 1 || rules[0] != Rule(r) {
		t.Errorf("rules %v, want the one installed", rules)
	}
	a.say(group, "x")
	l.run(time.Second)
	want := []Hop{{a.Port, nil}, {a.Port, b.Port}, {a.Port, c.Port}}
	if !slices.Equal(r.asked, want) || r.asked[0].Way() != Out || r.asked[1].Way() != In {
		t.Errorf("asked about %v, want %v", r.asked, want)
	}
	l.want(b, "x")
	l.want(c, "x")
	l.want(st[3])
	undo()
	undo()
	a.say(group, "y")
	l.run(time.Second)
	if len(r.asked) != 3 || len(l.Rules()) != 0 {
		t.Errorf("after undo the rule was called for %v", r.asked[3:])
	}
}

// TestUndoIsPrecise: undoing one of two equal rules leaves the other, and a
// rule reaches ports that are attached later.
func TestUndoIsPrecise(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{})
	r := &opinion{name: "gone", verdict: Lose("gone")}
	first, second := l.Install(r), l.Install(r)
	st := l.stations(lan, "a", "b")
	for i, undo := range []func(){first, second, nil} {
		st[0].say(wire.Broadcast, "x")
		l.run(time.Second)
		if got := len(st[1].payloads()); got != i/2 {
			t.Errorf("with %d rules left %d frames arrive", 2-i, got)
		}
		if undo != nil {
			undo()
			undo()
		}
	}
}

// TestDelayedFrameOnAPulledCable: a frame that a rule delays is on the cable
// meanwhile, and is lost if it is pulled.
func TestDelayedFrameOnAPulledCable(t *testing.T) {
	for i, way := range []Direction{Out, In} {
		l := newLab(t, 1)
		st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
		l.introduce(st...)
		l.install(Impairment{Direction: way, Delay: time.Second}.Rule(st[i].Port))
		st[0].say(st[1].mac, "x")
		l.run(500 * time.Millisecond)
		st[i].Pull()
		st[i].Plug()
		l.run(2 * time.Second)
		l.want(st[1])
		l.wantLost([]string{"a.lan: cable a.lan was out", "a.lan>b.lan: cable b.lan was out"}[i])
	}
}

// TestHeldFrame: held frames follow right after the next one, in order, or
// leave when their time is up, even if the rule is gone by then.
func TestHeldFrame(t *testing.T) {
	for _, way := range []Direction{Out, In} {
		l := newLab(t, 1)
		st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
		l.introduce(st...)
		concerned := st[0].Port
		if way == In {
			concerned = st[1].Port
		}
		r := &placed{opinion{name: "hold", verdict: Verdict{Hold: time.Minute}}, concerned, way}
		undo := l.Install(r)
		st[0].say(st[1].mac, "1")
		st[0].say(st[1].mac, "2")
		l.run(time.Second)
		l.want(st[1])
		undo()
		st[0].say(st[1].mac, "3")
		st[0].say(st[1].mac, "4")
		l.run(time.Second)
		l.want(st[1], "3", "1", "2", "4")
		l.Install(r)
		st[0].say(st[1].mac, "5")
		l.run(time.Minute + time.Second)
		l.want(st[1], "5")
		l.wantLost()
		if len(concerned.out.held)+len(concerned.in.held) > 0 {
			t.Errorf("%v: frames are still held", way)
		}
	}
}

// TestHeldCopiesOnAPulledCable: a frame that waits to be overtaken is on the
// cable, and so are its copies.
func TestHeldCopiesOnAPulledCable(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
	l.introduce(st...)
	l.Install(&placed{opinion{name: "hold", verdict: Verdict{Hold: time.Second, Copies: 1}}, st[1].Port, In})
	st[0].say(st[1].mac, "x")
	l.run(500 * time.Millisecond)
	st[1].Pull()
	st[1].Plug()
	l.run(time.Second)
	l.want(st[1])
	l.wantLost("a.lan>b.lan: cable b.lan was out", "a.lan>b.lan: cable b.lan was out")
}

// TestCorruptCopiesFirst: damage for one receiver does not affect another.
func TestCorruptCopiesFirst(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c")
	l.introduce(st...)
	l.Install(&placed{opinion{name: "flip", verdict: Verdict{Flip: 1 + 7}}, st[1].Port, In})
	st[0].say(wire.Broadcast, "abc")
	st[0].say(wire.Broadcast, "")
	l.run(time.Second)
	if got := st[1].got[0]; got.payload != "`bc" || !got.damaged {
		t.Errorf("b received %+v, want `bc, damaged", got)
	}
	if got := st[1].got[1]; got.payload != "" || got.damaged {
		t.Errorf("a frame without payload cannot be damaged: %+v", got)
	}
	if got := st[2].got[0]; got.payload != "abc" || got.damaged {
		t.Errorf("c received %+v, want abc, undamaged", got)
	}
	l.wantLost()
}

// TestTwoFlipsMeet: several impairments damage the same frame, and bit numbers
// wrap around.
func TestTwoFlipsMeet(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
	l.Install(&placed{opinion{name: "flip", verdict: Verdict{Flip: 1 + 7}}, st[1].Port, In})
	l.Install(&placed{opinion{name: "flip", verdict: Verdict{Flip: 1 + 24 + 6}}, st[1].Port, In})
	st[0].say(wire.Broadcast, "abc")
	l.run(time.Second)
	l.want(st[1], "bbc")
}
