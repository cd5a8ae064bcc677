package scenarios_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Fairness is an expectation as a team writes it that imports the module: no
// member serves more than its share of the answers to a client.
type Fairness struct {
	Client        string                 `yaml:"client" doc:"the client" jsonschema:"required"`
	Most          form.Range[form.Share] `yaml:"most,short" doc:"share of the member that answers most often"`
	expect.Window `yaml:",inline"`
}

// Text implements expect.Expectation.
func (x Fairness) Text() string {
	return "no member answers more than " + x.Most.String() + x.Window.Words()
}

// Needs implements expect.Expectation.
func (x Fairness) Needs() []expect.Need {
	return []expect.Need{expect.NeedRequests(x.Client, x.Window)}
}

// Reads implements expect.Expectation.
func (x Fairness) Reads() event.Set {
	return event.SetOf(event.FaultApplied{}, event.RequestAnswered{})
}

// Check implements expect.Expectation.
func (x Fairness) Check(e expect.Evidence) expect.Result {
	p, err := x.Window.Resolve(e)
	if err != nil {
		return expect.Result{Got: err.Error()}
	}
	all, most, by := 0, 0, map[string]int{}
	for ev, answered := range event.From[event.RequestAnswered](e.Events) {
		if ev.Node != x.Client || !p.Holds(ev.At) {
			continue
		}
		by[answered.By]++
		all, most = all+1, max(most, by[answered.By])
	}
	if all == 0 {
		return expect.Result{Got: "no answers"}
	}
	share := form.Share(float64(most) / float64(all))
	return expect.Result{Passed: x.Most.Contains(share), Got: fmt.Sprintf("%s of %d answers", share, all)}
}

// Problems implements expect.Expectation.
func (x Fairness) Problems(plan expect.Plan) []topology.Problem {
	if _, exists := plan.Clients[x.Client]; !exists && x.Client != "" {
		return []topology.Problem{{Path: []string{"client"}, Message: "there is no client " + x.Client}}
	}
	return x.Window.Problems(plan)
}

var fairness = expect.KindOf[Fairness]("fairness", "no member answers more than its share")

const fair = `name: fair
duration: 30s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100}}}
  c1: {client: {target: "http://192.0.2.100/", start: 25s}, nics: {lan: 192.0.2.201/24}}
expect:
  - moves: 0
  - fairness: {client: c1, most: 100%, from: 1s}
  - fairness: {client: c1, most: ..60%}
`

// TestOwnExpectation: a file can use the expectations of somebody else, which
// are read, checked against the plan and judged as the project's are.
func TestOwnExpectation(t *testing.T) {
	s, err := scenarios.Parse("fair.yaml", []byte(fair), fairness)
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Run(t.Context(), scenarios.RunOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if v := o.Expectations[1]; !v.Passed || v.Text != "no member answers more than 100% from 1s" || !strings.HasPrefix(v.Got, "100% of ") {
		t.Errorf("all from one: got %+v", v)
	}
	if v := o.Expectations[2]; v.Passed || o.Passed() {
		t.Errorf("too much from one: got %+v", v)
	}
	if _, err := scenarios.Parse("fair.yaml", []byte(fair)); err == nil || !strings.Contains(err.Error(), "fair.yaml:9:5: expect.1.fairness: unknown expectation, want active,") {
		t.Errorf("without the kind: got %v", err)
	}
	for instead, want := range map[string]string{
		"most: 60%":             "9:15: expect.1.fairness: client is missing",
		"client: c1, most: 60":  `9:34: expect.1.fairness.most: bad interval: got "60", want an interval such as 40%..60%`,
		"client: c1, mots: 60%": `unknown key, want client, most, after, from or to (did you mean "most"?)`,
		"client: c1, from: 2m":  "9:34: expect.1.fairness.from: got 2m0s, want an instant before the end at 30s",
		"client: c2, most: 60%": "9:24: expect.1.fairness.client: there is no client c2",
	} {
		text := strings.Replace(fair, "client: c1, most: 100%, from: 1s", instead, 1)
		_, err := scenarios.Parse("fair.yaml", []byte(text), fairness)
		if !errors.Is(err, scenarios.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", instead, err, want)
		}
	}
}

// TestOwnExpectationInSchema: the schema says what a file may expect.
func TestOwnExpectationInSchema(t *testing.T) {
	without, err := scenarios.Schema()
	if err != nil {
		t.Fatal(err)
	}
	with, err := scenarios.Schema(fairness)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"#/$defs/Fairness"`, `"share of the member that answers most often"`, `"no member answers more than its share"`} {
		if strings.Contains(string(without), want) || !strings.Contains(string(with), want) {
			t.Errorf("want %s in the schema with the kind only", want)
		}
	}
}

// Moves has the name of an expectation of the project.
type Moves struct{ Fairness }

// TestOwnExpectationRefused: a key means one thing, and so does the name of a
// type.
func TestOwnExpectationRefused(t *testing.T) {
	for want, own := range map[string][]expect.Kind{
		"got the key or the type's name of moves":     {expect.KindOf[Fairness]("moves", "")},
		"got the key or the type's name of fairness":  {fairness, fairness},
		"of moves of expect.Moves":                    {expect.KindOf[Moves]("moving", "")},
		`want lower-case letters`:                     {expect.KindOf[Fairness]("Fair", "")},
		"got *scenarios_test.Fairness, want a struct": {expect.KindOf[*Fairness]("fair", "")},
	} {
		if _, err := scenarios.Parse("fair.yaml", []byte(fair), own...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if _, err := scenarios.Schema(own...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("schema: got %v, want %s", err, want)
		}
	}
}
