package perfetto

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// The test reads traces by the numbers of Perfetto's own definitions, not by
// the constants of the writer.

// fields are those of one message: numbers as uint64, the rest as bytes.
type fields struct {
	numbers map[int][]uint64
	bytes   map[int][][]byte
}

func (f fields) number(field int) uint64 {
	if all := f.numbers[field]; len(all) > 0 {
		return all[0]
	}
	return 0
}

func (f fields) text(field int) string {
	if all := f.bytes[field]; len(all) > 0 {
		return string(all[0])
	}
	return ""
}

// parse reads one message.
func parse(t *testing.T, b []byte) fields {
	t.Helper()
	f := fields{map[int][]uint64{}, map[int][][]byte{}}
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		b = b[n:]
		var value uint64
		var inner []byte
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			value, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			inner, n = protowire.ConsumeBytes(b)
			f.bytes[int(number)] = append(f.bytes[int(number)], inner)
		default:
			t.Fatalf("field %d: got wire type %d, want a number or bytes", number, kind)
		}
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		if kind != protowire.BytesType {
			f.numbers[int(number)] = append(f.numbers[int(number)], value)
		}
		b = b[n:]
	}
	return f
}

// slice is a slice or an instant of a trace that was read.
type slice struct {
	from, to time.Duration
	name     string
	depth    int
}

func (s slice) String() string { return fmt.Sprintf("%v-%v %s", s.from, s.to, s.name) }

// readTrace is a trace that was read: slices, instants and values by the path
// of their track.
type readTrace struct {
	tracks   []string // in the order of their declarations
	slices   map[string][]slice
	instants map[string][]slice
	values   map[string][]slice // the value as the name
	flows    map[uint64][]string
	ended    map[uint64]string
}

// read reads a trace and checks what holds in every one: each packet belongs to
// the one sequence, tracks are declared before they are used and below a track
// that is known, instants never go back, each slice ends on its own track, in
// the order in which viewers nest them, and each arrow has two ends.
func read(t *testing.T, b []byte) readTrace {
	t.Helper()
	r := readTrace{nil, map[string][]slice{}, map[string][]slice{}, map[string][]slice{}, map[uint64][]string{}, map[uint64]string{}}
	paths, counters, open := map[uint64]string{}, map[uint64]bool{}, map[uint64][]slice{}
	var last time.Duration
	for i, raw := range parse(t, b).bytes[1] {
		p := parse(t, raw)
		if p.number(10) != 1 || (p.number(13) == 1) != (i == 0) {
			t.Fatalf("packet %d: got sequence %d and flags %d", i, p.number(10), p.number(13))
		}
		if d := p.bytes[60]; len(d) > 0 {
			r.declare(t, parse(t, d[0]), paths, counters)
			continue
		}
		at, e := time.Duration(p.number(8)), parse(t, p.bytes[11][0])
		path, known := paths[e.number(11)]
		if at < last || !known || p.number(58) != 6 || counters[e.number(11)] != (e.number(9) == 4) {
			t.Fatalf("packet %d: got %v of clock %d after %v on track %q, type %d", i, at, p.number(58), last, path, e.number(9))
		}
		last = at
		r.take(t, e, at, path, open)
	}
	for track, slices := range open {
		if len(slices) > 0 {
			t.Errorf("%s: %v never ends", paths[track], slices)
		}
	}
	for id := range r.flows {
		if r.ended[id] == "" {
			t.Errorf("arrow %d from %v has no end", id, r.flows[id])
		}
	}
	return r
}

// declare takes in the descriptor of a track.
func (r *readTrace) declare(t *testing.T, d fields, paths map[uint64]string, counters map[uint64]bool) {
	t.Helper()
	uuid, path := d.number(1), d.text(2)
	if parent := d.number(5); parent != 0 {
		above, known := paths[parent]
		if !known {
			t.Fatalf("track %s: its parent %d comes later", path, parent)
		}
		path = above + "/" + path
	}
	if _, twice := paths[uuid]; twice || uuid == 0 {
		t.Fatalf("track %s: uuid %d is taken", path, uuid)
	}
	paths[uuid], counters[uuid] = path, len(d.bytes[8]) > 0
	r.tracks = append(r.tracks, path)
}

// take takes in an event of a track.
func (r *readTrace) take(t *testing.T, e fields, at time.Duration, path string, open map[uint64][]slice) {
	t.Helper()
	track := e.number(11)
	s := slice{from: at, to: at, name: e.text(23), depth: len(open[track])}
	switch e.number(9) {
	case 1:
		open[track] = append(open[track], s)
	case 2:
		n := len(open[track])
		if n == 0 {
			t.Fatalf("%s: an end at %v without a beginning", path, at)
		}
		s = open[track][n-1]
		s.to, open[track] = at, open[track][:n-1]
		r.slices[path] = append(r.slices[path], s)
	case 3:
		r.instants[path] = append(r.instants[path], s)
	case 4:
		s.name = fmt.Sprint(int64(e.number(30)))
		r.values[path] = append(r.values[path], s)
	default:
		t.Fatalf("%s: got type %d", path, e.number(9))
	}
	if e.number(9) != 2 && e.number(9) != 4 && (s.name == "" || e.text(22) == "") {
		t.Errorf("%s at %v: got name %q and category %q, want both", path, at, s.name, e.text(22))
	}
	for _, id := range e.numbers[47] {
		r.flows[id] = append(r.flows[id], path)
	}
	for _, id := range e.numbers[48] {
		if len(r.flows[id]) == 0 || r.ended[id] != "" {
			t.Errorf("arrow %d ends at %s, before it begins or once more", id, path)
		}
		r.ended[id] = path
	}
}
