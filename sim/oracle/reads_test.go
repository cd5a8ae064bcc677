package oracle

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
)

// TestReads: a fold reads every kind that can change what it finds, and no
// other. Method: runs of random events of what a fold reads and of other kinds.
// Folds that see every event find the same as those that see what they read;
// without one of these kinds, the fold finds something else in some run.
func TestReads(t *testing.T) {
	for i, f := range New(balancedPaper(0)).folds {
		var runs []run
		for seed := range uint64(30) {
			r := newRun(seed, f.reads())
			runs = append(runs, r)
			if all := r.play(everything); !reflect.DeepEqual(all, r.found) {
				t.Errorf("run %d of %T: all folds see every event (-) or what they read (+):\n%s", seed, f, cmp.Diff(all, r.found))
			}
		}
		for _, kind := range event.Kinds() {
			without := event.SetNamed(kind)
			if f.reads() == f.reads().Without(without) || versionReads != versionReads.Without(without) && readsVersion(f) ||
				slices.Contains(rare[fmt.Sprintf("%T", f)], kind) {
				continue
			}
			if !slices.ContainsFunc(runs, func(r run) bool { return r.notices(i, without) }) {
				t.Errorf("%T reads %s, and finds the same without it", f, kind)
			}
		}
	}
}

// rare are kinds that matter in few of the runs, by folds. TestOthersSurvive
// and the tests of takeovers fail without them.
var rare = map[string][]string{
	"*oracle.takeovers": {"standby-sent", "track-changed"},
	"*oracle.othersSurvive": {
		"balance-recovery", "balance-table", "conn-timed-out", "fault-applied", "fault-healed", "path-changed", "power-changed",
		"request-answered", "request-sent",
	},
}

// readsVersion reports whether a fold reads all that changes the version of the
// scene, whatever of that it needs.
func readsVersion(f fold) bool { return versionReads.Without(f.reads()) == event.Set{} }

// run is random events, and what folds that see what they read find in them.
type run struct {
	seed   uint64
	facts  Facts
	events []event.Event
	found  found
}

type found struct {
	Measures   Measures
	Violations []Violation
}

// newRun returns a run of events of some kinds, which meet each other often,
// and of a few others.
func newRun(seed uint64, of event.Set) run {
	r := run{seed: seed, facts: balancedPaper(time.Minute)}
	r.facts.Clients[0].Users = int(seed % 2)
	r.facts.Members[1].Real = seed%4 > 1
	random := rand.New(rand.NewPCG(seed, 1))
	var kinds, others []string
	for _, kind := range event.Kinds() {
		if of != of.Without(event.SetNamed(kind)) {
			kinds = append(kinds, kind)
		} else {
			others = append(others, kind)
		}
	}
	for range len(kinds)/2 + 2 {
		kinds = append(kinds, pick(random, others...))
	}
	at := time.Duration(0)
	for range 200 {
		at += time.Duration(random.IntN(4)) * 200 * ms
		node := pick(random, "a", "b", "c", "c1")
		r.events = append(r.events, event.Event{At: at, Node: node, What: anyBody(random, pick(random, kinds...))})
	}
	r.facts.Duration = at + time.Second
	r.found = r.play(whatItReads)
	return r
}

func pick(random *rand.Rand, words ...string) string { return words[random.IntN(len(words))] }

// anyBody returns a body of the kind with random values, few of each sort.
func anyBody(random *rand.Rand, kind string) event.Body {
	e, err := event.ParseJSON(fmt.Appendf(nil, `{"at_ns":1,"node":"a","kind":%q}`, kind))
	if err != nil {
		panic(err)
	}
	body := reflect.New(reflect.TypeOf(e.What)).Elem()
	names := event.Fields(kind)
	conn := uint64(1 + random.IntN(3)) // with one end
	for i := range body.NumField() {
		switch f := body.Field(i); {
		case names[i] == "conn":
			f.SetUint(conn)
		case (names[i] == "client" || names[i] == "local") && f.Kind() == reflect.String:
			f.SetString([]string{local(1), local(2), vip + ":3"}[conn-1])
		case f.Type() == reflect.TypeFor[time.Duration]():
			f.SetInt(int64(random.IntN(20)) * int64(100*ms))
		case f.Kind() == reflect.String:
			f.SetString(anyText(random, kind, names[i]))
		case f.Kind() == reflect.Bool:
			f.SetBool(random.IntN(2) == 0)
		case f.CanInt():
			f.SetInt(int64(random.IntN(4)))
		case f.CanUint():
			f.SetUint(uint64(random.IntN(4)))
		}
	}
	return body.Interface().(event.Body)
}

func anyText(random *rand.Rand, kind, name string) string {
	if _, words := event.CanHold(kind, name, "\x00"); len(words) > 0 {
		return strings.TrimSuffix(pick(random, words...), "-")
	}
	switch name {
	case "interface", "segment":
		return "lan"
	case "vip", "ip":
		return vip
	case "service", "target":
		return pick(random, service, vip+":21")
	case "member":
		return at(pick(random, "a", "b", "c"))
	case "fault":
		return pick(random, "pull a.lan", "pull b.lan", "crash a", "crash c", "impair lan loss 1%", "heal")
	case "opcode":
		return "Resign"
	case "cause":
		return pick(random, "active timer expired", "active resigned", "higher member is active")
	case "class":
		return "control"
	case "state", "outcome":
		return pick(random, "full", "free", "heard", "began", "ended")
	case "failure", "how":
		return pick(random, "reset", "timeout", "deleted", "status-500")
	}
	return pick(random, "a", "b", "c", "c1")
}

// play returns what the folds find if each sees the kinds that sees says.
func (r run) play(sees func(place int, f fold) event.Set) found {
	o := New(r.facts)
	o.readers = event.PerKind[uint64]{}
	for i, f := range o.folds {
		for readers := range o.readers.In(sees(i, f)) {
			*readers |= 1 << i
		}
	}
	for _, e := range r.events {
		o.Observe(e)
	}
	m, violations, _ := o.Finish(context.Background()) // which does not end
	return found{m, violations}
}

func everything(int, fold) event.Set { return event.All() }

func whatItReads(_ int, f fold) event.Set { return f.reads() }

// notices reports whether something else is found if the fold at a place does
// not see some kinds.
func (r run) notices(place int, without event.Set) bool {
	return !reflect.DeepEqual(r.found, r.play(func(i int, f fold) event.Set {
		if i == place {
			return f.reads().Without(without)
		}
		return f.reads()
	}))
}
