package text

import "github.com/cablepull/cablepull/sim/event"

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
	initial:   {"·", ".", event.StateInitial, dim},
	learn:     {"◌", "n", event.StateLearn, dim},
	listen:    {"○", "l", event.StateListen, plain},
	speak:     {"◔", "s", event.StateSpeak, warn},
	standby:   {"◑", "S", event.StateStandby, accent},
	active:    {"●", "A", event.StateActive, good},
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
	event.StateInitial: initial, event.StateLearn: learn, event.StateListen: listen,
	event.StateSpeak: speak, event.StateStandby: standby, event.StateActive: active,
}

// span draws a mark.
func (m mark) span(unicode bool) span {
	if unicode {
		return span{marks[m].unicode, marks[m].ink}
	}
	return span{marks[m].ascii, marks[m].ink}
}
