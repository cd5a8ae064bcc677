package netfab

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// reach sends a broadcast and a unicast frame between all pairs and returns
// which arrive, such as "ab" for a to b. Both kinds must agree.
func (l *lab) reach(all []*station) []string {
	l.t.Helper()
	heard := map[string][]string{}
	for _, kind := range []string{"broadcast", "unicast"} {
		for _, from := range all {
			for _, to := range all {
				if kind == "unicast" && from != to {
					from.say(to.mac, from.Node())
				}
			}
			if kind == "broadcast" {
				from.say(wire.Broadcast, from.Node())
			}
		}
		l.run(time.Second)
		for _, to := range all {
			for _, p := range to.payloads() {
				heard[kind] = append(heard[kind], p+to.Node())
			}
		}
		slices.Sort(heard[kind])
	}
	if !slices.Equal(heard["broadcast"], heard["unicast"]) {
		l.t.Errorf("broadcast reaches %v, unicast %v", heard["broadcast"], heard["unicast"])
	}
	l.lost = nil
	return heard["broadcast"]
}

func TestPartition(t *testing.T) {
	all := []string{"ab", "ac", "ad", "ba", "bc", "bd", "ca", "cb", "cd", "da", "db", "dc"}
	but := func(cut ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(cut, s) })
	}
	set := func(nodes ...string) []string { return nodes }
	tests := []struct {
		text       string
		partitions []Partition
		want       []string
	}{
		{"partition a | b", []Partition{{Sets: [][]string{set("a"), set("b")}}}, but("ab", "ba")},
		{"partition a | b c", []Partition{{Sets: [][]string{set("a"), set("b", "c")}}}, but("ab", "ba", "ac", "ca")},
		{"partition a b | c d", []Partition{{Sets: [][]string{set("a", "b"), set("c", "d")}}}, []string{"ab", "ba", "cd", "dc"}},
		{"partition a | b | c", []Partition{{Sets: [][]string{set("a"), set("b"), set("c")}}}, but("ab", "ba", "ac", "ca", "bc", "cb")},
		{"partition one-way a -> b", []Partition{{Sets: [][]string{set("a"), set("b")}, OneWay: true}}, but("ab")},
		{"partition one-way b d -> a", []Partition{{Sets: [][]string{set("b", "d"), set("a")}, OneWay: true}}, but("ba", "da")},
		{"partition a | z", []Partition{{Sets: [][]string{set("a"), set("z")}}}, all},
		{"two at once", []Partition{{Sets: [][]string{set("a"), set("b")}}, {Sets: [][]string{set("c"), set("d"), set("a")}, OneWay: false}},
			but("ab", "ba", "cd", "dc", "ac", "ca", "ad", "da")},
	}
	for _, tt := range tests {
		for _, delayed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s delayed %v", tt.text, delayed), func(t *testing.T) {
				l := newLab(t, 1)
				st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c", "d")
				l.introduce(st...)
				if delayed {
					for _, s := range st {
						l.install(Impairment{Delay: time.Millisecond}.Rule(s.Port))
					}
				}
				var undo []func()
				for _, p := range tt.partitions {
					undo = append(undo, l.install(p.Rule()))
				}
				if len(tt.partitions) == 1 && tt.partitions[0].String() != tt.text {
					t.Errorf("prints as %q", tt.partitions[0])
				}
				if got := l.reach(st); !slices.Equal(got, tt.want) {
					t.Errorf("reached %v, want %v", got, tt.want)
				}
				for _, f := range undo {
					f()
				}
				if got := l.reach(st); !slices.Equal(got, all) {
					t.Errorf("healed: reached %v, want %v", got, all)
				}
			})
		}
	}
}

// TestPartitionSaysWhy: each lost copy names the partition and its receiver;
// frames in flight when it begins are lost too.
func TestPartitionSaysWhy(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c")
	l.introduce(st...)
	st[0].say(wire.Broadcast, "x")
	l.run(half)
	l.install(Partition{Sets: [][]string{{"a"}, {"b", "c"}}}.Rule())
	st[1].say(st[0].mac, "y")
	l.run(time.Second)
	l.wantLost("a.lan>b.lan: partition a | b c", "a.lan>c.lan: partition a | b c", "b.lan>a.lan: partition a | b c")
	l.want(st[0])
	l.want(st[1])
	l.want(st[2])
}

