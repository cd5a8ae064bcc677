package topology

import (
	"cmp"
	"net/netip"
	"reflect"
	"slices"
	"testing"
)

// TestEachProgramIsOne: what a node runs is a field that points to a
// configuration, and each of these says what there is to know of it.
func TestEachProgramIsOne(t *testing.T) {
	node := reflect.TypeFor[Node]()
	for i := range node.NumField() {
		f := node.Field(i)
		if f.Type.Kind() == reflect.Pointer && !f.Type.Implements(reflect.TypeFor[Program]()) {
			t.Errorf("Node.%s: %v is not a Program: give it the methods of program.go", f.Name, f.Type)
		}
	}
	for _, f := range programFields {
		got := reflect.New(node.Field(f.index).Type.Elem()).Interface().(Program).Complete(Place{})
		if reflect.TypeOf(got) != node.Field(f.index).Type {
			t.Errorf("%s: completed, it is a %T, want a %v", f.key, got, node.Field(f.index).Type)
		}
	}
	if len(ProgramKeys()) < 5 {
		t.Errorf("got programs %v, want those there are", ProgramKeys())
	}
}

// wantProblems compares problems, in any order.
func wantProblems(t *testing.T, problems []Problem, want ...string) {
	t.Helper()
	var got []string
	for _, p := range problems {
		got = append(got, p.String())
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got problems %q, want %q", got, want)
	}
}

// sink is a program that is not built in: it swallows what comes for an address
// of its own.
type sink struct {
	Depth   int `yaml:"depth" jsonschema:"maximum=9"`
	Address netip.Addr
}

func (s sink) Complete(Place) Program { s.Depth = cmp.Or(s.Depth, 3); return s }

func (s sink) Problems(at Place) []Problem {
	if at.Node.NICs["lan"].Address.Contains(s.Address) {
		return nil
	}
	return []Problem{{Path: []string{"address"}, Message: "not of " + at.Name}}
}

func (s sink) Addresses() []netip.Addr { return []netip.Addr{s.Address} }
func (sink) ServiceNames() []string    { return []string{"drain"} }
func (s sink) Properties() []Property  { return []Property{Switch("drain.open")} }
func (sink) Faults() []string          { return []string{"clog"} }

// TestOwnProgram: a program that a Go team brings along is completed, checked
// and asked as those that are built in.
func TestOwnProgram(t *testing.T) {
	with := func(s sink) (Topology, Node) {
		top := pair()
		top.Nodes["c1"] = Node{NICs: nic("192.0.2.201/24"), Client: &Client{Target: "http://192.0.2.77/"}}
		top.Nodes["k"] = Node{NICs: nic("192.0.2.60/24"), Others: map[string]Program{"sink": s}}
		return top, top.WithDefaults().Nodes["k"]
	}
	top, n := with(sink{Address: addr("192.0.2.77")})
	wantProblems(t, top.Validate())
	if got := n.Others["sink"].(sink); got.Depth != 3 {
		t.Errorf("got %+v, want it completed", got)
	}
	if top.Nodes["k"].Others["sink"].(sink).Depth != 0 {
		t.Error("the original changed")
	}
	if got := n.ServiceNames(); !slices.Equal(got, []string{"drain"}) {
		t.Errorf("services: got %v, want drain", got)
	}
	if !n.Takes("clog") || n.Takes("backend") {
		t.Error("want it to take clog and not backend")
	}
	if err := n.CheckSet("drain.open", "off"); err != nil {
		t.Error(err)
	}
	if err := n.CheckSet("drain.open", "wide"); err == nil {
		t.Error("drain.open wide: got no error")
	}

	top, _ = with(sink{Address: addr("198.51.100.1"), Depth: 10})
	top.Nodes["k"].Others["client"] = sink{Address: addr("192.0.2.77")}
	wantProblems(t, top.Validate(),
		"nodes.k.client: client is a built-in program, want another name",
		"nodes.k.sink.address: not of k",
		"nodes.k.sink.depth: got 10, want 0 to 9",
		"nodes.k.sink: client already has a service drain: faults could not tell them apart",
	)
}

// TestServiceNamesAreUnique on a node.
func TestServiceNamesAreUnique(t *testing.T) {
	top := pair()
	a := top.Nodes["a"]
	a.Backend = &Backend{Port: 8080}
	a.Gateway = &Gateway{Services: map[string]Service{"http": {}}}
	top.Nodes["a"] = a
	wantProblems(t, top.Validate(), "nodes.a.gateway: backend already has a service http: faults could not tell them apart")
}
