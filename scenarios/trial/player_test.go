package trial

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
)

// write returns a source that is a file.
func write(t *testing.T, text string) Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "quick.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Source{Word: path}
}

// TestPlay: a trial ends with a verdict, or with who is to blame; only the
// former leaves files.
func TestPlay(t *testing.T) {
	for _, c := range []struct {
		name  string
		trial Trial
		blame Blame
		want  Status
	}{
		{"passes", Trial{Source: write(t, quick), Seed: 1, Verify: true}, BlameNobody, Passed},
		{"fails", Trial{Source: write(t, strings.Replace(quick, "node: a", "node: b", 1)), Seed: 1}, BlameNobody, Failed},
		{"no such file", Trial{Source: Source{Word: "no/such/file"}}, BlameScenario, Unable},
		{"no such incident", Trial{Source: Source{Word: "cable-pul"}}, BlameScenario, Unable},
		{"invalid", Trial{Source: write(t, "duratoin: 1s\n")}, BlameScenario, Unable},
		{"not allowed", Trial{Source: write(t, real)}, BlameScenario, Unable},
		{"in the wrong world", Trial{Source: write(t, real), AllowExec: true}, BlameScenario, Unable},
		{"skipped", Trial{Source: write(t, quick), Skip: "no room"}, BlameNobody, Passed},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.trial.World, c.trial.Replay, c.trial.Dir = Virtual, "again", filepath.Join(t.TempDir(), "out")
			r := InProcess{Version: "v1"}.Play(t.Context(), c.trial)
			if r.Blame != c.blame || r.Status() != c.want {
				t.Fatalf("got blame %q and status %d (%v), want %q and %d", r.Blame, r.Status(), r.Err, c.blame, c.want)
			}
			if (r.Err == nil) != (c.blame == BlameNobody) || r.Err != nil && r.Report.Error != r.Err.Error() {
				t.Errorf("got the error %v and %q, want the same exactly where somebody is to blame", r.Err, r.Report.Error)
			}
			if r.Report.Version != "v1" || r.Report.Replay != "again" || r.Report.World != "virtual" || r.Report.Skipped != c.trial.Skip {
				t.Errorf("got version %q, replay %q, world %q, skipped %q", r.Report.Version, r.Report.Replay, r.Report.World, r.Report.Skipped)
			}
			judged := c.blame == BlameNobody && c.trial.Skip == ""
			if _, err := os.Stat(filepath.Join(c.trial.Dir, reports.RunFile)); (err == nil) != judged {
				t.Errorf("%s: %v, want it exactly where there is a verdict", reports.RunFile, err)
			}
			if _, err := os.Stat(c.trial.Dir); (err == nil) != judged {
				t.Errorf("the directory: %v, want it exactly where there is a verdict", err)
			}
		})
	}
}

// TestPlayNoPlace: a place that cannot be written to is the machine's, and the
// scenario is not played for nothing.
func TestPlayNoPlace(t *testing.T) {
	told := false
	p := InProcess{Watch: func(event.Event) { told = true }}
	r := p.Play(t.Context(), Trial{Source: write(t, quick), World: Virtual, Dir: "/proc/nowhere"})
	if r.Blame != BlameMachine || told {
		t.Errorf("got %q (%v), played %v; want %q, and that it was not played", r.Blame, r.Err, told, BlameMachine)
	}
}

// TestWatch: who watches is told of every event, with and without files.
func TestWatch(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		var told []event.Event
		p := InProcess{Watch: func(e event.Event) { told = append(told, e) }}
		r := p.Play(t.Context(), Trial{Source: write(t, quick), Seed: 1, World: Virtual, Dir: dir})
		if r.Err != nil || len(told) == 0 {
			t.Errorf("directory %q: told of %d events (%v)", dir, len(told), r.Err)
		}
		if dir == "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, reports.EventsFile))
		if err != nil {
			t.Fatal(err)
		}
		written, err := event.ReadLines(bytes.NewReader(data))
		if diff := cmp.Diff(told, written); err != nil || diff != "" {
			t.Errorf("written (-told +written), %v:\n%s", err, diff)
		}
	}
}

