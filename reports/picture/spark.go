package picture

import (
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
)

// Sizes of a small picture of the lanes.
const (
	sparkWidth = 260
	sparkLane  = 6
	sparkMax   = 4 // lanes of a sort
)

// Spark draws the lanes without any text, small enough for a row of a table.
func Spark(r *reports.Result) SVG {
	t := lane.New(r)
	o := &lanes{canvas: &canvas{width: sparkWidth}, scale: scale{0, max(t.Total, 1), 0, sparkWidth}, end: t.Total}
	members, _ := lane.Most(t.Members, sparkMax)
	addresses, _ := lane.Most(t.Addresses, sparkMax)
	clients, _ := lane.Most(t.Clients, sparkMax)
	height := float64(sparkLane*(len(members)+len(addresses)+len(clients))) + 1
	shaded := time.Duration(0) // until then
	for i, f := range t.Faults {
		if from := max(f.At, shaded); i < tableMax && (f.Until > from || from == f.At) {
			x := o.scale.x(from)
			o.rect("fault", x, 0, max(o.scale.x(f.Until)-x, 1), height, "")
			shaded = max(shaded, f.Until)
		}
	}
	y := 1.0
	for _, l := range append(append([]*lane.Lane{}, members...), addresses...) {
		o.strip(l.Spans(t.Total), y)
		y += sparkLane
	}
	for _, l := range clients {
		o.answered(l, y+1, 2)
		for _, out := range l.Outages {
			x := o.scale.x(out.From)
			o.rect(classes[lane.Outage], x, y, max(o.scale.x(out.To)-x, 1.5), sparkLane-2, "")
		}
		y += sparkLane
	}
	return o.html(height, "lanes of the run")
}

// strip draws a member or an address, without what is too short to see.
func (o *lanes) strip(spans []lane.Span, y float64) {
	for i := 0; i < len(spans); i++ {
		s := spans[i]
		if s.State == lane.Blank {
			continue
		}
		left, right := o.scale.x(s.From), o.scale.x(s.To)
		if right-left >= 0.5 || s.State == lane.Contested {
			o.rect(classes[s.State], left, y, max(right-left, 1), sparkLane-2, "")
		}
	}
}
