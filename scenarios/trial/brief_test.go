package trial

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios/figure"
)

// TestBrief: a worker sends the same brief that this process makes, and no
// report; of a trial without a verdict, as much as ever.
func TestBrief(t *testing.T) {
	p := newPool(t, 1, "plays", io.Discard)
	defer p.Close()
	for _, c := range []struct{ text, want string }{{quick, ""}, {strings.Replace(quick, "node: a", "node: b", 1), "b is Active"}} {
		source, err := Open(write(t, c.text).Word)
		if err != nil {
			t.Fatal(err)
		}
		tr := Trial{Source: source, Seed: 3, World: Virtual, Brief: true}
		here := InProcess{Version: "v1"}.Play(t.Context(), tr)
		there := p.Play(t.Context(), tr)
		if here.Brief == nil || !cmp.Equal(here.Brief, there.Brief) || len(there.Report.Measures.Groups) != 0 || there.Report.Name() != here.Report.Name() || there.Status() != here.Status() {
			t.Errorf("got %+v\nwant %+v", there, here.Brief)
		}
		b := here.Brief
		if b.Passed != (c.want == "") || b.Passed != (len(b.Failed) == 0) || !strings.Contains(strings.Join(b.Failed, ""), c.want) || b.Text != tr.Scenario.TextDigest() || b.Digest != here.Report.Digest {
			t.Errorf("got %+v", b)
		}
		w, err := figure.Parse("simulated")
		if value, _, measured := w.Value(figure.Values(b.Figures)); err != nil || !measured || value != float64(b.Simulated) || len(b.Figures) < 5 {
			t.Errorf("got %v simulated of %v, %v", value, b.Simulated, err)
		}
	}
	broken := Trial{Source: write(t, "duratoin: 1s\n"), World: Virtual, Brief: true}
	if got := p.Play(t.Context(), broken); got.Brief != nil || got.Blame != BlameScenario || got.Report.Error == "" {
		t.Errorf("without a verdict: got %+v", got)
	}
}
