package picture

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports/sequence"
	"github.com/cablepull/cablepull/reports/text"
)

// Sizes of sequence diagrams, in units of a picture.
const (
	rowHeight   = 22 // of an arrow with its text
	rowMax      = 66 // of a gap that is to scale; longer ones are cut
	breakHeight = 40 // of a gap that is cut
	headHeight  = 30 // of the names of the machines
	noteLine    = 14
	noteLetters = 34 // in a line of a note
)

// sequences draws the frames around each fault.
func sequences(rec *Record, s *scene) []Figure {
	if rec.Frames == nil {
		return nil
	}
	outages := slices.Concat(s.Measures.Gaps, s.Measures.Outages)
	diagrams, omitted := rec.Frames.Diagrams(s.Nodes, outages)
	var all []Figure
	for i, d := range diagrams {
		if len(d.Arrows) == 0 || len(d.Columns) == 0 {
			continue
		}
		f := drawSequence(d, "sequence-"+strconv.Itoa(i+1))
		if i == len(diagrams)-1 && omitted > 0 {
			f.About += fmt.Sprintf(" %d further faults and ends of faults have no diagram.", omitted)
		}
		all = append(all, f)
	}
	return all
}

// ladder is a sequence diagram under construction. Time runs downwards.
type ladder struct {
	*canvas
	d       *sequence.Diagram
	step    time.Duration // the time that one row stands for
	rows    []rung
	columns map[string]float64
	said    string // the last label of time
	breaks  int
}

// rung is an arrow or a note, and where it stands.
type rung struct {
	at    time.Duration
	y     float64
	arrow *sequence.Arrow
	note  *sequence.Moment
	lines []string // of the note
}

// drawSequence draws one diagram.
func drawSequence(d sequence.Diagram, name string) Figure {
	l := &ladder{canvas: &canvas{width: pictureWidth}, d: &d, columns: map[string]float64{}}
	apart := (l.width - gutter - margin) / float64(len(d.Columns))
	for i, node := range d.Columns {
		l.columns[node] = gutter + apart*(float64(i)+0.5)
	}
	bottom := l.arrange()
	l.lifelines(apart, bottom)
	for i := range l.rows {
		if r := &l.rows[i]; r.arrow != nil {
			l.arrow(r)
		}
	}
	for i := range l.rows { // over the arrows
		l.write(&l.rows[i])
	}
	height := l.legend(l.keys(), bottom+headHeight+14)
	about := fmt.Sprintf("What the machines sent to each other, from %s before the fault to %s after it. Time runs downwards, in a row for each arrow or change; where rows are further apart than that, it is to scale, a row for %s.",
		text.Short(d.At-d.From), text.Short(d.To-d.At), text.Short(l.step))
	if l.breaks > 0 {
		about += " Where the line is broken, nothing new happens for the time that is given there, and it is cut."
	}
	about += " Like frames between two changes are one arrow with their number, where the first one was. Acknowledgements without data are not shown."
	if len(d.Omitted) > 0 {
		about += " Left out: " + strings.Join(d.Omitted, "; ") + "."
	}
	return Figure{
		Name: name, Title: "Frames around " + d.Fault, About: about,
		Drawing: l.html(height, "frames between "+strings.Join(d.Columns, ", ")+" around "+d.Fault),
		Table:   sequenceTable(&d),
	}
}

// arrange finds out where everything stands, and returns where that ends.
func (l *ladder) arrange() (bottom float64) {
	d := l.d
	notes := 0
	for i := 0; i <= len(d.Arrows); i++ {
		for notes < len(d.Notes) && (i == len(d.Arrows) || d.Notes[notes].At <= d.Arrows[i].At) {
			n := &d.Notes[notes]
			l.rows = append(l.rows, rung{at: n.At, note: n, lines: wrap(n.Text, noteLetters)})
			notes++
		}
		if i < len(d.Arrows) {
			l.rows = append(l.rows, rung{at: d.Arrows[i].At, arrow: &d.Arrows[i]})
		}
	}
	l.step = l.chooseStep()
	y := float64(headHeight)
	for i := range l.rows {
		r := &l.rows[i]
		need := float64(rowHeight)
		if r.note != nil {
			need = noteLine*float64(len(r.lines)) + 10
		}
		gap := need
		if i > 0 {
			gap = max(need, l.gap(r.at-l.rows[i-1].at))
			if above := &l.rows[i-1]; above.note != nil {
				gap += 4
			}
		}
		y += gap
		r.y = y
	}
	return y + 22
}

// gap is how high a time is: to scale, or cut.
func (l *ladder) gap(t time.Duration) float64 {
	h := rowHeight * float64(t) / float64(l.step)
	if h > rowMax {
		return breakHeight
	}
	return h
}

