package event

// Power is what became of a machine's power, or of its processor: it was cut,
// came back, or stood still.
type Power string

// All that a machine's power can change to. PowerThawed says that a frozen
// machine goes on as PowerUp.
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

// Lost reports whether the machine has just lost its power, and with it what
// it had in memory: connections, addresses, the states of its programs.
func (p Power) Lost() bool { return p == PowerOff || p == PowerCrashed }

// PowerChanged: a machine booted, crashed, was switched off, froze or thawed.
type PowerChanged struct {
	State Power
}

// Kind implements Body.
func (PowerChanged) Kind() string { return "power-changed" }
