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

// bar shows a bar on a terminal until finish is called; elsewhere it is nil.
func (s *session) bar(total int64, width int, before, after decor.Decorator) (bar *mpb.Bar, finish func()) {
	file, ok := s.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil, func() {}
	}
	p := mpb.New(mpb.WithOutput(file), mpb.WithWidth(width))
	bar = p.AddBar(total, mpb.PrependDecorators(before), mpb.AppendDecorators(after), mpb.BarRemoveOnComplete())
	return bar, func() {
		bar.Abort(true)
		p.Wait()
	}
}

// progress shows on a terminal how many runs are done; elsewhere nothing.
func (s *session) progress(total int) (step, finish func()) {
	clock := decor.AverageETA(decor.ET_STYLE_GO)
	if s.flags.world != string(trial.Virtual) { // announce has printed how long it takes
		clock = decor.Elapsed(decor.ET_STYLE_GO)
	}
	bar, finish := s.bar(int64(total), 48, decor.CountersNoUnit("%d / %d runs "), clock)
	if bar == nil {
		return func() {}, finish
	}
	return bar.Increment, finish
}

// announceMin is the shortest run in real time of which a word is said when it
// is alone.
const announceMin = 10 * time.Second

// announce prints how long runs in real time will take.
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
	parallel := ""
	if len(batch) > 1 {
		parallel = fmt.Sprintf(", %d in parallel", jobs)
	}
	s.note("%s in real time%s: about %v", counted(len(batch), "run"), parallel, about)
}

// follow shows on a terminal how far a run in real time is and the latest
// fault; elsewhere it shows nothing.
func (s *session) follow(t trial.Trial) (watch func(event.Event), finish func()) {
	f := &follower{began: time.Now(), total: t.Scenario.Duration}
	bar, end := s.bar(int64(f.total), 32,
		decor.Any(func(decor.Statistics) string { return t.Scenario.Name + " " + f.clock() + " " }),
		decor.Any(func(decor.Statistics) string { return " " + f.fault() }))
	if bar == nil {
		return nil, end
	}
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
		end()
	}
}

// follower keeps the clock of a run in real time and its latest fault.
type follower struct {
	total time.Duration

	mu    sync.Mutex
	began time.Time // when the world was at instant 0
	last  string
}

// watch sets the clock by an event, which is happening now.
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

// elapsed is how far the run is, below the total until the run is over.
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