// TestPlayInterrupted: a context that ends at the first event leaves neither a
// verdict nor a file, even if the run ends before the interrupt reaches it.
func TestPlayInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := InProcess{Watch: func(event.Event) { cancel() }}
	dir := filepath.Join(t.TempDir(), "out")
	r := p.Play(ctx, Trial{Source: write(t, quick), Seed: 1, World: Virtual, Dir: dir})
	if r.Blame != BlameSignal || !errors.Is(r.Err, context.Canceled) || r.Status() != Interrupted || r.Report.Defect {
		t.Errorf("got %q, %v, status %d; want %q and status %d", r.Blame, r.Err, r.Status(), BlameSignal, Interrupted)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("it left a directory")
	}
}

// TestPlayInterruptedWithATimeline: if a timeline is drawn, an interrupted
// trial has what is known until then, in its files as well. It is not judged,
// though it expects something.
func TestPlayInterruptedWithATimeline(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := InProcess{Timeline: true, Watch: func(e event.Event) {
		if e.At >= 20*time.Second {
			cancel()
		}
	}}
	dir := filepath.Join(t.TempDir(), "out")
	endless := strings.Replace(quick, "duration: 40s", "duration: 100000h", 1)
	r := p.Play(ctx, Trial{Source: write(t, endless), Seed: 1, World: Virtual, Dir: dir})
	var interrupted *InterruptedError
	if !errors.As(r.Err, &interrupted) || !errors.Is(r.Err, context.Canceled) || r.Status() != Interrupted || interrupted.At != r.Report.Simulated || interrupted.At < 20*time.Second {
		t.Fatalf("got %v at %v, status %d", r.Err, r.Report.Simulated, r.Status())
	}
	if len(r.Report.Events) == 0 || len(r.Report.Measures.Takeovers) == 0 || r.Report.Passed || len(r.Report.Expectations)+len(r.Report.Violations) > 0 {
		t.Errorf("got %d events, takeovers %v, passed %t, judged %v and %v", len(r.Report.Events), r.Report.Measures.Takeovers, r.Report.Passed, r.Report.Expectations, r.Report.Violations)
	}
	for _, name := range ArtefactNames() {
		data, err := os.ReadFile(filepath.Join(dir, name))
		says := name == TimelineFile || name == reports.RunFile || name == reports.JUnitFile
		if err != nil || says && !bytes.Contains(data, []byte(r.Err.Error())) {
			t.Errorf("%s: %v, want %q in\n%.500s", name, err, r.Err, data)
		}
	}
}

// playerFunc is a function as a Player.
type playerFunc func(ctx context.Context, t Trial) Result

func (f playerFunc) Play(ctx context.Context, t Trial) Result { return f(ctx, t) }

// TestEach: every trial once, never more than jobs at a time, results one by
// one.
func TestEach(t *testing.T) {
	const jobs = 3
	trials := make([]Trial, 20)
	for i := range trials {
		trials[i].Seed = uint64(i)
	}
	arrived := make(chan struct{}, len(trials))
	release := make(chan struct{})
	p := playerFunc(func(_ context.Context, tr Trial) Result {
		arrived <- struct{}{}
		<-release
		return Result{Report: reports.Result{Seed: tr.Seed}}
	})
	go func() {
		for range jobs {
			<-arrived
		}
		select {
		case <-arrived:
			t.Errorf("more than %d at a time", jobs)
		case <-time.After(50 * time.Millisecond):
		}
		close(release)
	}()
	var got []uint64
	if err := Each(t.Context(), p, trials, jobs, func(i int, r Result) {
		if uint64(i) != r.Report.Seed {
			t.Errorf("trial %d got the result of %d", i, r.Report.Seed)
		}
		got = append(got, r.Report.Seed)
	}); err != nil {
		t.Fatal(err)
	}
	var want []uint64
	for i := range trials {
		want = append(want, uint64(i))
	}
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b uint64) bool { return a < b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := Each(t.Context(), p, nil, 0, func(int, Result) { t.Error("a result of no trial") }); err != nil {
		t.Error(err)
	}
}

// TestEachInterrupted: after the end of the context no trial begins, and the
// running trial yields no result.
func TestEachInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	played := 0
	p := playerFunc(func(context.Context, Trial) Result {
		if played++; played == 2 {
			cancel()
		}
		return Result{}
	})
	results := 0
	err := Each(ctx, p, make([]Trial, 9), 1, func(int, Result) { results++ })
	if !errors.Is(err, context.Canceled) || played > 3 || results != 1 {
		t.Errorf("got %v, %d played, %d results; want the end of the context, at most one more, and one", err, played, results)
	}
}
