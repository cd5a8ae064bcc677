package oracle

import (
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// sources checks that no connection comes from a virtual IP, according to the
// node that opens it and the node that accepts it, unless that is on purpose.
// It reports the first connection from each virtual IP.
type sources struct {
	watch *watch
	vips  map[string]bool            // false once reported
	own   map[string]map[string]bool // by member: its virtual IPs
}

func newSources(f Facts, w *watch) *sources {
	s := &sources{watch: w, vips: f.vips(), own: map[string]map[string]bool{}}
	for _, m := range f.Members {
		if s.own[m.Node] == nil {
			s.own[m.Node] = map[string]bool{}
		}
		for vip := range (Facts{Members: []Member{m}}).vips() { // order: fills a map
			s.own[m.Node][vip] = true
		}
	}
	for _, vip := range f.Sources {
		s.vips[vip] = false
	}
	return s
}

var sourceReads = event.SetOf(event.ConnEstablished{}, event.ConnAccepted{}, event.RequestServed{})

// reads implements fold.
func (*sources) reads() event.Set { return sourceReads }

// Observe implements fold.
func (s *sources) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.ConnEstablished:
		s.check(e, b.Local, "opened")
	case event.ConnAccepted:
		s.accepted(e, b.Client, "accepted")
	case event.RequestServed:
		s.accepted(e, b.Client, "served")
	}
}

// accepted checks the client of a connection. A member that has the virtual IP
// can only have opened it itself: that of a machine to its own address comes
// from there.
func (s *sources) accepted(e event.Event, client, did string) {
	if !s.own[e.Node][hostOf(client)] {
		s.check(e, client, did)
	}
}

func (s *sources) check(e event.Event, from, did string) {
	if host := hostOf(from); s.vips[host] {
		s.vips[host] = false
		s.watch.report(e.At, "%s %s a connection from %s, a virtual IP", e.Node, did, from)
	}
}

// hostOf returns the address of ip:port.
func hostOf(s string) string { return s[:max(strings.LastIndexByte(s, ':'), 0)] }

// Finish implements fold.
func (s *sources) Finish(time.Duration) {}
