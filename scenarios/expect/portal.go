package expect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Portal expects what a developer found at API managers, and what of it was
// lost.
type Portal struct {
	Developer     string          `yaml:"developer" doc:"the developer (default: all together)"`
	Published     form.Range[int] `yaml:"published" doc:"how many APIs a publisher has acknowledged"`
	PublishFailed form.Range[int] `yaml:"publish-failed" doc:"how many attempts to publish failed"`
	Served        form.Range[int] `yaml:"served" doc:"how many calls of APIs were served"`
	Failed        form.Range[int] `yaml:"failed" doc:"how many calls had no answer, or one of status 5xx"`
	Missing       form.Range[int] `yaml:"missing" doc:"how many calls met a gateway that did not have the API"`
	TokensRefused form.Range[int] `yaml:"tokens-refused" doc:"how many calls failed because the gateway did not take the token"`
	Revoked       form.Range[int] `yaml:"revoked" doc:"how many calls were served with a token that had been revoked"`
	NotSubscribed form.Range[int] `yaml:"not-subscribed" doc:"how many calls failed because the gateway knew no subscription"`
	SessionsLost  form.Range[int] `yaml:"sessions-lost" doc:"how often the user had to log in again"`
	Stale         form.Range[int] `yaml:"stale" doc:"how many lists of the store lacked an API that was acknowledged"`
	Past          form.Range[int] `yaml:"past" doc:"how many requests went past the proxy, where a redirect had led"`
	Lost          form.Range[int] `yaml:"lost" doc:"how many APIs were not there when they were last called"`
	Unsubscribed  form.Range[int] `yaml:"unsubscribed" doc:"how many subscriptions were not there when they were last used"`
}

// figures pairs what is expected with what was counted.
func (x Portal) figures(p oracle.Portal) []portalFigure {
	return []portalFigure{
		{"published", x.Published, p.Published}, {"not published", x.PublishFailed, p.PublishFailed},
		{"calls served", x.Served, p.Served}, {"failed", x.Failed, p.Failed}, {"without the API", x.Missing, p.Missing},
		{"tokens refused", x.TokensRefused, p.TokensRefused}, {"with a revoked token", x.Revoked, p.Revoked}, {"not subscribed", x.NotSubscribed, p.NotSubscribed},
		{"sessions lost", x.SessionsLost, p.SessionsLost}, {"stale lists", x.Stale, p.Stale}, {"past the proxy", x.Past, p.Past},
		{"APIs lost", x.Lost, p.Lost}, {"subscriptions lost", x.Unsubscribed, p.Unsubscribed},
	}
}

type portalFigure struct {
	name string
	want form.Range[int]
	got  int
}

// Text implements Expectation.
func (x Portal) Text() string {
	s := "API managers"
	if x.Developer != "" {
		s += " for " + x.Developer
	}
	var all []string
	for _, f := range x.figures(oracle.Portal{}) {
		all = append(all, part(f.name, f.want))
	}
	return s + parts(all...)
}

// Needs implements Expectation: where nothing was answered, nothing was lost.
func (x Portal) Needs() []Need {
	return []Need{func(e Evidence) error {
		if !slices.ContainsFunc(e.Measures.Portals, x.about) {
			return errors.New("no developer made a request")
		}
		p := x.sum(e)
		calls := p.Served + p.Missing + p.TokensRefused + p.Revoked + p.NotSubscribed
		switch {
		case calls == 0 && !x.Served.Given && anyGiven(x.Missing, x.TokensRefused, x.Revoked, x.NotSubscribed, x.Lost, x.Unsubscribed):
			return errors.New("no call of an API was answered")
		case calls == p.Missing+p.TokensRefused && !x.Served.Given && anyGiven(x.NotSubscribed, x.Unsubscribed):
			return errors.New("no call got as far as its subscription")
		case p.Listed == 0 && x.Stale.Given:
			return errors.New("the store answered with no list")
		case p.Published+p.PublishFailed == 0 && x.PublishFailed.Given:
			return errors.New("no developer tried to publish")
		case calls+p.Listed+p.Published+p.SessionsLost == 0 && anyGiven(x.SessionsLost, x.Past):
			return errors.New("no API manager answered")
		}
		return nil
	}}
}

// about reports whether the expectation is about a developer.
func (x Portal) about(p oracle.Portal) bool { return x.Developer == "" || x.Developer == p.Developer }

// Reads implements Expectation.
func (Portal) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Portal) Check(e Evidence) Result {
	got, passed := "", true
	for i, f := range x.figures(x.sum(e)) {
		passed = passed && f.want.Contains(f.got)
		if i > 0 {
			got += ", "
		}
		got += fmt.Sprintf("%s %d", f.name, f.got)
	}
	return Result{Passed: passed, Got: got}
}

func (x Portal) sum(e Evidence) (sum oracle.Portal) {
	for _, p := range e.Measures.Portals {
		if !x.about(p) {
			continue
		}
		sum.Published += p.Published
		sum.PublishFailed += p.PublishFailed
		sum.Served += p.Served
		sum.Failed += p.Failed
		sum.Missing += p.Missing
		sum.TokensRefused += p.TokensRefused
		sum.Revoked += p.Revoked
		sum.NotSubscribed += p.NotSubscribed
		sum.SessionsLost += p.SessionsLost
		sum.Listed += p.Listed
		sum.Stale += p.Stale
		sum.Past += p.Past
		sum.Lost += p.Lost
		sum.Unsubscribed += p.Unsubscribed
	}
	return sum
}

// Problems implements Expectation.
func (x Portal) Problems(plan Plan) []topology.Problem {
	problems := fromDeveloper.problems(plan, "developer", x.Developer)
	if len(fromDeveloper.check(plan, "")) > 0 {
		problems = []topology.Problem{{Message: "no node has a developer"}}
	}
	for _, f := range x.figures(oracle.Portal{}) {
		if f.want.Given {
			return problems
		}
	}
	return append(problems, topology.Problem{Message: "want something to expect, such as lost: 0"})
}
