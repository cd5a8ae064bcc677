package hunt

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// batchSize is how many schedules are drawn from one corpus. It does not depend
// on the number of workers, so that they do not decide what is found.
const batchSize = 32

// shrunkMax is how many schedules with the same thing wrong are shrunk: those
// beyond are counted for the finding that they resemble most.
const shrunkMax = 6

// heapReserve is memory that is never touched: the collector runs when the heap
// has doubled, and a world is so small that this would be several times in
// each.
const heapReserve = 16 << 20

// Options are the inputs of a hunt other than its scenario.
type Options struct {
	Seed      uint64        // of the hunt
	Schedules int           // after so many it ends; 0: when the context does, or Stop
	Within    time.Duration // the time to recover; 0: PatienceFor the scenario
	Window    time.Duration // of the faults; 0: the length of the scenario
	Random    bool          // no feedback: all schedules are drawn, none is changed
	Jobs      int           // schedules played at once; 0: 1
	Allowed   []Allowed     // known by design
	Begin     []Case        // schedules to begin with, such as those of a corpus
	Text      []byte        // of the scenario's file, to write findings; nil: they have no file

	// Values are those of a variant, which findings have instead of all.
	Values scenarios.Variants

	Keep  func(Case) error     // is called for each schedule that led to new states; may be nil
	Found func(*Finding) error // is called for each finding when it has been shrunk; may be nil
	Tell  func(Progress)       // is called after each batch; may be nil
	Stop  func() bool          // reports that the time is up; may be nil
}

// Progress is how far a hunt is.
type Progress struct {
	Schedules int // that were played, without those of shrinking
	States    int // distinct ones
	Corpus    int // schedules that led to new states
	Findings  int // that are not allowed
	Allowed   int
}

// Report is what came of a hunt.
type Report struct {
	Progress
	Patience Patience // empty: the time was given
	Within   time.Duration
	Window   time.Duration
	All      []*Finding // in the order in which they were found, allowed ones too
}

// hunt is one in progress.
type hunt struct {
	options Options
	stage   *stage
	states  map[uint64]bool
	parents []*parent
	credit  credit
	report  Report
	shrunk  map[key]int
}

// Run hunts in a scenario, which must be valid and without variants. When the
// context ends it returns what was found until then, without an error.
func Run(ctx context.Context, s *scenarios.Scenario, o Options) (*Report, error) {
	h := &hunt{options: o, states: map[uint64]bool{}, shrunk: map[key]int{}, credit: make(credit, 1+len(changes))}
	h.report.Within, h.report.Window = o.Within, o.Window
	if o.Within == 0 {
		h.report.Patience = PatienceFor(s.Topology.WithDefaults())
		h.report.Within = h.report.Patience.Sum()
	}
	if o.Window == 0 {
		h.report.Window = s.Duration
	}
	h.stage = newStage(s, h.report.Within, h.report.Window)
	h.stage.text, h.stage.values = o.Text, o.Values
	if err := h.stage.staged(Case{Seed: 1}).Validate(); err != nil {
		return nil, fmt.Errorf("hunt: %w", err)
	}
	reserve := make([]byte, heapReserve)
	h.stage.space.near = h.stage.baseline(ctx)
	err := h.run(ctx)
	runtime.KeepAlive(reserve)
	return &h.report, err
}

// baseline returns the instants at which something happens without any fault.
func (g *stage) baseline(ctx context.Context) []time.Duration {
	var near []time.Duration
	s := g.staged(Case{Seed: 1})
	_, _ = g.run(ctx, s, scenarios.RunOptions{Seed: 1, Follow: func(e event.Event) { // an error shows again in the first schedule
		if e.At < g.space.window && (len(near) == 0 || near[len(near)-1] != e.At) {
			near = append(near, e.At)
		}
	}})
	return near
}

// run plays batches until the hunt is over.
func (h *hunt) run(ctx context.Context) error {
	begin := append([]Case{{Seed: 1}}, h.options.Begin...)
	for first := 0; ; first += batchSize {
		count := batchSize
		if h.options.Schedules > 0 {
			count = min(count, h.options.Schedules-first)
		}
		if count <= 0 || ctx.Err() != nil || h.options.Stop != nil && h.options.Stop() {
			return nil
		}
		batch := make([]planned, count)
		for i := range batch {
			if n := first + i; n < len(begin) {
				batch[i].Case = begin[n]
				batch[i].Schedule = h.stage.space.possible(begin[n].Schedule)
			} else {
				batch[i] = h.next(n)
			}
		}
		if err := h.merge(ctx, batch, h.play(ctx, batch)); err != nil {
			return err
		}
	}
}

// planned is a case, and how it came about.
type planned struct {
	Case
	way  int     // of the credit
	from *parent // nil: of none
}

