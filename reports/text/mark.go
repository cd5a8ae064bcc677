package text

// mark is what stands in one column of a lane.
type mark uint8

const (
	blank mark = iota
	initial
	learn
	listen
	speak
	standby
	active
	several
	off
	booting
	frozen
	held
	contested
	nobody
	answered
	failing
	dark
	applied
	healed
)

// marks is how marks look and what they mean; the legend prints their names.
var marks = [...]struct {
	unicode, ascii string
	name           string
	ink            ink
}{
	blank:     {" ", " ", "", plain},
	initial:   {"·", ".", "Initial", dim},
	learn:     {"◌", "n", "Learn", dim},
	listen:    {"○", "l", "Listen", plain},
	speak:     {"◔", "s", "Speak", warn},
	standby:   {"◑", "S", "Standby", accent},
	active:    {"●", "A", "Active", good},
	several:   {"≈", "*", "several changes", bad},
	off:       {"✕", "x", "no power", bad},
	booting:   {"↻", "b", "booting", dim},
	frozen:    {"‖", "z", "frozen", bad},
	held:      {"━", "-", "", good},
	contested: {"═", "=", "held twice", bad},
	nobody:    {"·", ".", "", dim},
	answered:  {"─", "-", "answers", good},
	failing:   {"╳", "x", "failures", bad},
	dark:      {"█", "#", "outage", bad},
	applied:   {"▼", "v", "fault", warn},
	healed:    {"△", "^", "healed", accent},
}

// stateMarks are the marks of a member's states.
var stateMarks = map[string]mark{
	"Initial": initial, "Learn": learn, "Listen": listen, "Speak": speak, "Standby": standby, "Active": active,
}

// span draws a mark.
func (m mark) span(unicode bool) span {
	if unicode {
		return span{marks[m].unicode, marks[m].ink}
	}
	return span{marks[m].ascii, marks[m].ink}
}
