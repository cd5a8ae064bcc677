package event

import "time"

// Power is a change of a machine's power or processor.
type Power string

// The changes of a machine's power. After PowerThawed, a frozen machine is up
// again.
const (
	PowerBooting Power = "booting"
	PowerUp      Power = "up"
	PowerOff     Power = "off"
	PowerCrashed Power = "crashed"
	PowerFrozen  Power = "frozen"
	PowerThawed  Power = "thawed"
)

// Words implements Vocabulary.
func (Power) Words() []string {
	return []string{
		string(PowerBooting), string(PowerUp), string(PowerOff), string(PowerCrashed), string(PowerFrozen), string(PowerThawed),
	}
}

// Up reports whether the machine may act.
func (p Power) Up() bool { return p == PowerUp || p == PowerThawed }

// Lost reports whether the machine has just lost its power, and with it the
// contents of its memory: connections, addresses, the states of its programs.
func (p Power) Lost() bool { return p == PowerOff || p == PowerCrashed }

// PowerChanged: a machine booted, crashed, was switched off, froze or thawed.
type PowerChanged struct {
	State Power
}

// Kind implements Body.
func (PowerChanged) Kind() string { return "power-changed" }

// Paused: noise lets a machine stand still, or only its programs. What follows
// says that it is frozen, and after Length that it is thawed, unless something
// else happens to it before.
type Paused struct {
	Process bool
	Length  time.Duration
}

// Kind implements Body.
func (Paused) Kind() string { return "paused" }

// Stalled: noise takes a share of one CPU class for Length, or gives it back.
type Stalled struct {
	Class  string        `words:"control,service"`
	Share  float64       // 0..1; 0: it gives it back
	Length time.Duration // 0 when it gives it back
}

// Kind implements Body.
func (Stalled) Kind() string { return "stalled" }
