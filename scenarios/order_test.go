package scenarios

import (
	"slices"
	"testing"
)

// TestNodeOrder: nodes stand in reports as in their file, in its variants too,
// whatever their names.
func TestNodeOrder(t *testing.T) {
	s, err := Parse("order.yaml", []byte(`
name: order
duration: 10s
variants: {nodes.zoe.standby.lan.priority: [100, 120]}
segments: {lan: {}}
nodes:
  zoe: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100}}}
  adam: {client: {target: http://192.0.2.100/}, nics: {lan: 192.0.2.201/24}}
  mia: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {vip: 192.0.2.100}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	variants, err := s.Expand()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(variants, s) {
		if got, want := s.NodeOrder(), []string{"zoe", "adam", "mia"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", s.Title(), got, want)
		}
	}
	inGo := &Scenario{Topology: variants[0].Topology}
	if got, want := inGo.NodeOrder(), []string{"adam", "mia", "zoe"}; !slices.Equal(got, want) {
		t.Errorf("written in Go: got %v, want %v", got, want)
	}
}
