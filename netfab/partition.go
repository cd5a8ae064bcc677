package netfab

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrRule is wrapped by errors about an invalid rule; the text says why.
var ErrRule = errors.New("netfab: bad rule")

// Partition cuts the network between sets of nodes, on all segments. Nodes in
// no set are not affected.
type Partition struct {
	Sets   [][]string
	OneWay bool // only frames from the first set to the second are lost; needs two sets
}

// Rule returns the rule for the partition. It fails with ErrRule unless there
// are two or more disjoint sets (exactly two if one-way).
func (p Partition) Rule() (Rule, error) {
	if len(p.Sets) < 2 || p.OneWay && len(p.Sets) != 2 {
		return nil, fmt.Errorf("%w: %s: got %d sets", ErrRule, p, len(p.Sets))
	}
	seen := map[string]bool{}
	for _, set := range p.Sets {
		if len(set) == 0 {
			return nil, fmt.Errorf("%w: %s: a set is empty", ErrRule, p)
		}
		for _, node := range set {
			if seen[node] {
				return nil, fmt.Errorf("%w: %s: %s is named twice", ErrRule, p, node)
			}
			seen[node] = true
		}
	}
	return &partition{Partition: p, text: p.String()}, nil
}

// String prints the partition as "partition a | b c1", or "partition one-way
// a -> b".
func (p Partition) String() string {
	var sets []string
	for _, set := range p.Sets {
		sets = append(sets, strings.Join(set, " "))
	}
	if p.OneWay {
		return "partition one-way " + strings.Join(sets, " -> ")
	}
	return "partition " + strings.Join(sets, " | ")
}

// partition is an installed Partition.
type partition struct {
	Partition
	text string
	side []int8 // by node number: 1 for the first set; 0: in no set
}

func (p *partition) String() string { return p.text }

func (p *partition) sideOf(port *Port) int8 {
	if port.nodeID < len(p.side) {
		return p.side[port.nodeID]
	}
	return 0
}

// cuts reports whether frames from one port to the other are lost.
func (p *partition) cuts(from, to *Port) bool {
	a, b := p.sideOf(from), p.sideOf(to)
	if p.OneWay {
		return a == 1 && b == 2
	}
	return a != 0 && b != 0 && a != b
}

// On implements Placed: it judges what named nodes receive.
func (p *partition) On(port *Port, way Direction) bool {
	side := p.sideOf(port)
	return way == In && side != 0 && !(p.OneWay && side == 1)
}

// Judge implements Rule.
func (p *partition) Judge(_ time.Duration, hop Hop, _ []byte) (Verdict, bool) {
	return Verdict{Lost: p.text}, p.cuts(hop.From, hop.To)
}

// split lets the sides of a partition learn addresses separately, as in a
// network whose trunk is cut. With one shared table, two machines that both use
// one virtual MAC would keep overwriting its entry, and each side would lose
// frames to the other.
func (f *Fabric) split(p *partition) {
	for i, set := range p.Sets {
		for _, node := range set {
			n := f.nodeNumber(node)
			p.side = append(p.side, make([]int8, max(0, n+1-len(p.side)))...)
			p.side[n] = int8(i + 1)
		}
	}
	f.cuts = append(f.cuts, p)
	for _, s := range f.segments {
		s.split(p)
	}
}

// heal ends the partition. The sides keep their tables, which now learn from
// the same frames; learnPerSide merges them once older entries have expired.
func (f *Fabric) heal(p *partition) {
	f.cuts = slices.DeleteFunc(f.cuts, func(c *partition) bool { return c == p })
	for _, s := range f.segments {
		s.healedAt = f.loop.Now()
	}
}

// split splits each current table into one per side.
func (s *Segment) split(p *partition) {
	type part struct {
		table *table
		side  int8
	}
	parts := map[part]*table{}
	kept := map[*table]bool{}
	for _, port := range s.ports {
		k := part{port.table, p.sideOf(port)}
		if parts[k] == nil {
			if kept[port.table] {
				parts[k] = port.table.clone()
				s.tables = append(s.tables, parts[k])
			} else {
				kept[port.table], parts[k] = true, port.table
			}
			parts[k].witness = port
		}
		port.table = parts[k]
	}
}

// tableFor returns the table of a port that is being attached.
func (s *Segment) tableFor(port *Port) *table {
	alike := func(other *Port) bool {
		for _, c := range s.fabric.cuts {
			if c.sideOf(port) != c.sideOf(other) {
				return false
			}
		}
		return true
	}
	for _, t := range s.tables {
		if t.witness == nil || alike(t.witness) {
			if t.witness == nil {
				t.witness = port
			}
			return t
		}
	}
	t := newTable()
	t.witness = port
	s.tables = append(s.tables, t)
	return t
}

// learnPerSide adds an address to the table of every side that receives the
// frame.
func (s *Segment) learnPerSide(now time.Duration, from *Port, src address) (moved *Port) {
	if len(s.fabric.cuts) == 0 && now-s.healedAt >= s.cfg.Ageing {
		s.tables = s.tables[:1] // by now they are all equal
		for _, p := range s.ports {
			p.table = s.tables[0]
		}
	}
	for _, t := range s.tables {
		cut := slices.ContainsFunc(s.fabric.cuts, func(c *partition) bool { return c.cuts(from, t.witness) })
		if cut {
			continue
		}
		if m := t.learn(now, s.cfg.Ageing, from, src); m != nil {
			moved = m
		}
	}
	return moved
}
