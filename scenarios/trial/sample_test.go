package trial

import (
	"path/filepath"
	"testing"
)

// TestPagesChangeNothing: a run whose page shows what its machines use is the
// run that nobody watches: with hogs, crashes, freezes, drifting clocks,
// weights by load, and a machine that dies because its memory is full.
func TestPagesChangeNothing(t *testing.T) {
	for name, variant := range map[string]string{
		"almost-dead-active": "", "hellos-starve": "", "freeze-process": "", "track-weight-preempt": "",
		"self-balance-clock-drift": "drift=1%", "lb-almost-dead": "type=LDAP", "self-balance-busy": "", "lb-retry-storm": "try-every-server=on,giveup-when-all-members-down=off",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play := func(p InProcess, dir string) Result {
				r := p.Play(t.Context(), Trial{Source: Source{Word: name}, Variant: variant, Seed: 1, World: Virtual, Dir: dir})
				if r.Err != nil {
					t.Fatal(r.Err)
				}
				return r
			}
			alone := play(InProcess{}, "")
			watched := play(InProcess{Record: true}, filepath.Join(t.TempDir(), "out"))
			if alone.Report.Digest != watched.Report.Digest || alone.Report.Frames != watched.Report.Frames {
				t.Errorf("got digest %s of %d frames with a page, and %s of %d without",
					watched.Report.Digest, watched.Report.Frames, alone.Report.Digest, alone.Report.Frames)
			}
			if !watched.Record.Sampled() {
				t.Error("no samples")
			}
		})
	}
}
