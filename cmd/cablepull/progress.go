package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/event"
)

// terminal returns the terminal that standard error is, or nil.
func (s *session) terminal() *os.File {
	file, ok := s.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}

// progress shows a bar on a terminal; elsewhere it shows nothing.
func (s *session) progress(total int) (step, finish func()) {
	file := s.terminal()
	if file == nil {
		return func() {}, func() {}
	}
	p := mpb.New(mpb.WithOutput(file), mpb.WithWidth(48))
	clock := decor.AverageETA(decor.ET_STYLE_GO)
	if s.flags.world != string(trial.Virtual) { // how long that takes has been said
		clock = decor.Elapsed(decor.ET_STYLE_GO)
	}
	bar := p.AddBar(int64(total),
		mpb.PrependDecorators(decor.CountersNoUnit("%d / %d runs ")),
		mpb.AppendDecorators(clock),
		mpb.BarRemoveOnComplete())
	return bar.Increment, func() {
		bar.Abort(true)
		p.Wait()
	}
}

// announce says how long runs in real time will take.
func (s *session) announce(trials []trial.Trial, batch []int) {
	if len(batch) == 0 {
		return
	}
	jobs := min(s.flags.jobsIn(trial.Netns), len(batch))
	var longest, sum time.Duration
	for _, i := range batch {
		longest = max(longest, trials[i].Scenario.Duration)
		sum += trials[i].Scenario.Duration
	}
	about := max(longest, sum/time.Duration(jobs)).Round(time.Second)
	noun := "runs"
	if len(batch) == 1 {
		noun = "run"
	}
	fmt.Fprintf(s.stderr, "cablepull: %d %s in real time, %d side by side: about %v\n", len(batch), noun, jobs, about)
}

// follow shows on a terminal how far a run in real time has come and the fault
// that was applied last; elsewhere it shows nothing.
func (s *session) follow(t trial.Trial) (watch func(event.Event), finish func()) {
	file := s.terminal()
	if file == nil {
		return nil, func() {}
	}
	f := &follower{began: time.Now(), total: t.Scenario.Duration}
	p := mpb.New(mpb.WithOutput(file), mpb.WithWidth(32))
	bar := p.AddBar(int64(f.total),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return t.Scenario.Name + " " + f.clock() + " " })),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + f.fault() })),
		mpb.BarRemoveOnComplete())
	stop := make(chan struct{})
	go func() {
		ticks := time.NewTicker(200 * time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				bar.SetCurrent(int64(f.elapsed()))
			case <-stop:
				return
			}
		}
	}()
	return f.watch, func() {
		close(stop)
		bar.Abort(true)
		p.Wait()
	}
}

// follower keeps the clock of a run in real time and the last fault.
type follower struct {
	total time.Duration

	mu    sync.Mutex
	began time.Time // when the world stood at 0
	last  string
}

// watch sets the clock by an event, which happens as it is told.
func (f *follower) watch(e event.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch what := e.What.(type) {
	case event.FaultApplied:
		f.last, f.began = what.Fault, time.Now().Add(-e.At)
	case event.FaultHealed:
		f.last, f.began = "healed: "+what.Fault, time.Now().Add(-e.At)
	}
}

// elapsed is how far the run has come; at its end it waits for last words.
func (f *follower) elapsed() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return min(time.Since(f.began), f.total-1)
}

func (f *follower) clock() string {
	return fmt.Sprintf("%v / %v", f.elapsed().Truncate(time.Second), f.total)
}

func (f *follower) fault() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}
