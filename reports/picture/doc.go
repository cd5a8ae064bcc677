// Package picture draws a run as pictures, each an SVG with its table, and as
// series that a reader can zoom into. While the run goes on, a Record takes in
// what the pictures need: it stays small, however long the run is.
//
// All pictures in which time runs to the right share one scale (scale.go), and
// faults are shaded over all of them. Colours are classes of the style sheet
// of package reports/page, so that a picture is dark where its page is; shape
// or pattern says the same as the colour.
//
// Start reading at figure.go. A new picture is a function and its row in
// drawings.go.
package picture
