package sweep

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/statistic"
)

// BlockSize is how many seeds are played between two looks at the figures. It
// is fixed: who looks after each run, and stops when he likes what he sees,
// finds intervals that are too narrow.
const BlockSize = 100

// Until stops a sweep when the runs of every setting tell enough.
type Until struct {
	Text string
	Word figure.Word
	Stop statistic.Stop
}

// wantUntil says what a rule looks like.
const wantUntil = "a figure with the half width of its interval, such as outage.p99±5% or outage.p50±200ms, or with a number of hits, such as violated=20"

// ParseUntil reads a rule: a figure with a width, as figure.ParseCondition
// reads it, or with a number of hits.
func ParseUntil(text string) (Until, error) {
	u := Until{Text: text}
	if strings.Contains(text, "±") || strings.Contains(text, "+-") {
		c, err := figure.ParseCondition(text)
		if err != nil {
			return u, err
		}
		u.Word, u.Stop = c.Word, c.Width.Stop(BlockSize, 0)
		return u, nil
	}
	word, hits, found := strings.Cut(text, "=")
	if !found {
		return u, fmt.Errorf("got %q, want %s", text, wantUntil)
	}
	n, err := strconv.Atoi(strings.TrimSpace(hits))
	if err != nil || n < 1 {
		return u, fmt.Errorf("got %q hits, want a whole number from 1 on", hits)
	}
	u.Stop = statistic.Stop{Block: BlockSize, Hits: n}
	u.Word, err = figure.Parse(strings.TrimSpace(word))
	return u, err
}

// reached reports whether the runs of a point are enough, and if not, about how
// many more it takes; 0 if that is not known.
func (u Until) reached(r *Runs) (bool, int) {
	hits := 0
	for _, run := range r.Runs {
		if value, _, measured := u.Word.Value(run.Values); measured && value > 0 {
			hits++
		}
	}
	s, err := figure.Summarise(r.values(), u.Word)
	if err != nil {
		return false, 0
	}
	return u.Stop.Reached(len(r.Runs), hits, s.Interval)
}

// PlayUntil plays blocks of the seeds at all points until the rule is met at
// each, or no seed is left. All points get the same seeds. It says why it
// ended.
func (p *Plan) PlayUntil(ctx context.Context, player Player, points []*Point, u Until) ([]*Runs, string, error) {
	u.Stop.Most = len(p.Seeds)
	var all []*Runs
	for first := 0; first < len(p.Seeds); first += BlockSize {
		block := p.Seeds[first:min(first+BlockSize, len(p.Seeds))]
		more, err := p.Play(ctx, player, points, block, 0, len(block))
		if err != nil {
			return nil, "", err
		}
		if all == nil {
			all = more
		} else {
			for i := range all {
				all[i].add(more[i])
			}
		}
		left, needs := 0, 0
		for _, r := range all {
			if enough, more := u.reached(r); !enough {
				left++
				needs = max(needs, more)
			}
		}
		played := first + len(block)
		switch {
		case left == 0:
			return all, fmt.Sprintf("%s is reached with %d seeds; the rule was looked at after each %d.", u.Text, played, BlockSize), nil
		case played == len(p.Seeds) && needs > 0:
			return all, fmt.Sprintf("%s is not reached with %d seeds: it needs about %d more.", u.Text, played, needs), nil
		case played == len(p.Seeds):
			return all, fmt.Sprintf("%s is not reached with %d seeds.", u.Text, played), nil
		}
	}
	return all, "", nil
}
