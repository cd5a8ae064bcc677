package text

import (
	"github.com/cablepull/cablepull/reports"
)

// twin prints the figures of real programs beside those of the models.
func (p *page) twin(t *reports.Twin) {
	title := "Twin: real programs beside models of the same run"
	if t.Scenario != "" {
		title = "Twin: real programs beside the models of " + t.Scenario + " in virtual time"
	}
	all := newTable(title, "<figure", "<of", "<with", "real", "twin", "difference", "allowed", "<why")
	all.most = comparedMax
	for _, r := range t.Rows {
		if r.Here == 0 && r.There == 0 {
			continue // the JSON form has them
		}
		all.inked(twinCells(r))
	}
	p.table(all)
}

func twinCells(r reports.TwinRow) []span {
	cells := []string{Value(r.Unit, r.Here), Value(r.Unit, r.There), Value(r.Unit, r.Difference), Value(r.Unit, r.Allowed)}
	switch r.In {
	case reports.InReal:
		cells[1], cells[2], cells[3] = absent, absent, absent
	case reports.InTwin:
		cells[0], cells[2], cells[3] = absent, absent, absent
	}
	why := span{r.Why, plain}
	switch {
	case r.Problem != "":
		why = span{"no reason is given", bad}
	case r.Needless():
		why = span{r.Why + " (not needed in this run)", dim}
	}
	row := []span{{r.Measure, plain}, {r.Of, plain}, {r.With, plain}}
	for _, text := range cells {
		row = append(row, span{text, plain})
	}
	return append(row, why)
}
