package sequence

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// The limits of a diagram.
const (
	ArrowsMax   = 60
	ColumnsMax  = 8
	NotesMax    = 40
	DiagramsMax = 12

	// quiet is how long after a fault without an outage a diagram goes on.
	quiet = 5 * time.Second
	// least is how long it goes on at least.
	least = time.Second
	// tail is how long after the end of an outage it does.
	tail = 100 * time.Millisecond
)

// Diagram is what went between the machines around one fault.
type Diagram struct {
	Fault    string // the text of the fault, or of those of one instant
	At       time.Duration
	From, To time.Duration // the time that it shows
	Columns  []string      // machines, in the order of the file
	Arrows   []Arrow       // in order of instants
	Notes    []Moment      // in order of instants; several of one machine and instant are one
	// Omitted says what was left out: sentences without a full stop.
	Omitted []string
}

// Arrow is a frame, or several alike.
type Arrow struct {
	At     time.Duration // the first one was sent
	DoneAt time.Duration // it arrived or was lost
	Last   time.Duration // the last one was sent
	Count  int
	Kind   Kind
	Text   string
	From   string
	To     []string // the machines that got it, in the order of the columns
	Missed []string // the machines that should have; neither: nobody got it
	Why    string   // why it was lost; empty: it was not
}

// phase is the time between two turns.
type phase struct {
	sent
	number int
}

// Diagrams arranges the frames around each fault and each end of one that no
// diagram shows yet. nodes are the machines in the order of the file, outages
// those of the measures. omitted is how many have no diagram.
func (f *Frames) Diagrams(nodes []string, outages []oracle.Outage) (all []Diagram, omitted int) {
	slices.SortStableFunc(f.moments, func(a, b Moment) int { return cmp.Compare(a.At, b.At) })
	frames := f.all()
	shown := time.Duration(-1)
	for i := 0; i < len(f.moments); i++ {
		m := f.moments[i]
		if m.Tone != Strike || m.At <= shown {
			continue
		}
		until, effect := f.end(m.At, outages)
		if m.healed && !effect {
			continue // its end changed nothing
		}
		if len(all) == DiagramsMax {
			omitted++
			continue
		}
		d := Diagram{Fault: m.Text, At: m.At, From: m.At - BeforeRare, To: until}
		for ; i+1 < len(f.moments) && f.moments[i+1].Tone == Strike && f.moments[i+1].At == m.At; i++ {
			d.Fault += "; " + f.moments[i+1].Text
		}
		f.arrange(&d, frames, nodes)
		shown = d.To
		all = append(all, d)
	}
	return all, omitted
}

// end is when the outage is over that a fault brought, and when machines have
// noticed it. effect says whether there was anything of that.
func (f *Frames) end(at time.Duration, outages []oracle.Outage) (until time.Duration, effect bool) {
	for _, o := range outages {
		if o.Duration >= oracle.OutageMin && o.To > at && o.From <= at+quiet {
			until = max(until, o.To+tail)
		}
	}
	for _, m := range f.moments {
		if m.At > at && m.Tone == Strike {
			break // what follows belongs to that one
		}
		if m.At >= at && m.turn && m.Tone != Strike {
			until = max(until, m.At+tail)
		}
	}
	if until > 0 {
		return min(max(until, at+least), at+After), true
	}
	return at + quiet, false
}

// arrange fills a diagram whose time is known.
func (f *Frames) arrange(d *Diagram, frames []sent, nodes []string) {
	var notes []Moment
	for _, m := range f.moments {
		if m.At >= d.At && m.At <= d.To || m.At >= d.From && m.At <= d.To && m.Tone == Strike {
			notes = append(notes, m)
		}
	}
	phases := f.phases(d, frames, notes)
	d.Columns = f.columns(d, phases, notes, nodes)
	d.Notes = d.merged(notes)
	var arrows []Arrow
	left := map[Kind]int{}
	for _, p := range phases {
		if a := f.arrow(d, p.sent); a.From != "" {
			arrows = append(arrows, a)
		} else {
			left[f.classes[p.class].kind] += int(p.count)
		}
	}
	d.Arrows = chosen(arrows, left)
	if len(d.Arrows) > 0 {
		d.From = max(d.From, min(d.At, d.Arrows[0].At))
	}
	d.say(left)
	if f.full > 0 && f.full < d.To {
		d.Omitted = append(d.Omitted, "frames after "+f.full.String()+": there were too many different ones")
	}
}

// phases joins the frames that are alike between two turns.
func (f *Frames) phases(d *Diagram, frames []sent, notes []Moment) (all []phase) {
	type key struct {
		alike
		number int
	}
	place := map[key]int{}
	number, next := 0, 0
	for _, s := range frames {
		if s.at < d.At-f.before(s) || s.at > d.To {
			continue
		}
		for next < len(notes) && notes[next].At <= s.at {
			if notes[next].turn {
				number++
			}
			next++
		}
		k := key{alike{s.class, s.why, s.arrived, s.missed, 0}, number}
		if i, ok := place[k]; ok {
			all[i].join(s)
			continue
		}
		place[k] = len(all)
		all = append(all, phase{s, number})
	}
	return all
}

