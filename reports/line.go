package reports

import (
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// Line is what the table of many runs shows of one that passed. Of thousands of
// short runs, whole results would take longer to send than some of the runs.
type Line struct {
	Digest      string               `json:"digest"`
	Expected    int                  `json:"expected"` // how many expectations were met
	Simulated   time.Duration        `json:"simulated"`
	Wall        time.Duration        `json:"wall"`
	Noise       time.Duration        `json:"noise"`
	Noisy       bool                 `json:"noisy,omitempty"`
	Frames      uint64               `json:"frames"`
	Outages     []oracle.Outage      `json:"outages,omitempty"`
	Takeovers   []oracle.Takeover    `json:"takeovers,omitempty"`
	Connections []oracle.Connections `json:"connections,omitempty"`
}

// Line returns the line of a run that passed.
func (r *Result) Line() *Line {
	return &Line{
		Digest: r.Digest, Expected: len(r.Expectations), Simulated: r.Simulated, Wall: r.Wall, Noise: r.Noise, Noisy: r.Noisy, Frames: r.Frames,
		Outages: r.Measures.Outages, Takeovers: r.Measures.Takeovers, Connections: r.Measures.Connections,
	}
}

// Fill makes a result that knows its scenario and seed one of a run that
// passed, of which only the line is known.
func (l *Line) Fill(r *Result) {
	r.Passed, r.Digest, r.Simulated, r.Wall, r.Noise, r.Noisy, r.Frames = true, l.Digest, l.Simulated, l.Wall, l.Noise, l.Noisy, l.Frames
	r.Measures = oracle.Measures{Outages: l.Outages, Takeovers: l.Takeovers, Connections: l.Connections}
	r.Expectations = make([]Expectation, l.Expected)
	for i := range r.Expectations {
		r.Expectations[i].Passed = true
	}
}