// next is the schedule of a number: one that is drawn, as at least every fourth
// one is, or a changed one, by the credit and the parents as they were before
// the batch. It gets a world seed of its own: with the seed of its parent it
// would repeat the parent's run up to the first line that differs.
func (h *hunt) next(number int) planned {
	r := sim.Stream(h.options.Seed, fmt.Sprintf("schedule/%d", number))
	way := 0
	if !h.options.Random && len(h.parents) > 0 && r.IntN(4) != 0 {
		way = h.credit.pick(r)
	}
	if way == 0 {
		return planned{Case: Case{Schedule: h.stage.space.draw(r), Seed: 1 + r.Uint64N(1000)}}
	}
	from, mate := pickParent(r, h.parents), pickParent(r, h.parents)
	d := planned{way: way, from: from}
	d.Schedule, d.Seed = h.stage.space.mutate(r, changes[way-1], from, mate), 1+r.Uint64N(1000)
	return d
}

// play plays a batch, and returns what was played of it from its beginning on.
func (h *hunt) play(ctx context.Context, batch []planned) []played {
	all := make([]played, len(batch))
	next := make(chan int, len(batch))
	for i := range batch {
		next <- i
	}
	close(next)
	var group sync.WaitGroup
	for range max(1, h.options.Jobs) {
		group.Go(func() {
			for i := range next {
				if ctx.Err() == nil {
					all[i] = h.stage.play(ctx, batch[i].Case)
				}
			}
		})
	}
	group.Wait()
	if end := slices.IndexFunc(all, func(p played) bool { return !p.ended }); end >= 0 {
		return all[:end]
	}
	return all
}

// merge takes in what was played, in the order of the batch.
func (h *hunt) merge(ctx context.Context, batch []planned, all []played) error {
	for i, p := range all {
		h.report.Schedules++
		if h.learn(batch[i], p) {
			h.report.Corpus++
			if h.options.Keep != nil && len(p.Schedule) > 0 {
				if err := h.options.Keep(p.Case); err != nil {
					return err
				}
			}
		}
		for _, w := range p.wrong {
			if err := h.find(ctx, p, w); err != nil {
				return err
			}
		}
	}
	if h.options.Tell != nil {
		h.options.Tell(h.report.Progress)
	}
	return nil
}

// learn notes the states of a schedule and whom they are owed to, and reports
// whether one of them is new.
func (h *hunt) learn(d planned, p played) bool {
	before := len(h.states)
	for _, state := range p.seen {
		h.states[state] = true
	}
	h.report.States = len(h.states)
	brought := len(h.states) - before
	h.credit.note(d.way, brought)
	if d.from != nil {
		d.from.barren++
		if 64*brought >= h.credit.rate(0) {
			d.from.barren = 0
		}
	}
	if brought > 0 {
		h.parents = retire(append(h.parents, &parent{Case: p.Case, near: p.near, brought: brought}))
	}
	return brought > 0
}

// find makes a finding of something wrong, or counts it for one that is known.
func (h *hunt) find(ctx context.Context, p played, w Wrong) error {
	number := h.report.Schedules
	known := h.known(w, p.Schedule)
	if known == nil && h.shrunk[w.key()] < shrunkMax {
		h.shrunk[w.key()]++
		small, plays := h.stage.shrink(ctx, p, w.key())
		if ctx.Err() != nil && len(small.Schedule) > 4 {
			return nil // it was not shrunk
		}
		for _, other := range small.wrong {
			if other.key() == w.key() {
				w = other
			}
		}
		if known = h.same(w, small.Schedule); known == nil {
			return h.add(small, w, number, plays)
		}
	}
	if known == nil {
		known = h.closest(w)
	}
	known.Times++
	return nil
}

// known returns the finding that explains a schedule.
func (h *hunt) known(w Wrong, s Schedule) *Finding {
	return h.first(func(f *Finding) bool { return f.key() == w.key() && f.covers(s) })
}

// same returns the finding with the same thing wrong after the same shape.
func (h *hunt) same(w Wrong, s Schedule) *Finding {
	return h.first(func(f *Finding) bool { return f.key() == w.key() && slices.Equal(f.Schedule.Shape(), s.Shape()) })
}

// closest returns any finding with the same thing wrong.
func (h *hunt) closest(w Wrong) *Finding {
	return h.first(func(f *Finding) bool { return f.key() == w.key() })
}

func (h *hunt) first(is func(*Finding) bool) *Finding {
	for _, f := range h.report.All {
		if is(f) {
			return f
		}
	}
	return nil
}

// add adds a finding.
func (h *hunt) add(small played, w Wrong, number, plays int) error {
	f := &Finding{Wrong: w, Case: small.Case, Number: number, Plays: plays, Times: 1, Reason: allowed(h.options.Allowed, w, small.Schedule)}
	h.report.All = append(h.report.All, f)
	if f.Reason != "" {
		h.report.Allowed++
	} else {
		h.report.Findings++
	}
	if f.Reason == "" && h.options.Text != nil {
		f.File = h.stage.file(f)
	}
	if h.options.Found != nil {
		return h.options.Found(f)
	}
	return nil
}
