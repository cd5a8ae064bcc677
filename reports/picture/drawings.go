package picture

import "github.com/cablepull/cablepull/reports"

// drawing draws pictures of a run: none if there is nothing to see.
type drawing func(*Record, *scene) []Figure

// drawings are all pictures, in the order of the page.
var drawings = []drawing{
	overview,
	outageBars,
	requestDots,
	latencyCurves,
	fates,
	reaches,
	watched,
	metricFigures,
	sequences,
}

// Figures draws a run.
func Figures(rec *Record, r *reports.Result) []Figure {
	s := newScene(r)
	var all []Figure
	for _, draw := range drawings {
		all = append(all, draw(rec, s)...)
	}
	return all
}
