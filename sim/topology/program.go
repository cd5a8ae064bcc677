package topology

import (
	"iter"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
)

// Program is the configuration of one program of a node, and everything that
// must be known of it before it runs. Scenario files can hold a program if Node
// has a field of its type; package world says how it runs. All methods but
// Complete expect a completed value.
type Program interface {
	// Complete returns a copy of the same type with every default filled in.
	Complete(Place) Program
	// Problems lists what is wrong with it beyond the rules in its tags. Paths
	// begin at the program.
	Problems(Place) []Problem
	// Addresses lists the addresses for which it makes the node answer, apart from
	// those of interfaces and standby groups.
	Addresses() []netip.Addr
	// ServiceNames lists the services that can be stopped and started while it
	// runs.
	ServiceNames() []string
	// Properties lists the properties that can be set while it runs.
	Properties() []Property
	// Faults lists the verbs of the faults that act on this program.
	Faults() []string
}

// Place says which node of which topology a program belongs to. Both are
// completed, except that Complete sees programs that are not yet completed.
type Place struct {
	Topology Topology
	Name     string // of the node
	Node     Node
}

// programFields are the fields of Node that hold programs, in the order of
// keys.
var programFields = func() (fields []programField) {
	for i := range reflect.TypeFor[Node]().NumField() {
		if f := reflect.TypeFor[Node]().Field(i); f.Type.Implements(reflect.TypeFor[Program]()) {
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			fields = append(fields, programField{key, i})
		}
	}
	slices.SortStableFunc(fields, func(a, b programField) int { return strings.Compare(a.key, b.key) })
	return fields
}()

type programField struct {
	key   string
	index int
}

// ProgramKeys lists the keys of the built-in programs, sorted.
func ProgramKeys() []string {
	var keys []string
	for _, f := range programFields {
		keys = append(keys, f.key)
	}
	return keys
}

// Programs yields the node's programs by key: the built-in ones, then the
// others, each sorted.
func (n *Node) Programs() iter.Seq2[string, Program] {
	return func(yield func(string, Program) bool) {
		v := reflect.ValueOf(n).Elem()
		for _, f := range programFields {
			if p := v.Field(f.index); !p.IsNil() && !yield(f.key, p.Interface().(Program)) {
				return
			}
		}
		for _, key := range Names(n.Others) {
			if !yield(key, n.Others[key]) {
				return
			}
		}
	}
}

// Program returns one program of the node by its key, or nil.
func (n *Node) Program(key string) Program {
	for other, p := range n.Programs() {
		if other == key {
			return p
		}
	}
	return nil
}

// withPrograms returns the node with its programs completed.
func (n Node) withPrograms(t Topology, name string) Node {
	at := Place{t, name, n}
	v := reflect.ValueOf(&n).Elem()
	for _, f := range programFields {
		if p := v.Field(f.index); !p.IsNil() {
			p.Set(reflect.ValueOf(p.Interface().(Program).Complete(at)))
		}
	}
	n.Others = maps.Clone(n.Others)
	for _, key := range Names(n.Others) {
		n.Others[key] = n.Others[key].Complete(at)
	}
	return n
}

// programs checks the programs of a node.
func (c *checker) programs(path []string, name string, n Node) {
	services := map[string]string{}
	for key, p := range n.Programs() {
		at := At(path, key)
		for _, problem := range p.Problems(Place{c.whole, name, n}) {
			problem.Path = At(at, problem.Path...)
			c.problems = append(c.problems, problem)
		}
		for _, service := range p.ServiceNames() {
			if other, taken := services[service]; taken && other != key {
				c.fail(at, "%[2]s already has a service %[1]s: faults could not tell them apart", service, other)
			}
			services[service] = key
		}
	}
	for _, key := range Names(n.Others) {
		at := At(path, key)
		c.name(at)
		if slices.Contains(ProgramKeys(), key) {
			c.fail(at, "%s is a built-in program, want another name", key)
		}
		for _, problem := range CheckFields(c.Nodes[name].Others[key]) {
			problem.Path = At(at, problem.Path...)
			c.problems = append(c.problems, problem)
		}
	}
}

// check returns a checker for one program.
func (p Place) check() *checker { return &checker{Topology: p.Topology, whole: p.Topology} }

// ServiceNames lists the services of a node that can be stopped and started.
// The node must be completed.
func (n Node) ServiceNames() []string {
	names := []string{}
	for _, p := range n.Programs() {
		names = append(names, p.ServiceNames()...)
	}
	return names
}

// Takes reports whether faults with this verb act on a program of the node.
func (n Node) Takes(verb string) bool {
	for _, p := range n.Programs() {
		if slices.Contains(p.Faults(), verb) {
			return true
		}
	}
	return false
}

// claims reports whether a node may ever answer for an address.
func (n *Node) claims(a netip.Addr) bool {
	for _, nic := range n.NICs { // order: any will do
		if nic.Address.Addr() == a {
			return true
		}
	}
	for _, s := range n.Standby { // order: any will do
		if slices.Contains(s.VIPs(), a) {
			return true
		}
	}
	for _, p := range n.Programs() {
		if slices.Contains(p.Addresses(), a) {
			return true
		}
	}
	return false
}
