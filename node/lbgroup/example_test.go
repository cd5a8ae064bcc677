package lbgroup_test

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/lbgroup"
)

// A back end refuses connections. The request is served by the next one, and
// the first is back after Damp, although nobody has checked it.
func Example() {
	group, err := lbgroup.New(lbgroup.Config{
		Algorithm: lbgroup.FirstAlive, Damp: 120 * time.Second, Mode: lbgroup.Observed,
		FailedCheck: lbgroup.Down, TryEveryFailed: lbgroup.Down,
		Members: []lbgroup.Member{{Server: "dp-c", Weight: 1}, {Server: "dp-d", Weight: 1}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	report := func(now time.Duration) {
		for _, c := range group.Changes() {
			fmt.Printf("%v %s %v -> %v: %v %s\n", now, c.Server, c.From, c.To, c.Cause, c.Detail)
		}
	}

	now := 10 * time.Second
	request := group.Begin(lbgroup.Request{})
	fmt.Println(request.Next(now))
	request.Failed(now, "(refused)")
	report(now)
	fmt.Println(request.Next(now))
	request.Connected()
	fmt.Println(group.Status())
	request.Released()

	now = group.NextAt()
	group.Advance(now)
	report(now)
	// Output:
	// {dp-c by the algorithm}
	// 10s dp-c up -> softdown: connect failed (refused)
	// {dp-d by the algorithm}
	// [{dp-c softdown 1 0} {dp-d up 1 1}]
	// 2m10s dp-c softdown -> up: damp elapsed
}
