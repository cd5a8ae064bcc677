package picture

import (
	"math"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Limits of what is kept of requests.
const (
	dotsMax     = 20_000 // beyond, the picture is drawn from cells
	cellColumns = 480    // of time
	cellRows    = 20     // of each power of ten of latency
	seriesMax   = 1000   // points of a series over time
)

// requests is what became of all requests.
type requests struct {
	total    time.Duration
	count    [outcomes]int
	dots     []dot // all, or none if there are too many
	cells    map[cell]int
	moments  []moment
	clients  map[string]*latencies
	shortest time.Duration
	longest  time.Duration
}

// dot is one request.
type dot struct {
	due, took time.Duration
	outcome   outcome
	client    string
}

// cell is a small part of the picture of requests.
type cell struct {
	column, row int16
	outcome     outcome
}

// moment is a short time of the run.
type moment struct {
	answered, failed  int
	quickest, slowest time.Duration
	gaveUp            time.Duration // the slowest failure
}

func newRequests(total time.Duration) *requests {
	return &requests{total: max(total, 1), cells: map[cell]int{}, moments: make([]moment, seriesMax), clients: map[string]*latencies{}}
}

func (q *requests) observe(e event.Event) {
	switch b := e.What.(type) {
	case event.RequestAnswered:
		what := answered
		if b.Status >= 500 {
			what = errorStatus
		}
		q.add(dot{e.At - b.Latency, b.Latency, what, e.Node})
	case event.RequestFailed:
		what := ofFailure(b.Failure)
		if b.Retried {
			what = retried
		}
		q.add(dot{e.At - b.After, b.After, what, e.Node})
	}
}

func (q *requests) add(d dot) {
	d.due = max(d.due, 0)
	if q.sum() == 0 {
		q.shortest, q.longest = d.took, d.took
	}
	q.shortest, q.longest = min(q.shortest, d.took), max(q.longest, d.took)
	q.count[d.outcome]++
	if q.sum() <= dotsMax {
		q.dots = append(q.dots, d)
	} else {
		q.dots = nil
	}
	q.cells[cell{int16(q.part(d.due, cellColumns)), rowOf(d.took), d.outcome}]++
	m := &q.moments[q.part(d.due, seriesMax)]
	if d.outcome != answered {
		m.failed++
		m.gaveUp = max(m.gaveUp, d.took)
		return
	}
	if m.answered == 0 {
		m.quickest, m.slowest = d.took, d.took
	}
	m.answered++
	m.quickest, m.slowest = min(m.quickest, d.took), max(m.slowest, d.took)
	c := q.clients[d.client]
	if c == nil {
		c = &latencies{bins: map[int]int{}}
		q.clients[d.client] = c
	}
	c.count++
	c.bins[binOf(d.took)]++
}

// sum is how many requests and attempts there were.
func (q *requests) sum() int {
	sum := 0
	for _, n := range q.count {
		sum += n
	}
	return sum
}

// failed is how many of them came to nothing.
func (q *requests) failed() int { return q.sum() - q.count[answered] }

// part returns in which of so many parts of the run an instant is.
func (q *requests) part(at time.Duration, parts int) int {
	return min(int(float64(at)/float64(q.total)*float64(parts)), parts-1)
}

// rowOf is the row of a latency.
func rowOf(took time.Duration) int16 {
	return int16(math.Floor(math.Log10(float64(max(took, 1))) * cellRows))
}
