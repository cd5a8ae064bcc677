package event

import (
	"fmt"
	"iter"
	"math/bits"
	"reflect"
	"strings"
)

// Set is a set of kinds of events. The zero Set is empty.
type Set struct{ bits [setMax / 64]uint64 }

// setMax is how many kinds there may be.
const setMax = 128

// SetOf returns the kinds of the bodies, of which only the types count.
func SetOf(bodies ...Body) Set {
	var s Set
	for _, b := range bodies {
		s.add(codecOf(b))
	}
	return s
}

// SetNamed returns the set of one kind, empty if there is no such kind.
func SetNamed(kind string) Set {
	var s Set
	if c := byKind[kind]; c != nil {
		s.add(c)
	}
	return s
}

// All returns the set of all kinds.
func All() Set { return all }

// all is filled in with the registry.
var all Set

func (s *Set) add(c *codec) { s.bits[c.number/64] |= 1 << (c.number % 64) }

// Has reports whether the set holds the kind of a body.
func (s Set) Has(b Body) bool { return s.has(codecOf(b)) }

func (s Set) has(c *codec) bool { return s.bits[c.number/64]&(1<<(c.number%64)) != 0 }

// Or returns the kinds that are in either set.
func (s Set) Or(other Set) Set {
	for i := range s.bits {
		s.bits[i] |= other.bits[i]
	}
	return s
}

// Without returns the kinds of the set that are not in the other one.
func (s Set) Without(other Set) Set {
	for i := range s.bits {
		s.bits[i] &^= other.bits[i]
	}
	return s
}

// String lists the kinds in the order of the registry.
func (s Set) String() string {
	var kinds []string
	for _, b := range bodies {
		if s.Has(b) {
			kinds = append(kinds, b.Kind())
		}
	}
	return strings.Join(kinds, ", ")
}

// PerKind has a value for each kind of events.
type PerKind[T any] struct{ values [setMax]T }

// Of returns the place of the value for the kind of a body.
func (p *PerKind[T]) Of(b Body) *T { return &p.values[codecOf(b).number] }

// In iterates over the places of the values for the kinds of a set.
func (p *PerKind[T]) In(s Set) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i, left := range s.bits {
			for ; left != 0; left &= left - 1 {
				if !yield(&p.values[64*i+bits.TrailingZeros64(left)]) {
					return
				}
			}
		}
	}
}

// setOf returns the set of a body type.
func setOf[B Body]() Set {
	var s Set
	c := byType[typeID(reflect.TypeFor[B]())]
	if c == nil {
		panic(fmt.Sprintf("event: %v is not in the list of bodies in registry.go", reflect.TypeFor[B]()))
	}
	s.add(c)
	return s
}
