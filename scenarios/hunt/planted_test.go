//go:build planted

package hunt

import (
	"cmp"
	"context"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/planted"
	"github.com/cablepull/cablepull/scenarios"
)

var schedules = flag.Int("schedules", 6000, "within how many schedules a planted bug must be found")

var huntSeed = flag.Uint64("seed", 0, "of all hunts, instead of those that find each bug soon")

// seeds are those of hunts that are not the first; they find their bug sooner.
var seeds = map[planted.Bug]uint64{planted.TableNotMerged: 2, planted.FailWindowNeverEnds: 2}

var healthy = flag.Int("healthy", 0, "how many schedules must find nothing without the bug; at least as many as it took to find it")

// wanted is what each bug breaks.
var wanted = map[planted.Bug]string{
	planted.LostTieBreak: "one-active", planted.NoAnnouncement: Recovers, planted.LowerHelloDiscarded: Recovers,
	planted.AddressNotReleased: "active-holds-vip", planted.HoldNeverExpires: Recovers,
	planted.TableNotMerged: "others-survive", planted.WeightZeroIgnored: "weight-zero",
	planted.DampNeverEnds: Recovers, planted.CheckNeverReturns: Recovers, planted.FailWindowNeverEnds: Recovers,
	planted.TwoCoordinators: Recovers, planted.LeaseNeverEnds: Recovers, planted.LastCommitLost: "linearizable",
	planted.ConnectionNotReleased: Recovers, planted.ProcessedAgain: "processed-once",
}

// TestPlantedBugs: the same hunt finds each bug when it is planted, and nothing
// else and nothing when it is not.
func TestPlantedBugs(t *testing.T) {
	jobs := runtime.NumCPU()
	runtime.GOMAXPROCS(jobs)
	for _, bug := range planted.All() {
		t.Run(string(bug), func(t *testing.T) {
			path := filepath.Join("testdata", "planted", string(bug)+".yaml")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := scenarios.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			found := (*Finding)(nil)
			options := Options{Seed: cmp.Or(*huntSeed, seeds[bug], 1), Schedules: *schedules, Jobs: jobs, Text: text}
			options.Found = func(f *Finding) error {
				t.Logf("schedule %d, %d plays: %s", f.Number, f.Plays, f.Sentence())
				if f.Reason == "" && f.Invariant == wanted[bug] && found == nil {
					found = f
				}
				return nil
			}
			options.Stop = func() bool { return found != nil }
			planted.Plant(bug)
			defer planted.Plant("")
			if _, err := Run(context.Background(), s, options); err != nil {
				t.Fatal(err)
			}
			if found == nil {
				t.Fatalf("%d schedules did not find it", *schedules)
			}
			if len(found.Schedule) == 0 {
				t.Error("it shows without any fault, so that to find it proves nothing")
			}
			if found.File == nil || !strings.Contains(string(found.File), "expect:") {
				t.Errorf("got no file:\n%s", found.File)
			}
			planted.Plant("")
			options.Stop, options.Schedules = nil, max(found.Number, *healthy)
			options.Found = func(f *Finding) error {
				if f.Reason == "" {
					t.Errorf("without the bug, schedule %d: role %q: %s", f.Number, f.Role, f.Sentence())
				}
				return nil
			}
			if _, err := Run(context.Background(), s, options); err != nil {
				t.Fatal(err)
			}
		})
	}
}
