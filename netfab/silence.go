package netfab

import "time"

// Silence makes frames vanish on a cable while the carrier stays up, as behind
// a simple media converter. It is the silent form of Port.Pull, in one or both
// directions.
type Silence struct {
	Port      *Port
	Direction Direction
}

// Rule returns the rule that loses all frames.
func (s Silence) Rule() Rule { return &silence{s, s.String()} }

// String prints it as "pull a.lan silently out".
func (s Silence) String() string {
	text := "pull " + s.Port.name + " silently"
	if s.Direction != Both {
		text += " " + s.Direction.String()
	}
	return text
}

type silence struct {
	Silence
	text string
}

func (s *silence) String() string { return s.text }

// On implements Placed.
func (s *silence) On(p *Port, way Direction) bool {
	return p == s.Port && s.Direction.covers(way)
}

// Judge implements Rule.
func (s *silence) Judge(time.Duration, Hop, []byte) (Verdict, bool) {
	return Verdict{Lost: s.text}, true
}
