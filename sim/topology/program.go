package topology

import (
	"iter"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
)

// Program is one program of a node on paper: its configuration, and all that
// must be known of it before it runs. A field of Node whose type is a Program
// makes it one that scenario files can have; package world says how it runs. All
// but Complete are asked of completed values only.
type Program interface {
	// Complete returns a copy of the same type in which nothing is left out.
	Complete(Place) Program
	// Problems lists what is wrong with it beyond the rules in its tags. Paths
	// begin at the program.
	Problems(Place) []Problem
	// Addresses lists those for which it makes the node answer, beside the
	// addresses of interfaces and standby groups.
	Addresses() []netip.Addr
	// ServiceNames lists what can be stopped and started while it runs.
	ServiceNames() []string
	// Properties lists what of it can be set while it runs.
	Properties() []Property
	// Faults lists the verbs of faults that are about this program.
	Faults() []string
}

// Place is where a program stands. All of it is completed, but when programs are
// being completed, the programs.
type Place struct {
	Topology Topology
	Name     string // of the node
	Node     Node
}

// programFields are the fields of Node that hold programs, in the order of keys.
var programFields = func() (fields []programField) {
	for i := range reflect.TypeFor[Node]().NumField() {
		if f := reflect.TypeFor[Node]().Field(i); f.Type.Implements(reflect.TypeFor[Program]()) {
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			fields = append(fields, programField{key, i})
		}
	}
	slices.SortFunc(fields, func(a, b programField) int { return strings.Compare(a.key, b.key) })
	return fields
}()

type programField struct {
	key   string
	index int
}

// ProgramKeys lists the keys of the programs that are built in, sorted.
func ProgramKeys() []string {
	var keys []string
	for _, f := range programFields {
		keys = append(keys, f.key)
	}
	return keys
}

// Programs yields what the node runs, by key: what is built in, then the others,
// each sorted.
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

// programs checks what a node runs.
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
				c.fail(at, "service %s is one of %s already: faults could not say which is meant", service, other)
			}
			services[service] = key
		}
	}
	for _, key := range Names(n.Others) {
		at := At(path, key)
		c.name(at)
		if slices.Contains(ProgramKeys(), key) {
			c.fail(at, "the program %s is built in, want another name", key)
		}
		for _, problem := range CheckFields(c.Nodes[name].Others[key]) {
			problem.Path = At(at, problem.Path...)
			c.problems = append(c.problems, problem)
		}
	}
}

// check begins the checks of one program.
func (p Place) check() *checker { return &checker{Topology: p.Topology, whole: p.Topology} }

// ServiceNames lists what can be stopped and started on a node. The node must be
// completed.
func (n Node) ServiceNames() []string {
	names := []string{}
	for _, p := range n.Programs() {
		names = append(names, p.ServiceNames()...)
	}
	return names
}

// Takes reports whether faults of a verb are about a program of the node.
func (n Node) Takes(verb string) bool {
	for _, p := range n.Programs() {
		if slices.Contains(p.Faults(), verb) {
			return true
		}
	}
	return false
}

// claims says whether a node may ever answer for an address.
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