// columns chooses the machines to which most happened, and says which are left
// out.
func (f *Frames) columns(d *Diagram, phases []phase, notes []Moment, nodes []string) []string {
	weight := map[string]int{}
	for _, p := range phases {
		weight[f.ports[f.classes[p.class].from].node] += 2
		for i, node := range f.nodes {
			if (p.arrived|p.missed)>>i&1 != 0 {
				weight[node]++
			}
		}
	}
	words := strings.FieldsFunc(d.Fault, func(r rune) bool { return strings.ContainsRune(" .~;|", r) })
	for _, m := range notes {
		if m.Node != "" {
			weight[m.Node] += 20
		}
	}
	for i, node := range nodes {
		if slices.Contains(words, node) {
			weight[node] += 1000
		}
		if weight[node] > 0 {
			weight[node] = 1000*weight[node] - i // total order: the earlier one in the file
		}
	}
	part := slices.DeleteFunc(slices.Clone(nodes), func(n string) bool { return weight[n] == 0 })
	if len(part) <= ColumnsMax {
		return part
	}
	ranked := slices.SortedFunc(slices.Values(part), func(a, b string) int { return weight[b] - weight[a] })
	out := slices.DeleteFunc(slices.Clone(part), func(n string) bool { return slices.Contains(ranked[:ColumnsMax], n) })
	d.Omitted = append(d.Omitted, "the machines "+few(out))
	return slices.DeleteFunc(part, func(n string) bool { return slices.Contains(out, n) })
}

// few lists names, and counts those beyond the fifth.
func few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + " and " + counted(len(names)-5, "more")
	}
	return strings.Join(names, ", ")
}

// merged joins the notes of one machine at one instant, and keeps those of the
// columns.
func (d *Diagram) merged(notes []Moment) (all []Moment) {
	left := 0
	for _, m := range notes {
		if m.Tone != Strike && !slices.Contains(d.Columns, m.Node) {
			continue
		}
		i := slices.IndexFunc(all, func(o Moment) bool { return o.At == m.At && o.Node == m.Node && m.Tone != Strike })
		if i >= 0 {
			if !slices.Contains(strings.Split(all[i].Text, "; "), m.Text) {
				all[i].Text += "; " + m.Text
			}
			all[i].Tone = max(all[i].Tone, m.Tone)
			continue
		}
		if len(all) >= NotesMax && m.Tone != Strike {
			left++
			continue
		}
		all = append(all, m)
	}
	if left > 0 {
		d.Omitted = append(d.Omitted, counted(left, "changes of machines"))
	}
	return all
}

// arrow is a frame as an arrow; without a sender if no machine of the diagram
// has to do with it.
func (f *Frames) arrow(d *Diagram, s sent) Arrow {
	c := f.classes[s.class]
	a := Arrow{
		At: s.at, DoneAt: s.doneAt, Last: s.last, Count: int(s.count), Kind: c.kind, Text: c.text(),
		From: f.ports[c.from].node, To: f.among(d.Columns, s.arrived), Missed: f.among(d.Columns, s.missed), Why: f.whys[s.why],
	}
	known := slices.Contains(d.Columns, a.From)
	reaches := len(a.To) > 0 || len(a.Missed) > 0 || s.arrived|s.missed == 0
	if !known || !reaches {
		return Arrow{}
	}
	return a
}

// among returns the machines of a set that are columns.
func (f *Frames) among(columns []string, set uint64) (all []string) {
	for _, node := range columns {
		if place, ok := f.places[node]; ok && set>>place&1 != 0 {
			all = append(all, node)
		}
	}
	return all
}

// chosen returns the arrows that there is room for, in order: rather the first
// ones of a text than its repetitions, rather those of an earlier kind. It
// counts the others in left.
func chosen(all []Arrow, left map[Kind]int) []Arrow {
	if len(all) <= ArrowsMax {
		return all
	}
	type ranked struct{ arrow, rank int }
	order := make([]ranked, len(all))
	seen := map[string]int{}
	for i, a := range all {
		key := a.Text + " " + a.From + " " + a.Why
		order[i] = ranked{i, seen[key]*100 + int(a.Kind)}
		seen[key]++
	}
	slices.SortStableFunc(order, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	keep := make([]bool, len(all))
	for _, r := range order[:ArrowsMax] {
		keep[r.arrow] = true
	}
	var some []Arrow
	for i, a := range all {
		if keep[i] {
			some = append(some, a)
		} else {
			left[a.Kind] += a.Count
		}
	}
	return some
}
