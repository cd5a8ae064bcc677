package trial

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
)

// TestDiagnose: a missing thing costs the incidents that need it, or all, and a
// present one costs nothing. The command's golden files hold the sentences.
func TestDiagnose(t *testing.T) {
	library := []*scenarios.Scenario{parse(t, "quick", quick), parse(t, "real", real), parse(t, "only-nginx", onlyNginx)}
	for _, c := range []struct {
		found netns.Finding
		skips []string
		netns bool
		cost  bool
	}{
		{netns.Finding{Name: "veth", OK: true, Needed: netns.ForWorld}, []string{}, true, false},
		{netns.Finding{Name: "veth", Needed: netns.ForWorld}, []string{}, false, true},
		{netns.Finding{Name: "cgroup cpu", Needed: netns.ForQuota}, []string{"real"}, true, true},
		{netns.Finding{Name: "nginx", OK: true, Needed: netns.ForProgram}, []string{}, true, false},
		{netns.Finding{Name: "nginx", Needed: netns.ForProgram}, []string{"real", "only-nginx"}, true, true},
		{netns.Finding{Name: "wrk", Needed: netns.ForProgram}, []string{}, true, true},
	} {
		d := Diagnose([]netns.Finding{c.found}, library)
		if len(d.Findings) != 1 || d.Netns != c.netns || (d.Findings[0].Cost != "") != c.cost {
			t.Errorf("%+v: got %+v, want that runs are possible %v, a cost %v", c.found, d, c.netns, c.cost)
			continue
		}
		if diff := cmp.Diff(c.skips, d.Findings[0].Skips); diff != "" {
			t.Errorf("%+v: skips (-want +got):\n%s", c.found, diff)
		}
	}
}

// TestDoctorKnowsThePrograms: doctor looks for every program that the library
// runs, and knows its package.
func TestDoctorKnowsThePrograms(t *testing.T) {
	library, err := incidents.All()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range netns.Probe() {
		names = append(names, f.Name)
	}
	for _, s := range library {
		for _, c := range callsOf(s) {
			if !strings.ContainsAny(c.program, "{/") && c.program != "sh" && (!slices.Contains(names, c.program) || debianPackage(c.program) == "" && c.program != ownDrivers) {
				t.Errorf("%s: doctor does not look for %s, or run does not know its package", s.Name, c.program)
			}
		}
	}
}
