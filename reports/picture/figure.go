package picture

import (
	"time"
)

// Figure is a picture and its table.
type Figure struct {
	Name    string // the anchor on the page, such as requests
	Title   string // over the picture
	About   string // what one sees, and what was left out or binned
	Drawing SVG    // an SVG; empty: there is nothing to draw
	Plot    *Plot  // what can be zoomed; nil: nothing
	Table   Table
}

// Table is the numbers of a picture, in words.
type Table struct {
	Columns []Column
	Rows    [][]string
	// Omitted says what is missing, such as "and 40 more in run.json"; empty:
	// nothing.
	Omitted string
}

// Column is a column of a table.
type Column struct {
	Heading string
	Right   bool // numbers are aligned at their right side
}

// tableMax is how many rows of a table a page has.
const tableMax = 200

// Plot is series over a common axis, for a script that can zoom.
type Plot struct {
	X      []Number `json:"x"`
	XName  string   `json:"x_name"`
	XUnit  string   `json:"x_unit"` // s: seconds since the start of the run; ms: milliseconds
	XLog   bool     `json:"x_log"`
	YName  string   `json:"y_name"`
	YLog   bool     `json:"y_log"`
	YShare bool     `json:"y_share"` // y is from 0 to 100 %
	Series []Series `json:"series"`
	Faults []Shade  `json:"faults"` // shaded over the series; only if x is time
}

// Series is a line of a plot.
type Series struct {
	Name   string   `json:"name"`
	Class  string   `json:"class"` // of the style sheet: its colour
	Dash   bool     `json:"dash"`
	Step   bool     `json:"step"`   // a value holds until the next one
	Points bool     `json:"points"` // no line, a mark for each value
	Values []Number `json:"values"`
}

// Shade is the time of a fault, in seconds.
type Shade struct {
	From Number `json:"from"`
	To   Number `json:"to"`
	Text string `json:"text"`
}

// seconds is a duration as a number of a plot.
func seconds(d time.Duration) Number { return Number(d.Seconds()) }
