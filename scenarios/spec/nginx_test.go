package spec_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// How many timelines are played, from which seed, and how many at once. By
// hand:
//
//	go test ./scenarios/spec -run TestSpecs -ginkgo.label-filter='netns && held' -nginx.timelines 200
var (
	nginxTimelines = flag.Int("nginx.timelines", 10, "how many drawn timelines nginx and our proxy play")
	nginxDocuments = flag.Int("nginx.documents", 4, "how many more with the document's configuration")
	nginxFrom      = flag.Uint64("nginx.from", 1, "seed of the first of both")
	nginxAtOnce    = flag.Int("nginx.at-once", 5, "how many of them are played at once")
)

// leftOutMax is the largest share of requests that may be left out.
const leftOutMax = 0.1

// comparison is what came of one timeline.
type comparison struct {
	pairing
	err         error
	noise       time.Duration
	busy        bool // too much noise for a verdict
	requests    int
	leftOut     int // their fate hangs on an instant
	eventful    int // of those compared: not an answer 200 of the first server
	differences []string
}

// compare plays the timeline with nginx in real time, and then with our proxy
// in virtual time, whose clock has the phase that nginx's had.
func compare(t pairing) comparison {
	c := comparison{pairing: t}
	o, err := t.nginxs().Run(context.Background(), scenarios.RunOptions{Seed: 1, Lab: onNamespaces, Keep: event.All()})
	if err != nil {
		c.err = err
		return c
	}
	c.noise = o.Noise
	theirs, ahead := fatesOfNginx(t, o)
	play := func(s *scenarios.Scenario) *scenarios.Outcome {
		o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: 1, Keep: event.All()})
		if err != nil {
			c.err = err
			return &scenarios.Outcome{}
		}
		return o
	}
	ours := fatesOfOurs(t, play(t.ours(ahead)))
	leave := unsure(ours, t, ahead, play)
	for _, request := range sortedRequests(ours) {
		c.requests++
		fate := ours[request]
		switch {
		case leave[request]:
			c.leftOut++
			continue
		case theirs[request] != fate:
			c.differences = append(c.differences, fmt.Sprintf("%s %d, due at %v: nginx %q, ours %q", request.client, request.number, t.dueAt(request), theirs[request], fate))
		}
		if first, _, _ := strings.Cut(fate, ": "); !strings.HasPrefix(fate, first+": 20") || !strings.HasSuffix(fate, " of "+first) {
			c.eventful++
		}
	}
	return c
}

// pairings are all that is played.
func pairings() []pairing {
	var all []pairing
	for _, t := range stagedNginx() {
		all = append(all, t)
	}
	for i := range *nginxTimelines {
		all = append(all, drawNginx(*nginxFrom+uint64(i)))
	}
	for i := range *nginxDocuments {
		all = append(all, drawDocument(*nginxFrom+uint64(i)))
	}
	return all
}

// String is a line about the comparison, and one for each difference.
func (c comparison) String() string {
	title := "in all"
	if c.pairing != nil {
		title = c.title()
	}
	text := fmt.Sprintf("%s: %d requests, %d left out, %d differ, %d eventful, noise %v", title, c.requests, c.leftOut, len(c.differences), c.eventful, c.noise)
	if c.err != nil {
		text += fmt.Sprintf(": %v", c.err)
	}
	return strings.Join(append([]string{text}, c.differences...), "\n  ")
}

// playsMax is how often a timeline is played at most. Under noise a request may
// be late, and then nginx is right to do something else; as for incidents, one
// play proves little, and the second one that differs fails the timeline.
const playsMax = 4

// judge plays the timeline until there is a verdict.
func judge(t pairing) comparison {
	wrong := 0
	for plays := 1; ; plays++ {
		c := compare(t)
		if len(c.differences) > 0 && c.noise <= scenarios.RealTime/4 {
			wrong++
		}
		switch {
		case c.err != nil || len(c.differences) == 0 || wrong == strikes:
			fmt.Fprintln(os.Stderr, c)
			return c
		case plays == playsMax:
			c.busy = true
			fmt.Fprintln(os.Stderr, "not judged, the machine is too busy:", c)
			return c
		}
		fmt.Fprintln(os.Stderr, "again", c)
	}
}

// Held against the real one: each request of drawn timelines fares with our
// proxy in virtual time as with nginx on the kernel's stack (spec/failover.md
// §7.1). So does each request to one of the eight locations of the documented
// active-passive configuration, nginx's against the preset (§7.2).
//
// What is compared is the strictest that both worlds share: which servers a
// request tried, in their order, and what its client got from whom. The phase
// of nginx's clock, in whole seconds of which it counts, is read from its log,
// and our proxy's clock gets the same. So only those requests are left out
// whose fate would be another one if the faults came 150 ms earlier or later,
// or the seconds 50 ms: with these, real time decides.
var _ = Describe("our proxy fares as nginx", Label(labelNetns, "held", "nginx"), func() {
	It("request by request", func(ctx SpecContext) {
		if why := obstacle(drawNginx(1).nginxs()); why != "" {
			Skip(why)
		}
		<-theStage().over // both are measured in real time
		var judged []comparison
		var mu sync.Mutex
		timelines := make(chan pairing)
		var group sync.WaitGroup
		for range *nginxAtOnce {
			group.Go(func() {
				for t := range timelines {
					c := judge(t)
					mu.Lock()
					judged = append(judged, c)
					mu.Unlock()
				}
			})
		}
		starts := time.NewTicker(startEvery / time.Duration(runtime.NumCPU()))
		for _, t := range pairings() {
			<-starts.C
			timelines <- t
		}
		starts.Stop()
		close(timelines)
		group.Wait()
		total := comparison{}
		for _, c := range judged {
			Expect(c.err).NotTo(HaveOccurred(), c.String())
			if c.busy {
				continue
			}
			total.requests += c.requests
			total.leftOut += c.leftOut
			total.eventful += c.eventful
			total.differences = append(total.differences, c.differences...)
			total.noise = max(total.noise, c.noise)
		}
		AddReportEntry("in all", total.String())
		if total.requests == 0 {
			Skip("the machine is too busy for real time")
		}
		Expect(total.differences).To(BeEmpty())
		Expect(float64(total.leftOut)).To(BeNumerically("<=", leftOutMax*float64(total.requests)))
		Expect(float64(total.eventful)).To(BeNumerically(">=", 0.2*float64(total.requests)), "so many must put the proxy to the test")
	})
})
