package trial

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
)

// Diagnosis is what a machine can do in the netns world.
type Diagnosis struct {
	Netns    bool      `json:"netns"` // whether that world can run at all
	Findings []Finding `json:"findings"`
}

// Finding says whether one thing is there, and what its absence costs.
type Finding struct {
	Name   string   `json:"name"`
	OK     bool     `json:"ok"`
	Detail string   `json:"detail"`
	Needed string   `json:"needed"`
	Cost   string   `json:"cost"`   // a sentence; empty if it is there
	Skips  []string `json:"skips"`  // library incidents that cannot run without it
	Remedy string   `json:"remedy"` // how to get it; empty if it is there
}

// Diagnose works out the cost of everything that was not found.
func Diagnose(found []netns.Finding, library []*scenarios.Scenario) Diagnosis {
	d := Diagnosis{Netns: true}
	for _, f := range found {
		about := Finding{Name: f.Name, OK: f.OK, Detail: f.Detail, Needed: string(f.Needed), Remedy: f.Remedy, Skips: []string{}}
		if !f.OK {
			d.Netns = d.Netns && f.Needed != netns.ForWorld
			about.Skips = append(about.Skips, skippedWithout(f, library)...)
			about.Cost = costOf(f, about.Skips)
		}
		d.Findings = append(d.Findings, about)
	}
	return d
}

// skippedWithout lists the incidents that need a missing thing.
func skippedWithout(f netns.Finding, library []*scenarios.Scenario) []string {
	var names []string
	for _, s := range library {
		needs := slices.ContainsFunc(callsOf(s), func(c call) bool { return c.program == f.Name })
		if needs || slices.Contains(neededGroups(s), f.Needed) {
			names = append(names, s.Name)
		}
	}
	return names
}

// costOf says what the absence of a thing costs.
func costOf(f netns.Finding, skips []string) string {
	switch f.Needed {
	case netns.ForWorld:
		return "no run in the netns world is possible"
	case netns.ForUsers:
		return "only root can run the netns world"
	case netns.ForFreeze:
		return "freezing a node stops its processes one by one, by signals"
	case netns.ForLooking:
		return "no run needs it"
	}
	switch len(skips) {
	case 0:
		return "no library incident needs it, but yours may"
	case 1:
		return "the incident " + skips[0] + " is skipped"
	}
	const most = 4 // of the names on a line
	names := strings.Join(skips[:min(len(skips), most)], ", ")
	if len(skips) > most {
		names += ", …"
	}
	return fmt.Sprintf("%d incidents are skipped: %s", len(skips), names)
}
