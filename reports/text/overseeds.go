package text

import (
	"io"

	"github.com/cablepull/cablepull/reports"
)

// WriteOverSeeds prints what runs with several seeds were judged by together, a
// line for each condition. Quiet leaves out those that hold. Where only one run
// was played, one line says that nothing was judged: silence would look like
// success.
func WriteOverSeeds(w io.Writer, all []reports.OverSeeds, o Options) error {
	p := newPage(o)
	if !o.Quiet {
		p.line()
	}
	for _, over := range all {
		if why, not := over.NotJudged(); not {
			p.line(span{"over-seeds: not judged, " + why, warn})
			continue
		}
		for _, c := range over.Conditions {
			if o.Quiet && c.Passed() {
				continue
			}
			head := []span{p.sign(true), {" ", plain}}
			if !c.Passed() {
				head = []span{{"FAIL ", bad}}
			}
			p.wrapped(head, []span{{over.Name() + ": ", bold}, {c.String(), plain}})
		}
	}
	return p.writeTo(w)
}
