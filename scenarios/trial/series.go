package trial

import (
	"context"
	"io"
)

// Series plays many trials: world by world, because virtual time takes all the
// processors and would delay real time, and in worker processes if it plays
// several at once.
type Series struct {
	Version string          // of the bench, for reports
	Worker  []string        // the arguments with which this program calls Serve
	Stderr  io.Writer       // of the workers
	Jobs    func(World) int // how many to play at once; nil: World.Jobs
	Began   func(Trial)     // is called when a trial begins, from any goroutine; may be nil
}

// Due returns the indices of the trials that are not skipped, by world.
func Due(trials []Trial) map[World][]int {
	due := map[World][]int{}
	for i, t := range trials {
		if t.Skip == "" {
			due[t.World] = append(due[t.World], i)
		}
	}
	return due
}

// Play plays the trials and passes each result to done with the index of its
// trial: first the skipped ones, then the others as they end. It fails if the
// context ends; then the trials that are left have no result.
func (s Series) Play(ctx context.Context, trials []Trial, done func(i int, r Result)) error {
	for _, t := range trials {
		if err := t.World.check(); err != nil {
			return err
		}
	}
	for i, t := range trials {
		if t.Skip != "" {
			done(i, t.skipped(s.Version))
		}
	}
	due := Due(trials)
	for _, world := range AllWorlds {
		if err := s.playBatch(ctx, trials, due[world], s.jobsIn(world), done); err != nil {
			return err
		}
	}
	return nil
}

func (s Series) jobsIn(world World) int {
	if s.Jobs == nil {
		return world.Jobs()
	}
	return s.Jobs(world)
}

// playBatch plays some of the trials.
func (s Series) playBatch(ctx context.Context, trials []Trial, batch []int, jobs int, done func(int, Result)) error {
	jobs = min(jobs, len(batch))
	player, places, end, err := s.Player(jobs)
	if err != nil {
		return err
	}
	defer end()
	some := make([]Trial, len(batch))
	for n, i := range batch {
		some[n] = trials[i]
	}
	return Each(ctx, player, some, places, func(n int, r Result) { done(batch[n], r) })
}

// Player returns what plays so many trials at once, and how many to pass to it
// at once so that it never waits: in this process if it is one, else a pool of
// workers. End it.
func (s Series) Player(jobs int) (p Player, places int, end func(), err error) {
	began := s.Began
	if began == nil {
		began = func(Trial) {}
	}
	if jobs <= 1 {
		return &alone{InProcess{Version: s.Version}, began, &opened{}}, 1, reserveHeap(), nil
	}
	program, err := ThisProgram()
	if err != nil {
		return nil, 0, nil, err
	}
	pool := NewPool(jobs, s.Version, append([]string{program}, s.Worker...), s.Stderr)
	pool.Began = began
	return pool, 2 * jobs, pool.Close, nil // for each worker one that waits, so that it gets its next trial at once
}

// alone is a player that says when it begins a trial, and prepares each point
// of a scenario once.
type alone struct {
	Player
	began func(Trial)
	last  *opened
}

// Play implements Player.
func (a *alone) Play(ctx context.Context, t Trial) Result {
	a.began(t)
	a.last.prepare(&t)
	return a.Player.Play(ctx, t)
}
