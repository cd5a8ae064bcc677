package oracle

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// mistakes are what is wrong with a page, by kind. Each is one example.
type mistakes struct {
	lost, doubled, reordered, stale, phantom []mistake
}

// mistake is a few deeds that cannot all be right.
type mistake struct {
	says  string
	deeds []*deed
}

// at is when the last of the deeds ended.
func (m mistake) at() (at time.Duration) {
	for _, d := range m.deeds {
		at = max(at, d.end())
	}
	return at
}

// span is the time that the deeds take together.
func (m mistake) span() time.Duration {
	first := forever
	for _, d := range m.deeds {
		first = min(first, d.began)
	}
	return m.at() - first
}

// String shows the deeds in their order.
func (m mistake) String() string {
	var all []string
	for _, d := range m.deeds {
		all = append(all, d.String())
	}
	return m.says + ": " + strings.Join(all, "; ")
}

// shortest returns the mistake with the fewest deeds, and of those the one that
// takes the least time.
func (m mistakes) shortest() (best mistake, any bool) {
	for _, x := range slices.Concat(m.lost, m.doubled, m.reordered, m.stale, m.phantom) {
		if !any || len(x.deeds) < len(best.deeds) || len(x.deeds) == len(best.deeds) && x.span() < best.span() {
			best, any = x, true
		}
	}
	return best, any
}

// mistakes finds what is wrong with a page:
//
//   - lost: a write that was acknowledged or read is missing in a read that
//     began later, and in all after that. Of a register only a write counts that
//     no later one has replaced.
//   - stale: a read lacks such a write, which a later read shows again
//   - doubled: a word stands twice in a list
//   - reordered: a word stands before one that was added earlier, or after one
//     that it stood before in another read
//   - phantom: a value is read that nobody has written, or whose write has
//     failed
func (g *page) mistakes() mistakes {
	var m mistakes
	g.phantoms(&m)
	if slices.ContainsFunc(g.deeds, func(d deed) bool { return d.list }) {
		g.missingWords(&m)
		g.wrongWords(&m)
		return m
	}
	g.oldValues(&m)
	return m
}

// reads and writes return the deeds of a kind, by their beginning.
func (g *page) reads() (all []*deed) {
	return g.those(func(d *deed) bool { return d.verb == verbRead })
}
func (g *page) writes() (all []*deed) {
	return g.those(func(d *deed) bool { return d.verb != verbRead })
}

func (g *page) those(which func(*deed) bool) (all []*deed) {
	for i := range g.deeds {
		if which(&g.deeds[i]) {
			all = append(all, &g.deeds[i])
		}
	}
	return all
}

// phantoms finds values that no write explains.
func (g *page) phantoms(m *mistakes) {
	written := map[string]*deed{"": nil}
	for _, w := range g.writes() {
		written[w.value] = w
	}
	told := map[string]bool{}
	for _, r := range g.reads() {
		for _, word := range r.words {
			w, known := written[word]
			switch {
			case told[word]:
			case !known && g.failed[word]:
				m.phantom = append(m.phantom, mistake{"phantom, the write of " + word + " has failed", []*deed{r}})
			case !known:
				m.phantom = append(m.phantom, mistake{"phantom, nobody has written " + word, []*deed{r}})
			case w != nil && w.began > r.ended:
				m.phantom = append(m.phantom, mistake{"phantom, read before it was written", []*deed{r, w}})
			default:
				continue
			}
			told[word] = true
		}
	}
}

// missingWords finds words of a list that reads lack.
func (g *page) missingWords(m *mistakes) {
	reads := g.reads()
	has := make([]map[string]bool, len(reads))
	for i, r := range reads {
		has[i] = map[string]bool{}
		for _, word := range r.words {
			has[i][word] = true
		}
	}
	stale := map[*deed]bool{}
	for _, w := range g.writes() {
		last := -1 // the last read that shows it
		for i := range reads {
			if has[i][w.value] {
				last = i
			}
		}
		lost := false
		for i, r := range reads {
			if r.began <= w.end() || has[i][w.value] {
				continue
			}
			if i > last && !lost {
				lost = true
				m.lost = append(m.lost, mistake{"lost", []*deed{w, r}})
			}
			if i < last && !stale[r] {
				stale[r] = true
				m.stale = append(m.stale, mistake{"stale", []*deed{w, r}})
			}
		}
	}
}

// wrongWords finds words of a list that stand twice, or in a wrong order.
func (g *page) wrongWords(m *mistakes) {
	written := map[string]*deed{}
	for _, w := range g.writes() {
		written[w.value] = w
	}
	doubled, moved, place := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, r := range g.reads() {
		seen := map[string]bool{}
		furthest := -1
		for _, word := range r.words {
			if seen[word] && !doubled[word] {
				doubled[word] = true
				m.doubled = append(m.doubled, mistake{"doubled", append(deedOf(written[word]), r)})
			}
			at, before := place[word]
			if before && at < furthest && !seen[word] && !moved[word] {
				moved[word] = true
				m.reordered = append(m.reordered, mistake{fmt.Sprintf("reordered, %s stood elsewhere before", word), append(deedOf(written[word]), r)})
			}
			if before {
				furthest = max(furthest, at)
			}
			seen[word] = true
		}
		g.early(r, written, moved, m)
		for i, word := range r.words {
			place[word] = i
		}
	}
}

// early finds words that stand before one that was there before they were
// added.
func (g *page) early(r *deed, written map[string]*deed, moved map[string]bool, m *mistakes) {
	var first *deed // of those further on: that which ended first
	for _, word := range slices.Backward(r.words) {
		w := written[word]
		if w == nil {
			continue
		}
		if first != nil && first.end() < w.began && !moved[word] {
			moved[word] = true
			m.reordered = append(m.reordered, mistake{"reordered", []*deed{first, w, r}})
		}
		if first == nil || w.end() < first.end() {
			first = w
		}
	}
}

func deedOf(d *deed) []*deed {
	if d == nil {
		return nil
	}
	return []*deed{d}
}

// oldValues finds reads of a register that lack the newest value.
func (g *page) oldValues(m *mistakes) {
	writes, reads := g.writes(), g.reads()
	written := map[string]*deed{}
	for _, w := range writes {
		written[w.value] = w
	}
	lost := map[*deed]bool{}
	for i, r := range reads {
		newest := g.missed(r, written[r.value], writes)
		switch {
		case newest == nil:
		case g.shownAgain(newest, r, reads[i+1:], written):
			m.stale = append(m.stale, mistake{"stale", []*deed{newest, r}})
		case !lost[newest]:
			lost[newest] = true
			m.lost = append(m.lost, mistake{"lost", []*deed{newest, r}})
		}
	}
}

// missed returns the newest write that must have replaced, before a read began,
// what the read shows; nil if there is none.
func (g *page) missed(r, shown *deed, writes []*deed) (newest *deed) {
	for _, w := range writes {
		after := shown == nil && r.value == "" || shown != nil && w.began > shown.end()
		if w.end() < r.began && after && (newest == nil || w.began > newest.began) {
			newest = w
		}
	}
	return newest
}

// shownAgain reports whether a read after another one shows a write, or one
// that may have replaced it before it.
func (g *page) shownAgain(w, before *deed, reads []*deed, written map[string]*deed) bool {
	return slices.ContainsFunc(reads, func(r *deed) bool {
		shown := written[r.value]
		return shown != nil && r.began > before.began && (shown == w || shown.end() >= w.began && shown.began <= before.began)
	})
}