// chooseStep returns the time of a row with which most gaps are to scale.
func (l *ladder) chooseStep() time.Duration {
	best, most := steps[0], -1
	for _, step := range steps {
		fit := 0
		for i := 1; i < len(l.rows); i++ {
			if h := rowHeight * float64(l.rows[i].at-l.rows[i-1].at) / float64(step); h > rowHeight && h <= rowMax {
				fit++
			}
		}
		if fit > most {
			best, most = step, fit
		}
	}
	return best
}

// lifelines draws the machines, and where time is cut.
func (l *ladder) lifelines(apart, bottom float64) {
	for _, node := range l.d.Columns {
		x := l.columns[node]
		l.line("life", x, headHeight, x, bottom)
		label := shorten(node, apart-12)
		for _, y := range []float64{6, bottom} {
			w := wide(label) + 16
			l.rect("machine", x-w/2, y, w, headHeight-10, "")
			l.text("lane", x, y+14, atMiddle, label)
		}
	}
	for i := 1; i < len(l.rows); i++ {
		above, r := &l.rows[i-1], &l.rows[i]
		idle := r.at - above.at
		if rowHeight*float64(idle)/float64(l.step) <= rowMax {
			continue
		}
		l.breaks++
		y := above.y + 17
		for _, node := range l.d.Columns {
			x := l.columns[node]
			l.rect("gap", x-6, y-3, 12, 8, "")
			l.path("break", "M"+num(x-6)+" "+num(y-2)+"l4 -3l4 6l4 -3M"+num(x-6)+" "+num(y+4)+"l4 -3l4 6l4 -3", "")
		}
		l.text("tick", gutter-10, y+4, atEnd, text.Short(idle)+" cut")
	}
}

// write writes a note, or what an arrow is, with its time.
func (l *ladder) write(r *rung) {
	after := r.at - l.d.At
	label := "+" + text.Short(after)
	if after < 0 {
		label = "−" + text.Short(-after)
	}
	if label != l.said && l.text("tick", gutter-10, r.y+4, atEnd, label) {
		l.said = label
	}
	if r.note != nil {
		l.note(r)
		return
	}
	l.caption(r)
}

// noteClasses are the classes of notes by their tone.
var noteClasses = [...]string{sequence.Plain: "note-plain", sequence.Good: "note-good", sequence.Bad: "note-bad", sequence.Strike: "note-fault"}

func (l *ladder) note(r *rung) {
	title := text.Instant(r.at) + ": "
	h := noteLine*float64(len(r.lines)) + 4
	top := r.y - h + 6
	if r.note.Tone == sequence.Strike {
		l.rect(noteClasses[r.note.Tone], gutter, top, l.width-gutter-margin, h, title+r.note.Text)
		l.texts("fault-text", gutter+8, top, atStart, r.lines)
		return
	}
	x, w := l.columns[r.note.Node], 0.0
	for _, line := range r.lines {
		w = max(w, wide(line)+12)
	}
	middle := min(max(x, gutter+w/2), l.width-w/2-1)
	l.rect(noteClasses[r.note.Tone], middle-w/2, top, w, h, title+r.note.Node+" "+r.note.Text)
	l.texts("note-text", middle, top, atMiddle, r.lines)
}

// texts writes lines below each other.
func (l *ladder) texts(class string, x, top float64, a anchor, lines []string) {
	for i, line := range lines {
		l.text(class, x, top+noteLine*float64(i+1)-1, a, line)
	}
}

// wrap divides a text into lines at its blanks.
func wrap(text string, letters int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > letters {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// sequenceTable lists arrows and notes.
func sequenceTable(d *sequence.Diagram) Table {
	t := Table{Columns: []Column{{"at", true}, {"machine", false}, {"what", false}, {"times", true}, {"until", true}, {"to", false}, {"lost", false}}}
	notes := 0
	for i := 0; i <= len(d.Arrows); i++ {
		for notes < len(d.Notes) && (i == len(d.Arrows) || d.Notes[notes].At <= d.Arrows[i].At) {
			n := d.Notes[notes]
			t.Rows = append(t.Rows, []string{text.Instant(n.At), n.Node, n.Text, "", "", "", ""})
			notes++
		}
		if i < len(d.Arrows) {
			a := d.Arrows[i]
			lost := a.Why
			if len(a.Missed) > 0 {
				lost = "to " + strings.Join(a.Missed, ", ") + ": " + a.Why
			}
			t.Rows = append(t.Rows, []string{text.Instant(a.At), a.From, a.Text, strconv.Itoa(a.Count), text.Instant(a.Last), strings.Join(a.To, ", "), lost})
		}
	}
	return t.cut()
}
