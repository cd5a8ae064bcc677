package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/scenarios/trial"
)

// Options are how jobs are played.
type Options struct {
	Player  trial.Player
	Jobs    int      // how many at once
	Version string   // of the bench
	Journal *Journal // results that it has count, and new ones go there; nil: none
	Shard   Shard    // the jobs to play; others have no result
	Ended   func()   // is called for each job that is played, as soon as it ends; may be nil
}

// ErrChanged says that the file of a scenario was changed while it was played.
var ErrChanged = errors.New("the file has changed since the command started")

// flushTime is how long a result may wait for others before it is written.
const flushTime = 20 * time.Millisecond

// attempts is how often a trial is played that the machine prevents, such as
// by killing its worker. A pool plays it twice each time.
const attempts = 3

// Play plays those trials whose jobs have no result yet, and passes the result
// of each to each with its index, in the order of the trials. Equal trials are
// played once. It fails if the context ends or results cannot be kept; what was
// known until then is in the journal.
func Play(ctx context.Context, trials []trial.Trial, o Options, each func(i int, r Result)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q := newQueue(trials, o)
	q.deliver(each)
	err := trial.Each(ctx, patient{o.Player}, q.due, o.Jobs, func(i int, r trial.Result) {
		if err := q.ended(i, r); err != nil {
			cancel(err)
			return
		}
		if o.Ended != nil {
			o.Ended()
		}
		q.deliver(each)
	})
	if err != nil {
		err = context.Cause(ctx)
	}
	if o.Journal != nil {
		err = errors.Join(err, o.Journal.Flush())
	}
	return err
}

// patient plays a trial again if the machine was to blame.
type patient struct{ trial.Player }

// Play implements trial.Player.
func (p patient) Play(ctx context.Context, t trial.Trial) trial.Result {
	r := p.Player.Play(ctx, t)
	for n := 1; n < attempts && r.Blame == trial.BlameMachine && ctx.Err() == nil; n++ {
		r = p.Player.Play(ctx, t)
	}
	return r
}

// queue keeps trials in their order, and the results that came before their
// turn.
type queue struct {
	options Options
	jobs    []Job    // of all trials
	digests []Digest // of the jobs
	due     []trial.Trial
	from    []int // by number among those due: the index of the trial
	results map[Digest]Result
	next    int // the first trial whose result has not been delivered
	flushed time.Time
}

func newQueue(trials []trial.Trial, o Options) *queue {
	q := &queue{options: o, results: map[Digest]Result{}, jobs: make([]Job, len(trials)), digests: make([]Digest, len(trials)), flushed: time.Now()}
	asked := map[Digest]bool{}
	for i, t := range trials {
		q.jobs[i] = Of(t, o.Version)
		d := q.jobs[i].Digest()
		q.digests[i] = d
		if asked[d] || !o.Shard.Has(d) {
			continue
		}
		asked[d] = true
		if o.Journal != nil {
			if r, known := o.Journal.Known(d); known {
				q.results[d] = r
				continue
			}
		}
		t.Brief = true
		q.due, q.from = append(q.due, t), append(q.from, i)
	}
	return q
}

// ended keeps the result of a trial that was due.
func (q *queue) ended(number int, r trial.Result) error {
	i := q.from[number]
	if r.Brief != nil && r.Brief.Text != q.jobs[i].Text {
		return fmt.Errorf("%s: %w", q.jobs[i].Word, ErrChanged)
	}
	one := Sum(q.digests[i], q.jobs[i].World, r)
	q.results[one.Job] = one
	if q.options.Journal == nil || !one.Final() {
		return nil
	}
	if err := q.options.Journal.Add(one); err != nil {
		return err
	}
	if now := time.Now(); now.Sub(q.flushed) >= flushTime {
		q.flushed = now
		return q.options.Journal.Flush()
	}
	return nil
}

// deliver passes on the results whose turn it is.
func (q *queue) deliver(each func(i int, r Result)) {
	for ; q.next < len(q.digests); q.next++ {
		d := q.digests[q.next]
		if !q.options.Shard.Has(d) {
			continue
		}
		r, known := q.results[d]
		if !known {
			return
		}
		each(q.next, r)
	}
}
