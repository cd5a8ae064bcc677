package picture

import (
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
)

// scene is what all pictures of one run share.
type scene struct {
	*reports.Result
	lanes *lane.Timeline
}

func newScene(r *reports.Result) *scene { return &scene{r, lane.New(r)} }