// TestPartitionRefused lists invalid partitions.
func TestPartitionRefused(t *testing.T) {
	for _, p := range []Partition{
		{},
		{Sets: [][]string{{"a"}}},
		{Sets: [][]string{{"a"}, {}}},
		{Sets: [][]string{{"a"}, {"b", "a"}}},
		{Sets: [][]string{{"a"}, {"b"}, {"c"}}, OneWay: true},
	} {
		if r, err := p.Rule(); !errors.Is(err, ErrRule) {
			t.Errorf("%v: got rule %v, error %v; want ErrRule", p, r, err)
		}
	}
}

// TestSidesLearnSeparately: with one virtual MAC active on both sides, each
// side reaches its own owner (F27), as with two switches whose trunk is cut.
// After the heal, each side learns from the frames it receives, and the next
// frame of the winner updates both.
func TestSidesLearnSeparately(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{Ageing: 10 * time.Second})
	st := l.stations(lan, "a", "b", "c1", "c2", "w")
	a, b, c1, c2, w := st[0], st[1], st[2], st[3], st[4]
	l.introduce(st...)
	virtual := MAC{0, 0, 0x0c, 7, 0xac, 7}
	a.Filter().Add(virtual)
	b.Filter().Add(virtual)
	heal := l.install(Partition{Sets: [][]string{{"a", "c1"}, {"b", "c2"}}}.Rule())
	ask := func(step string, wantA, wantB []string) {
		t.Helper()
		c1.say(virtual, "c1")
		c2.say(virtual, "c2")
		l.run(time.Millisecond)
		if gotA, gotB := a.payloads(), b.payloads(); !slices.Equal(gotA, wantA) || !slices.Equal(gotB, wantB) {
			t.Errorf("%s: a received %q, b %q; want %q and %q", step, gotA, gotB, wantA, wantB)
		}
	}
	if lan.Lookup(c1.Port, w.mac) != w.Port || lan.Lookup(c2.Port, w.mac) != w.Port {
		t.Error("a side forgot what the switch knew before the cut")
	}
	hello := func(s *station) {
		s.sayAs(virtual, MAC{1, 0, 0x5e, 0, 0, 2}, "hello")
		l.run(time.Millisecond)
	}
	hello(a)
	hello(b)
	ask("cut", []string{"c1"}, []string{"c2"})
	if len(l.moved) != 1 { // for w, which hears both
		t.Errorf("moved %q, want one move", l.moved)
	}
	if lan.Lookup(w.Port, virtual) != b.Port || lan.Lookup(c1.Port, virtual) != a.Port {
		t.Error("a node in no set should follow the last sender")
	}
	late := l.station(lan, "late")
	if lan.Lookup(late.Port, virtual) != b.Port {
		t.Error("a port attached later is in no set")
	}
	heal()
	ask("healed, nothing heard yet", []string{"c1"}, []string{"c2"})
	hello(a)
	ask("the winner has spoken", []string{"c1", "c2"}, nil)
	l.run(11 * time.Second)
	hello(b)
	ask("aged", nil, []string{"c1", "c2"})
	if len(lan.tables) != 1 {
		t.Errorf("the sides still have %d tables after all has aged", len(lan.tables))
	}
	l.wantLost()
}

// TestSidesSplitAgain: after overlapping partitions have come and gone, all
// nodes reach each other.
func TestSidesSplitAgain(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{})
	st := l.stations(lan, "a", "b", "c")
	l.introduce(st...)
	var undo []func()
	for _, sets := range [][][]string{{{"a"}, {"b"}}, {{"b"}, {"c"}}, {{"a"}, {"c"}}, {{"a"}, {"b"}}} {
		undo = append(undo, l.install(Partition{Sets: sets}.Rule()))
	}
	if got := l.reach(st); len(got) != 0 {
		t.Errorf("reached %v, want nobody", got)
	}
	if len(lan.tables) != 3 {
		t.Errorf("%d tables, want 3", len(lan.tables))
	}
	undo[0]()
	undo[1]()
	if got, want := l.reach(st), []string{"bc", "cb"}; !slices.Equal(got, want) {
		t.Errorf("reached %v, want %v", got, want)
	}
	undo[3]()
	undo[2]()
	if got := l.reach(st); len(got) != 6 {
		t.Errorf("reached %v, want everybody", got)
	}
}
