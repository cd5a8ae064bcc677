package trial

import (
	"context"
	"sync"
)

// Each plays trials, up to jobs of them at once, and passes each result to done
// with the index of its trial, one at a time, in the order in which the trials
// end. When the context ends, Each waits for the running trials, drops their
// results and returns the context's error.
func Each(ctx context.Context, p Player, trials []Trial, jobs int, done func(i int, r Result)) error {
	next := make(chan int)
	var group sync.WaitGroup
	var mu sync.Mutex
	for range min(jobs, len(trials)) {
		group.Go(func() {
			for i := range next {
				r := p.Play(ctx, trials[i])
				mu.Lock()
				if ctx.Err() == nil {
					done(i, r)
				}
				mu.Unlock()
			}
		})
	}
	for i := range trials {
		if ctx.Err() != nil {
			break
		}
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	group.Wait()
	return ctx.Err()
}
