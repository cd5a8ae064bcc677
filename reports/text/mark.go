package text

import "github.com/cablepull/cablepull/reports/lane"

// marks is what stands in one column of a lane.
var marks = [lane.States]struct {
	unicode, ascii string
	ink            ink
}{
	lane.Blank:     {" ", " ", plain},
	lane.Initial:   {"·", ".", dim},
	lane.Learn:     {"◌", "n", dim},
	lane.Listen:    {"○", "l", plain},
	lane.Speak:     {"◔", "s", warn},
	lane.Standby:   {"◑", "S", accent},
	lane.Active:    {"●", "A", good},
	lane.Several:   {"≈", "*", bad},
	lane.Off:       {"✕", "x", bad},
	lane.Booting:   {"↻", "b", dim},
	lane.Frozen:    {"‖", "z", bad},
	lane.Held:      {"━", "-", good},
	lane.Contested: {"═", "=", bad},
	lane.Nobody:    {"·", ".", dim},
	lane.Answered:  {"─", "-", good},
	lane.Failing:   {"╳", "x", bad},
	lane.Outage:    {"█", "#", bad},
	lane.Applied:   {"▼", "v", warn},
	lane.Healed:    {"△", "^", accent},
}

// unexplained are the marks that a reader knows without a legend: a name stands
// next to them.
var unexplained = map[lane.State]bool{lane.Blank: true, lane.Held: true, lane.Nobody: true}

// drawnAs draws a state as a mark.
func drawnAs(s lane.State, unicode bool) span {
	if unicode {
		return span{marks[s].unicode, marks[s].ink}
	}
	return span{marks[s].ascii, marks[s].ink}
}
