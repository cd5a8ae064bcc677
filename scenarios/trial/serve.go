package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
)

// hangupPeriod is how often a worker checks, during a trial, whether its parent
// still listens.
const hangupPeriod = 100 * time.Millisecond

// Serve is the worker's side: it reads trials from in, plays them and writes
// their results to out, until in or the context ends. If in is a pipe, its end
// interrupts a running trial, since nobody is left to read the result.
//
// While it plays, it does not read: a goroutine that blocks in the kernel makes
// the scheduler move the world from thread to thread, and a trial take 1.4
// times as long. It asks the pipe now and then instead.
func Serve(ctx context.Context, p Player, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if pipe, ok := in.(*os.File); ok {
		defer watchPipe(pipe, cancel)()
	}
	defer reserveHeap()()
	trials, results := json.NewDecoder(in), json.NewEncoder(out)
	var last opened
	for ctx.Err() == nil {
		var t Trial
		if err := trials.Decode(&t); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("worker: trials: %w", err)
		}
		last.fill(&t)
		r := p.Play(ctx, t)
		reply := any(r)
		if r.Brief != nil {
			reply = brief{r.Blame, r.Kept, r.Brief}
		}
		if err := results.Encode(reply); err != nil {
			return fmt.Errorf("worker: result: %w", err)
		}
	}
	return nil
}

// watchPipe calls ended soon after the other side of a pipe has been closed,
// until it is stopped.
func watchPipe(pipe *os.File, ended func()) (stop func()) {
	ticks, done := time.NewTicker(hangupPeriod), make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
				if hungUp(pipe) {
					ended()
					return
				}
			}
		}
	}()
	return func() {
		ticks.Stop()
		close(done)
	}
}

// opened is the scenario that a worker opened last, at the points that it has
// played. Trials of one scenario come one after the other, so it is read and
// checked once, and so is each point.
type opened struct {
	word   string
	source Source
	points map[string]*scenarios.Scenario // by Trial.place
	noise  remembered
}

// pointsMax bounds the points that a worker remembers. A sweep plays all seeds
// of a point, or all points of a seed: more would be of no use.
const pointsMax = 256

// fill gives a trial its scenario. One that cannot be opened is left to the
// player, which says why.
func (o *opened) fill(t *Trial) {
	o.noise.fill(t)
	if o.points == nil || o.word != t.Word {
		source, err := t.Source.again()
		if err != nil {
			return
		}
		*o = opened{t.Word, source, map[string]*scenarios.Scenario{}, o.noise}
	}
	t.Source = o.source
	o.point(t)
}

// prepare is fill for a trial whose scenario is open.
func (o *opened) prepare(t *Trial) {
	if t.Scenario == nil {
		o.fill(t)
		return
	}
	if len(t.Set) == 0 && t.Phase == 0 || len(t.Scenario.Settings) > 0 || t.Scenario.Phase != 0 {
		return // there is nothing to do, or it is done
	}
	if o.points == nil || o.source.Scenario != t.Scenario {
		*o = opened{t.Word, t.Source, map[string]*scenarios.Scenario{}, o.noise}
	}
	o.point(t)
}

// point gives a trial of the source its point.
func (o *opened) point(t *Trial) {
	place := t.place()
	if known, ok := o.points[place]; ok {
		t.Scenario = known
		return
	}
	if t.Prepare() != nil {
		return
	}
	if len(o.points) == pointsMax {
		clear(o.points)
	}
	o.points[place] = t.Scenario
}

// place is the point of a trial with nothing left out.
func (t Trial) place() string {
	words := []string{t.Variant, t.Phase.String()}
	for _, x := range t.Set {
		words = append(words, x.Path, x.Value)
	}
	return strings.Join(words, "\x00")
}
