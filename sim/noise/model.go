package noise

import "time"

// Model is everything that disturbs a run. Each entry draws from streams of its
// own, for each machine or interface that it disturbs: a change of one entry
// does not change what the others do. The streams are named by the name of the
// model and the number of the entry in its list.
type Model struct {
	Name   string                     `yaml:"-"`
	About  string                     `yaml:"about" doc:"what it imitates, and where its figures come from"`
	Pauses []Pause                    `yaml:"pauses" doc:"machines stand still for a moment: stolen processors, live migration, garbage collection"`
	Stalls []Stall                    `yaml:"stalls" doc:"something else uses the processors of a class of work for a while"`
	Loss   []Loss                     `yaml:"loss" doc:"frames are lost on the way from a switch to a machine"`
	Jitter []Jitter                   `yaml:"jitter" doc:"frames are late on the way from a switch to a machine, and keep their order"`
	Hellos []Hellos                   `yaml:"hellos" doc:"members send hellos late"`
	Traces map[string][]time.Duration `yaml:"traces" doc:"lists of durations, to be used by name: trace: NAME"`
}

// Pause lets machines stand still: nothing in them runs, and timers that come
// due meanwhile go off when it ends. The next pause comes Every after the end
// of the last one. A machine without power, or frozen by a fault, has no
// pauses.
type Pause struct {
	Nodes []string     `yaml:"nodes" doc:"which nodes; * stands for any text (default: all members of standby groups and gateways)"`
	What  string       `yaml:"what" doc:"machine (default): the whole machine, and frames that reach it are lost; process: its programs only, and what arrives for them waits" jsonschema:"enum=machine,enum=process"`
	Every Distribution `yaml:"every" doc:"the time from the end of one pause to the next" jsonschema:"required"`
	Lasts Distribution `yaml:"lasts" doc:"how long it lasts" jsonschema:"required"`
}

// The parts of a machine that a pause stops.
const (
	Machine = "machine"
	Process = "process"
)

// Stall takes processors from a class of work.
type Stall struct {
	Nodes []string     `yaml:"nodes" doc:"which nodes; * stands for any text (default: all members of standby groups and gateways)"`
	Class string       `yaml:"class" doc:"service (default) or control" jsonschema:"enum=service,enum=control"`
	Share float64      `yaml:"share" form:"share" doc:"how much of the processors it takes (default 100%)" jsonschema:"maximum=1"`
	Every Distribution `yaml:"every" doc:"the time from the end of one stall to the next" jsonschema:"required"`
	Lasts Distribution `yaml:"lasts" doc:"how long it lasts" jsonschema:"required"`
}

// Takes returns the class and the share of it that the stall takes.
func (s Stall) Takes() (class string, share float64) {
	class, share = "service", 1
	if s.Class != "" {
		class = s.Class
	}
	if s.Share > 0 {
		share = s.Share
	}
	return class, share
}

// Loss loses frames, for each receiver independently.
type Loss struct {
	Segment string  `yaml:"segment" doc:"on which segment (default: on all)"`
	Share   float64 `yaml:"share" form:"share" doc:"how many of the frames" jsonschema:"required,maximum=1"`
	Burst   int     `yaml:"burst" doc:"how many are lost one after the other, on average (Gilbert-Elliott; left out: losses are independent)" jsonschema:"minimum=1,maximum=100000"`
}

// Jitter delays frames, for each receiver independently.
type Jitter struct {
	Segment string       `yaml:"segment" doc:"on which segment (default: on all)"`
	Delay   Distribution `yaml:"delay" doc:"by how much" jsonschema:"required"`
}

// Hellos delays the hellos that members send.
type Hellos struct {
	Nodes []string     `yaml:"nodes" doc:"which nodes; * stands for any text (default: all members of standby groups)"`
	Late  Distribution `yaml:"late" doc:"how much later than its timer each one leaves" jsonschema:"required"`
}

// Noted is the shortest pause that a run logs. A shorter one has its effect,
// and no line of the timeline.
const Noted = 10 * time.Millisecond
