package oracle

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/cablepull/cablepull/sim/event"
)

// linearizable checks that what tellers were told can be explained by one copy
// of each register and each list, on which every operation takes effect at one
// instant between its beginning and its end. It lets the operations of one key
// be searched for such an order, however long that takes, unless nobody waits
// for it any more; so their number has a limit.
type linearizable struct {
	scene *scene
	watch *watch
	*pages
}

func newLinearizable(s *scene, w *watch) *linearizable { return &linearizable{s, w, newPages()} }

// reads implements fold.
func (*linearizable) reads() event.Set { return pageReads }

// Observe implements fold.
func (l *linearizable) Observe(e event.Event) { l.observe(e) }

// Finish implements fold.
func (l *linearizable) Finish(end time.Duration) {
	for _, g := range l.sorted() {
		if g.count > pageMax {
			l.watch.report(end, "%s %s: got %d operations, want at most %d: they are too many to be checked", g.book, g.key, g.count, pageMax)
			continue
		}
		legal := g.linearizable(l.scene.unwanted)
		if l.scene.unwanted() {
			return
		}
		if legal {
			continue
		}
		m := g.mistakes()
		text := fmt.Sprintf("%s %s: %s", g.book, g.key, m.counts())
		at := end
		if x, any := m.shortest(); any {
			at = x.at()
			text += "; the shortest example: " + x.String()
		}
		l.watch.report(at, "%s", text)
	}
}

// counts says how many mistakes there are of each kind.
func (m mistakes) counts() string {
	text := ""
	for _, k := range []struct {
		name string
		all  []mistake
	}{{"lost", m.lost}, {"doubled", m.doubled}, {"reordered", m.reordered}, {"stale", m.stale}, {"phantom", m.phantom}} {
		if len(k.all) > 0 {
			text += fmt.Sprintf(", %d %s", len(k.all), k.name)
		}
	}
	if text == "" {
		return "its operations fit no order, though no two of them contradict each other"
	}
	return text[len(", "):]
}

// linearizable reports whether there is an order that explains the deeds. Once
// nobody wants to know any more, it soon reports that there is none.
func (g *page) linearizable(unwanted func() bool) bool {
	root := &prefix{next: map[string]*prefix{}}
	// A word that is read was added to exactly what stands before it. Without that,
	// all orders of the words that are under way at a time would be tried.
	before := map[string]*prefix{}
	for _, r := range g.reads() {
		at := root
		for _, word := range r.words {
			if before[word] == nil {
				before[word] = at
			}
			at = at.then(word)
		}
	}
	history := make([]porcupine.Operation, len(g.deeds))
	for i := range g.deeds {
		d := &g.deeds[i]
		in := input{verb: d.verb, value: root.then(d.value)}
		if d.verb == verbRead && d.list {
			in.value = root
			for _, word := range d.words {
				in.value = in.value.then(word)
			}
		}
		if d.verb == verbRead && d.value == "" {
			in.value = root
		}
		if d.verb == verbAppend {
			in.word, in.value = d.value, before[d.value]
		}
		history[i] = porcupine.Operation{ClientId: i, Input: in, Call: int64(d.began), Return: int64(d.end())}
	}
	return porcupine.CheckOperations(porcupine.Model{
		Init: func() any { return root },
		Step: func(state, in, _ any) (bool, any) {
			now, do := state.(*prefix), in.(input)
			if unwanted() {
				return false, now // so that the search gives up whatever it has tried
			}
			switch do.verb {
			case verbRead:
				return do.value == now, now
			case verbAppend:
				return do.value == nil || do.value == now, now.then(do.word)
			}
			return true, do.value
		},
	}, history)
}

// input is a deed as the search sees it: what it reads or writes.
type input struct {
	verb  string
	value *prefix // of an append: what it is added to; nil: nobody read it
	word  string
}

// prefix is the content of a key, a list of words. Equal contents are one
// prefix, so that they are compared at once.
type prefix struct{ next map[string]*prefix }

// then returns the content with another word at its end.
func (x *prefix) then(word string) *prefix {
	y := x.next[word]
	if y == nil {
		y = &prefix{map[string]*prefix{}}
		x.next[word] = y
	}
	return y
}
