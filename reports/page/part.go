package page

import (
	"strings"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/picture"
)

// Part is the part of one run on a page about many: pictures that are ready,
// instead of the events that they show. The zero Part has none.
type Part struct {
	Spark  picture.SVG `json:"spark"` // the lanes, small
	Pieces []Piece     `json:"pieces"`
}

// markup is a part of a page. What others wrote is escaped in it.
type markup string

// Piece is one picture of a run, what matters most first.
type Piece struct {
	Title   string `json:"title"`
	Content markup `json:"content"`
	Left    bool   `json:"left"` // it was left out, because it is too large
}

// pieceMax is the size of the largest picture that a page about many runs may
// have, in bytes.
const pieceMax = 96 << 10

// PartOf draws the part of a run.
func PartOf(rec *picture.Record, r *reports.Result) Part {
	p := Part{Spark: picture.Spark(r)}
	for _, f := range picture.Figures(rec, r) {
		if f.Drawing == "" {
			continue
		}
		var out strings.Builder
		if err := piece(f).Render(&out); err != nil {
			panic(err) // a builder takes everything
		}
		p.Pieces = append(p.Pieces, Piece{f.Title, markup(out.String()), false}.within(pieceMax))
	}
	return p
}

// within leaves a piece out if it is larger than so many bytes.
func (p Piece) within(most int) Piece {
	if len(p.Content) > most {
		return Piece{Title: p.Title, Left: true}
	}
	return p
}
