package event

// ProgramEnded: a program of a real host ended, for whatever reason.
type ProgramEnded struct {
	Program string
	Status  string // exit 0, signal terminated
}

// ProgramSaid: a program of a real host printed a line that its scenario
// watches for.
type ProgramSaid struct {
	Program string
	Line    string // printable characters only, cut if it is long
}

// Kind implements Body.
func (ProgramEnded) Kind() string { return "program-ended" }

// Kind implements Body.
func (ProgramSaid) Kind() string { return "program-said" }

// ProbeChanged: a probe found its target up or down.
type ProbeChanged struct {
	Target string
	By     string `words:"tcp-half,tcp-full,http-status,http-token"`
	State  string `words:"up,down"`
	Reason string // why the last check failed, such as timeout, status 503; empty: it succeeded
}

// Kind implements Body.
func (ProbeChanged) Kind() string { return "probe-changed" }
