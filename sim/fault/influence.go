package fault

// Influence is what a fault does to the machines that it names, apart from
// losing frames. It says whether the fault can be why a virtual IP moved.
type Influence string

// The influences of faults.
const (
	// NoInfluence cannot move a virtual IP.
	NoInfluence Influence = "none"
	// Halts stops a machine, or takes the carrier from its interface.
	Halts Influence = "halts"
	// Slows makes a machine's hellos late, or its timers early.
	Slows Influence = "slows"
	// Moves brings a machine or its interface back, or changes what it is told to
	// do, so that it may take or give up a virtual IP whoever it hears.
	Moves Influence = "moves"
	// Serves stops or starts a program. That moves a virtual IP only where a real
	// program moves it.
	Serves Influence = "serves"
)

// InfluenceOf returns the influence of a fault.
func InfluenceOf(f Fault) Influence { return f.Row().influence(Plain(f)) }

// Silence is what a fault does to the hellos on a way.
type Silence int

// The silences, the worst last.
const (
	HellosPass Silence = iota
	// HellosUnsure are lost or late too often to rely on them, or only for a while.
	HellosUnsure
	HellosLost
)

// SilenceOf returns what a fault does to the hellos of one member of a standby
// group on their way to another.
func SilenceOf(f Fault, w Way) Silence { return f.Row().silences(Plain(f), w) }

func lostIf(lost bool) Silence {
	if lost {
		return HellosLost
	}
	return HellosPass
}
