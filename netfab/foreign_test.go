package netfab

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// TestForeign: a port that lets out only its node's own address hears all, and
// loses the rest with the reason; other ports do as they like.
func TestForeign(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{})
	st := l.stations(lan, "a", "b")
	virtual := MAC{0, 0, 0x0c, 7, 0xac, 30}
	l.introduce(st...)
	undo := l.install(Foreign{Port: st[0].Port, MAC: st[0].mac}.Rule(), nil)
	if got := l.Rules()[0].String(); got != "block a.lan foreign" {
		t.Errorf("prints as %q", got)
	}
	st[0].say(st[1].mac, "own")
	st[0].sayAs(virtual, st[1].mac, "virtual")
	st[0].sayAs(virtual, wire.Broadcast, "announced")
	st[1].sayAs(virtual, st[0].mac, "of another port")
	l.run(time.Second)
	l.want(st[1], "own")
	l.want(st[0], "of another port")
	l.wantLost("a.lan: block a.lan foreign", "a.lan: block a.lan foreign")
	if at := lan.Lookup(st[1].Port, virtual); at != st[1].Port {
		t.Errorf("the switch knows the virtual address at %v, want b.lan, as it learns nothing from lost frames", at)
	}
	undo()
	st[0].sayAs(virtual, st[1].mac, "allowed")
	l.run(time.Second)
	l.want(st[1], "allowed")
	l.wantLost()
}
