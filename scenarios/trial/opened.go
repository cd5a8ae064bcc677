package trial

import (
	"strings"

	"github.com/cablepull/cablepull/scenarios"
)

// opened is the scenario that a worker opened last, at the points that it has
// played. Trials of one scenario come one after the other, so it is read and
// checked once, and so is each point.
type opened struct {
	word   string
	source Source
	points map[string]*scenarios.Ready // by Trial.place
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
		*o = opened{t.Word, source, map[string]*scenarios.Ready{}, o.noise}
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
	if o.points == nil || o.source.Scenario != t.Scenario {
		*o = opened{t.Word, t.Source, map[string]*scenarios.Ready{}, o.noise}
	}
	o.point(t)
}

// point gives a trial of the source its point. In a sweep each seed has a phase
// of its own, so a point that is like one without a phase is made from that.
func (o *opened) point(t *Trial) {
	if t.Brief && t.Phase != 0 {
		unmoved := *t
		unmoved.Phase = 0
		if o.point(&unmoved); unmoved.ready == nil {
			return
		}
		if moved, err := unmoved.ready.Later(t.Phase); err == nil {
			t.ready, t.Scenario = moved, moved.Scenario()
		}
		return
	}
	place := t.place()
	known, ok := o.points[place]
	if !ok {
		if t.Prepare() != nil {
			return
		}
		if len(o.points) == pointsMax {
			clear(o.points)
		}
		known = t.Scenario.Ready()
		o.points[place] = known
	}
	t.ready, t.Scenario = known, known.Scenario()
}

// place is the point of a trial with nothing left out.
func (t Trial) place() string {
	words := []string{t.Variant, t.Phase.String()}
	for _, x := range t.Set {
		words = append(words, x.Path, x.Value)
	}
	return strings.Join(words, "\x00")
}
