package sweep

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/trial"
)

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestCSV(t *testing.T) {
	p := planOf(t, 2)
	player := &fake{of: func(x trial.Trial) figure.Values {
		values := outageOf(spanOf(x, holdPath, 0) - x.Phase + 1)
		values[0].Open = x.Seed == 2
		if x.Seed == 1 {
			values = append(values, figure.Value{ID: "takeover-gap", Of: "x", Whole: 7})
		}
		return values
	}}
	all, err := p.Play(t.Context(), player, pointsOf(t, p, holdPath+"=6s,10s"), p.Seeds, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	words := []figure.Word{word(t, "outage.p50"), word(t, "outage.p99"), word(t, "outage.c1"), word(t, "violated"), word(t, "takeover-gap")}
	var out strings.Builder
	if err := WriteCSV(&out, knobs(t, holdPath+"=6s,10s"), words, all); err != nil {
		t.Fatal(err)
	}
	want := holdPath + `,seed,phase_s,verdict,digest,at_least,outage_s,outage.c1_s,violated,takeover-gap_s
6s,1,0,passed,d1,,6.000000001,6.000000001,0,0.000000007
6s,2,1.5,passed,d2,outage_s outage.c1_s,4.500000001,4.500000001,0,
10s,1,0,passed,d1,,10.000000001,10.000000001,0,0.000000007
10s,2,1.5,passed,d2,outage_s outage.c1_s,8.500000001,8.500000001,0,
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	if err := WriteCSV(fullDisk{}, nil, words, all); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want the writer's error", err)
	}
}
