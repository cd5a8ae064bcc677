package reports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/sim/event/jsonform"
	"github.com/cablepull/cablepull/sim/oracle"
)

// ComparisonFile is what a directory holds beside those of the two worlds.
const ComparisonFile = "comparison.json"

// Comparison is one scenario under one seed in both worlds, side by side. Its
// JSON form is comparison.json, in the style of run.json.
type Comparison struct {
	Scenario string            `json:"scenario"`
	About    string            `json:"about"`
	Seed     uint64            `json:"seed"`
	Passed   bool              `json:"passed"` // in both worlds
	Times    []TimeDifference  `json:"times"`
	Counts   []CountDifference `json:"counts"`
	Version  string            `json:"version"`
	Replay   string            `json:"replay"`
	Virtual  Result            `json:"virtual"`
	Netns    Result            `json:"netns"`
}

// Worlds says in which worlds something was measured.
type Worlds string

// The values of Worlds.
const (
	InBoth    Worlds = "both"
	InVirtual Worlds = "virtual"
	InNetns   Worlds = "netns"
)

// TimeDifference is one measured time in both worlds.
type TimeDifference struct {
	Measure    string        `json:"measure"` // "outage", "takeover gap"
	Of         string        `json:"of"`      // whose: a client, a virtual IP, a fault
	In         Worlds        `json:"in"`      // where it was measured; elsewhere it is 0
	Virtual    time.Duration `json:"virtual"`
	Netns      time.Duration `json:"netns"`
	Difference time.Duration `json:"difference"` // netns minus virtual
}

// CountDifference is one number of things counted in both worlds.
type CountDifference struct {
	Measure    string `json:"measure"` // "requests ok", "connections kept"
	Of         string `json:"of"`
	In         Worlds `json:"in"`
	Virtual    int    `json:"virtual"`
	Netns      int    `json:"netns"`
	Difference int    `json:"difference"` // netns minus virtual
}

// Compare puts the runs of one scenario and seed in the two worlds side by side.
// What only one of them measured comes last.
func Compare(virtual, netns *Result, replay string) *Comparison {
	c := &Comparison{
		Scenario: netns.Scenario, About: netns.About, Seed: netns.Seed, Version: netns.Version, Replay: replay,
		Passed: virtual.Passed && netns.Passed, Virtual: *virtual, Netns: *netns,
	}
	ours, theirs := figuresOf(&virtual.Measures), figuresOf(&netns.Measures)
	matched := map[figureName]figure{}
	for _, f := range theirs {
		matched[f.figureName] = f
	}
	known := map[figureName]bool{}
	for _, f := range ours {
		known[f.figureName] = true
		if other, both := matched[f.figureName]; both {
			c.add(InBoth, f, other)
		} else {
			c.add(InVirtual, f, figure{})
		}
	}
	for _, f := range theirs {
		if !known[f.figureName] {
			c.add(InNetns, figure{figureName: f.figureName}, f)
		}
	}
	return c
}

// add enters a figure of both worlds, or of one of them.
func (c *Comparison) add(in Worlds, virtual, netns figure) {
	if name := virtual.figureName; name.isTime {
		c.Times = append(c.Times, TimeDifference{name.measure, name.of, in, virtual.time, netns.time, netns.time - virtual.time})
	} else {
		c.Counts = append(c.Counts, CountDifference{name.measure, name.of, in, virtual.count, netns.count, netns.count - virtual.count})
	}
}

// WriteJSON writes the comparison as one indented JSON object and a newline.
func (c *Comparison) WriteJSON(w io.Writer) error {
	var out bytes.Buffer
	if err := json.Indent(&out, jsonform.Append(nil, *c), "", "  "); err != nil {
		return fmt.Errorf("reports: %s: %w", ComparisonFile, err)
	}
	out.WriteByte('\n')
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("reports: %s: %w", ComparisonFile, err)
	}
	return nil
}

// figureName tells figures apart. What is measured several times of the same
// thing, such as the takeovers of a virtual IP from a to b, is numbered.
type figureName struct {
	measure, of string
	isTime      bool
	number      int
}

// figure is one number of the measures.
type figure struct {
	figureName
	time  time.Duration
	count int
}

// figures collects the numbers of the measures.
type figures struct {
	list []figure
	seen map[figureName]int
}

// figuresOf returns the numbers of the measures in the order of their tables.
func figuresOf(m *oracle.Measures) []figure {
	f := &figures{seen: map[figureName]int{}}
	for _, o := range m.Takeovers {
		of := o.VIP + " " + cmp.Or(o.From, "nobody") + " → " + o.To
		if o.Fault != "" {
			of += ", " + o.Fault
			f.time("takeover after the fault", of, o.At-o.FaultAt)
		}
		if o.Detected {
			f.time("detection", of, o.Detection)
		}
		if o.Served {
			f.time("takeover gap", of, o.Gap)
		}
	}
	for _, o := range m.Outages {
		f.time("outage", o.Client, o.Duration)
		f.time("of it detection", o.Client, o.Detection)
		f.time("of it election", o.Client, o.Election)
		f.time("of it announcement", o.Client, o.Announcement)
		f.time("of it neighbour", o.Client, o.Neighbour)
		f.time("of it retry", o.Client, o.Retry)
	}
	for _, c := range m.Connections {
		f.count("connections established", c.Fault, c.Established)
		f.count("connections kept", c.Fault, c.Kept)
		f.count("connections lost", c.Fault, c.Lost)
	}
	for _, r := range m.Requests {
		f.count("requests sent", r.Client, r.Sent)
		f.count("requests ok", r.Client, r.OK)
		f.count("requests failed", r.Client, r.Failed)
		f.count("requests retried", r.Client, r.Retried)
		f.count("answered twice", r.Client, r.AnsweredTwice)
		f.time("latency median", r.Client, r.LatencyMedian)
		f.time("latency slowest", r.Client, r.LatencyMax)
	}
	for _, g := range m.Groups {
		f.count("moves", g.VIP, g.Moves)
		f.count("transitions", g.VIP, g.Transitions)
		f.time("two active", g.VIP, g.DualActive)
		f.time("none active", g.VIP, g.NoActive)
	}
	for _, s := range m.Spread {
		f.count("connections accepted", s.Node, s.Connections)
		f.count("requests served", s.Node, s.Requests)
	}
	return f.list
}

func (f *figures) time(measure, of string, d time.Duration) {
	f.add(figure{figureName: figureName{measure: measure, of: of, isTime: true}, time: d})
}

func (f *figures) count(measure, of string, n int) {
	f.add(figure{figureName: figureName{measure: measure, of: of}, count: n})
}

func (f *figures) add(x figure) {
	f.seen[x.figureName]++
	if n := f.seen[x.figureName]; n > 1 {
		x.number = n
		x.of = fmt.Sprintf("%s (%d)", x.of, n)
	}
	f.list = append(f.list, x)
}
