package netfab

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// TestDropCounts: every n-th and the first n, on the sender's or the receiver's
// cable; other frames pass.
func TestDropCounts(t *testing.T) {
	tests := []struct {
		text string
		drop Drop
		want string // which of nine frames from a to b arrive
	}{
		{"drop all from a", Drop{Kind: All, From: "a"}, ""},
		{"drop all from a to b", Drop{Kind: All, From: "a", To: "b"}, ""},
		{"drop all to b", Drop{Kind: All, To: "b"}, ""},
		{"drop all", Drop{Kind: All}, ""},
		{"drop all from b", Drop{Kind: All, From: "b"}, "123456789"},
		{"drop all from c to b", Drop{Kind: All, From: "c", To: "b"}, "123456789"},
		{"drop all from a to c", Drop{Kind: All, From: "a", To: "c"}, "123456789"},
		{"drop tcp from a", Drop{Kind: TCP, From: "a"}, "123456789"},
		{"drop all from a every 3rd", Drop{Kind: All, From: "a", Every: 3}, "124578"},
		{"drop all from a to b every 2nd", Drop{Kind: All, From: "a", To: "b", Every: 2}, "13579"},
		{"drop all from a first 2", Drop{Kind: All, From: "a", First: 2}, "3456789"},
		{"drop all from a every 4th first 1", Drop{Kind: All, From: "a", Every: 4, First: 1}, "12356789"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			l := newLab(t, 1)
			st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c")
			l.introduce(st...)
			undo := l.install(tt.drop.Rule())
			if got := l.Rules()[0].String(); got != tt.text {
				t.Errorf("prints as %q", got)
			}
			for i := range 9 {
				st[0].say(st[1].mac, strconv.Itoa(i+1))
			}
			l.run(time.Second)
			got := ""
			for _, p := range st[1].payloads() {
				got += p
			}
			if got != tt.want || len(l.lost) != 9-len(tt.want) {
				t.Errorf("arrived %q, lost %q; want %q", got, l.lost, tt.want)
			}
			undo()
			st[0].say(wire.Broadcast, "x")
			l.run(time.Second)
			l.want(st[1], "x")
			l.want(st[2], "x")
		})
	}
}

// TestDropToOneReceiver: of a broadcast only the copy to the named node is
// lost; frames flooded to it that its NIC would not accept are not counted.
func TestDropToOneReceiver(t *testing.T) {
	l := newLab(t, 1)
	st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b", "c")
	a, b, c := st[0], st[1], st[2]
	l.install(Drop{Kind: All, From: "a", To: "b", First: 1}.Rule())
	a.say(c.mac, "flooded to c")
	a.say(wire.Broadcast, "1")
	a.say(wire.Broadcast, "2")
	l.run(time.Second)
	l.want(b, "2")
	l.want(c, "flooded to c", "1", "2")
	l.wantLost("a.lan>b.lan: drop all from a to b first 1")
}

// TestDropRefused lists invalid drops.
func TestDropRefused(t *testing.T) {
	for _, d := range []Drop{{}, {Kind: "icmp"}, {Kind: All, Every: -1}, {Kind: All, First: -1}} {
		if r, err := d.Rule(); !errors.Is(err, ErrRule) {
			t.Errorf("%+v: got rule %v, error %v; want ErrRule", d, r, err)
		}
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 112: "112th"} {
		if got := ordinal(n); got != want {
			t.Errorf("ordinal of %d: got %s, want %s", n, got, want)
		}
	}
}

// TestSilence: frames vanish in the chosen directions while the carrier stays
// up and the machine is not notified.
func TestSilence(t *testing.T) {
	for _, tt := range []struct {
		direction Direction
		text      string
		in, out   bool // the directions that still work
	}{
		{Both, "pull a.lan silently", false, false},
		{Out, "pull a.lan silently out", true, false},
		{In, "pull a.lan silently in", false, true},
	} {
		l := newLab(t, 1)
		st := l.stations(l.AddSegment("lan", SegmentConfig{}), "a", "b")
		a, b := st[0], st[1]
		l.introduce(st...)
		undo := l.Install(Silence{a.Port, tt.direction}.Rule())
		b.say(a.mac, "in")
		b.say(wire.Broadcast, "in")
		a.say(b.mac, "out")
		a.say(wire.Broadcast, "out")
		l.run(time.Second)
		if got := len(a.payloads()); (got == 2) != tt.in || (got == 0) == tt.in {
			t.Errorf("%s: a received %d frames", tt.text, got)
		}
		if got := len(b.payloads()); (got == 2) != tt.out || (got == 0) == tt.out {
			t.Errorf("%s: b received %d frames", tt.text, got)
		}
		for _, lost := range l.lost {
			if lost != "a.lan: "+tt.text && lost != "b.lan>a.lan: "+tt.text {
				t.Errorf("%s: lost %q", tt.text, lost)
			}
		}
		if !a.Carrier() || a.carrier != nil {
			t.Errorf("%s: the carrier changed", tt.text)
		}
		undo()
		a.say(b.mac, "back")
		b.say(a.mac, "back")
		l.run(time.Second)
		l.want(a, "back")
		l.want(b, "back")
	}
}
