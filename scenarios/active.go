package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Active expects that a member believes to be Active during a window, at an
// instant, or throughout: from the first time it became Active until the end.
// Throughout is the default.
type Active struct {
	Member     `yaml:",inline"`
	Window     `yaml:",inline"`
	At         time.Duration `yaml:"at" doc:"the one instant to look at; with after, counted from the fault"`
	Throughout bool          `yaml:"throughout" doc:"from the first time the node became Active until the end (the default if neither at nor a window is given)"`
}

func (x Active) windowed() bool { return x.Window != Window{} || x.At != 0 }

// Text implements Expectation.
func (x Active) Text() string {
	switch {
	case x.At != 0:
		return fmt.Sprintf("%s is Active at %s%s", x.Member, spanText(x.At), afterText(x.After))
	case x.windowed():
		return fmt.Sprintf("%s is Active%s", x.Member, x.Window.text())
	}
	return fmt.Sprintf("%s is Active throughout", x.Member)
}

// Check implements Expectation.
func (x Active) Check(e Evidence) Result {
	w := x.Window
	if x.At != 0 {
		w.From, w.To = x.At, x.At
	}
	p, err := w.resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	from, to := p.core()
	got := "never Active"
	for _, l := range x.Member.of(lanes(e)) {
		first := slices.IndexFunc(l.stretches, func(s stretch) bool { return s.state == stateActive })
		if first < 0 {
			continue
		}
		begin := from
		if !x.windowed() {
			begin = l.stretches[first].from
		}
		broken := slices.IndexFunc(l.stretches, func(s stretch) bool {
			return s.state != stateActive && s.from <= to && s.to > begin && s.from < s.to
		})
		if broken < 0 {
			i := slices.IndexFunc(l.stretches, func(s stretch) bool { return s.state == stateActive && s.to >= begin })
			return Result{Passed: true, Got: l.stretches[i].String()}
		}
		got = l.stretches[broken].String()
	}
	return Result{Got: got}
}

func (x Active) problems(s *Scenario) []topology.Problem {
	problems := slices.Concat(x.Member.problems(s), x.Window.problems(s))
	if x.At != 0 && (x.From != 0 || x.To != 0) || x.Throughout && x.windowed() {
		problems = append(problems, topology.Problem{Message: "want one of throughout, at, and a window with from and to"})
	}
	if x.At > s.Duration {
		problems = append(problems, topology.Problem{Path: []string{"at"}, Message: fmt.Sprintf("got %s, want an instant before the end at %s", x.At, s.Duration)})
	}
	return problems
}

// OnlyActive expects that in a window no other node than those listed believed
// to be Active at any instant. It does not say that they were.
type OnlyActive struct {
	Nodes  []string `yaml:"nodes,short" doc:"the nodes that may be Active; an empty list: none may" jsonschema:"required"`
	Window `yaml:",inline"`
}

// Text implements Expectation.
func (x OnlyActive) Text() string {
	if len(x.Nodes) == 0 {
		return "nobody is Active" + x.Window.text()
	}
	return "nobody but " + strings.Join(x.Nodes, ", ") + " is Active" + x.Window.text()
}

// Check implements Expectation.
func (x OnlyActive) Check(e Evidence) Result {
	p, err := x.Window.resolve(e)
	if err != nil {
		return Result{Got: err.Error()}
	}
	from, to := p.core()
	for _, l := range lanes(e) {
		for _, s := range l.stretches {
			if s.state == stateActive && s.from <= to && s.to > from && !slices.Contains(x.Nodes, l.member.Node) {
				return Result{Got: fmt.Sprintf("%s was %s", l.member.Node, s)}
			}
		}
	}
	return Result{Passed: true, Got: "nobody else"}
}

func (x OnlyActive) problems(s *Scenario) []topology.Problem {
	problems := x.Window.problems(s)
	for i, name := range x.Nodes {
		for _, p := range problemsOfNode(s, strconv.Itoa(i), name) {
			p.Path = append([]string{"nodes"}, p.Path...)
			problems = append(problems, p)
		}
	}
	return problems
}
