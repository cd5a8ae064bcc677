package scenarios

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrograms: every real program of a file is listed with its line, in the
// order in which it starts; nodes of our own are no programs.
func TestPrograms(t *testing.T) {
	s, err := Parse("real.yaml", []byte(`name: real
duration: 10s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}}
  web:
    nics: {lan: 192.0.2.12/24}
    exec:
      run: [nginx, -c, "{dir}/nginx.conf"]
      beside:
        log: [tail, -f, "{dir}/log"]
  c1: {nics: {lan: 192.0.2.13/24}, exec: {run: [/usr/bin/python3.11]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Program{
		{"c1", "python3-11", []string{"/usr/bin/python3.11"}, 12},
		{"web", "log", []string{"tail", "-f", "{dir}/log"}, 11},
		{"web", "nginx", []string{"nginx", "-c", "{dir}/nginx.conf"}, 9},
	}
	if diff := cmp.Diff(want, s.Programs()); diff != "" {
		t.Errorf("programs (-want +got):\n%s", diff)
	}
	inGo := Scenario{Topology: s.Topology}
	if got := inGo.Programs(); len(got) != 3 || got[0].Line != 0 {
		t.Errorf("written in Go: got %+v, want three without a line", got)
	}
}
