package scenarios

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// hardLab is a lab whose run ends with operations of a teller that take years
// to judge: every set of 40 concurrent writes is tried before it is known that
// the last two reads cannot be explained. Soon after that begins, it calls
// meanwhile.
type hardLab struct {
	Lab
	follow    func(event.Event)
	meanwhile func()
}

// Finish implements Lab.
func (l hardLab) Finish() error {
	did := func(began, ended time.Duration, verb, value string) {
		l.follow(event.Event{At: l.Now() + ended, Node: "t1", What: event.TellerDone{
			Book: "accounts", Key: "r1", Clerk: 1, Verb: verb, Value: value, Began: l.Now() + began, Outcome: "ok",
		}})
	}
	for i := range 40 {
		did(0, time.Second, "write", fmt.Sprintf("v%d", i))
	}
	did(2*time.Second, 3*time.Second, "read", "v1")
	did(4*time.Second, 5*time.Second, "read", "v2")
	time.AfterFunc(50*time.Millisecond, l.meanwhile)
	return l.Lab.Finish()
}

// TestInterruptedWhileItIsJudged: the end of the context ends a judgement that
// would take years. What was measured is returned, and nothing of it is judged.
func TestInterruptedWhileItIsJudged(t *testing.T) {
	s, err := Parse("pair.yaml", []byte(`name: pair
duration: 10s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100}}}
expect:
  - moves: 0
`))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o, err := s.Run(ctx, RunOptions{Seed: 1, Lab: func(topo topology.Topology, o world.Options) (Lab, error) {
		w, err := world.Build(topo, o)
		return hardLab{virtualLab{w}, o.Follow, cancel}, err
	}})
	if o == nil || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, %v, want an outcome and the error of the context", o, err)
	}
	if len(o.Expectations)+len(o.Violations) > 0 || o.Digest != "" {
		t.Errorf("judged %v and %v, want nothing", o.Expectations, o.Violations)
	}
	if l := o.Measures.Ledgers; len(l) != 1 || l[0].OK != 42 || o.Simulated != 10*time.Second {
		t.Errorf("got %+v at %v, want 42 operations at the end", l, o.Simulated)
	}
}
