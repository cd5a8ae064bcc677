package job

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Kind is the verb that made a plan, and that knows what its results are for.
type Kind string

// The kinds.
const (
	Run   Kind = "run"
	Sweep Kind = "sweep"
	Hunt  Kind = "hunt"
)

// Plan is what was asked: the jobs, as far as they are known before the first
// is played, and what the verb needs besides to make the same of their results.
// Two parts of one call have the same plan, whatever their shards.
type Plan struct {
	Kind    Kind            `json:"kind"`
	Version string          `json:"version"` // of the bench
	Asked   json.RawMessage `json:"asked"`   // for the verb: settings, flags; a value with one form
	Words   string          `json:"words"`   // the command, for people
	Shard   Shard           `json:"shard"`   // which part; not part of the digest

	// Points are the jobs without seed and phase, and Runs the jobs in their order,
	// by the number of their point. Both are empty if results decide what is played
	// next: then it cannot be divided.
	Points []Job   `json:"points,omitempty"`
	Runs   []Entry `json:"runs,omitempty"`
}

// Entry is one job of a plan.
type Entry struct {
	Point int
	Seed  uint64
	Phase time.Duration
}

// MarshalJSON writes [point, seed] or [point, seed, phase]: a plan may have a
// million of them.
func (e Entry) MarshalJSON() ([]byte, error) {
	form := strconv.AppendInt([]byte{'['}, int64(e.Point), 10)
	form = strconv.AppendUint(append(form, ','), e.Seed, 10)
	if e.Phase != 0 {
		form = strconv.AppendInt(append(form, ','), int64(e.Phase), 10)
	}
	return append(form, ']'), nil
}

// UnmarshalJSON reads it.
func (e *Entry) UnmarshalJSON(text []byte) error {
	var numbers []json.Number
	if err := json.Unmarshal(text, &numbers); err != nil {
		return err
	}
	if len(numbers) != 2 && len(numbers) != 3 {
		return fmt.Errorf("job: plan: got %s, want [point, seed] or [point, seed, phase]", text)
	}
	point, err := strconv.Atoi(numbers[0].String())
	if err != nil {
		return err
	}
	seed, err := strconv.ParseUint(numbers[1].String(), 10, 64)
	if err != nil {
		return err
	}
	*e = Entry{Point: point, Seed: seed}
	if len(numbers) == 3 {
		phase, err := numbers[2].Int64()
		if err != nil {
			return err
		}
		e.Phase = time.Duration(phase)
	}
	return nil
}

// NewPlan makes a plan of jobs, none if results decide what is played next.
func NewPlan(kind Kind, version, words string, asked any, jobs []Job) (Plan, error) {
	form, err := json.Marshal(asked)
	if err != nil {
		return Plan{}, fmt.Errorf("job: plan: %w", err)
	}
	p := Plan{Kind: kind, Version: version, Asked: form, Words: words}
	known := map[Digest]int{}
	for _, j := range jobs {
		point := j
		point.Seed, point.Phase = 0, 0
		key := point.Digest()
		number, ok := known[key]
		if !ok {
			number = len(p.Points)
			known[key] = number
			p.Points = append(p.Points, point)
		}
		p.Runs = append(p.Runs, Entry{number, j.Seed, j.Phase})
	}
	return p, nil
}

// Jobs returns the jobs in their order.
func (p Plan) Jobs() ([]Job, error) {
	all := make([]Job, len(p.Runs))
	for i, e := range p.Runs {
		if e.Point < 0 || e.Point >= len(p.Points) {
			return nil, fmt.Errorf("job: plan: got point %d, want one of %d", e.Point, len(p.Points))
		}
		all[i] = p.Points[e.Point]
		all[i].Seed, all[i].Phase = e.Seed, e.Phase
	}
	return all, nil
}

// Digest identifies what was asked, whichever shard of it.
func (p Plan) Digest() Digest {
	var c canonical
	c.add("plan 1", string(p.Kind), p.Version, string(p.Asked), strconv.Itoa(len(p.Points)), strconv.Itoa(len(p.Runs)))
	for _, j := range p.Points {
		c.add(string(j.Digest()))
	}
	for _, e := range p.Runs {
		c.add(strconv.Itoa(e.Point), strconv.FormatUint(e.Seed, 10), e.Phase.String())
	}
	return c.digest()
}
