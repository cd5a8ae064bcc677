package spec_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// pairing is what nginx and our proxy both play.
type pairing interface {
	title() string
	nginxs() *scenarios.Scenario
	ours(ahead time.Duration) *scenarios.Scenario // with a clock that is ahead
	dueAt(asked) time.Duration
	interval() time.Duration      // between two requests of a client
	server(address string) string // its name; empty: it is none, but an upstream's name
}

// asked is a request: which one of which client.
type asked struct {
	client string
	number int // from 1, in the order in which they came due
}

// fates say what became of each request: which servers were tried, what the
// client got, and from whom, such as "m1 m2: 200 of m2" or "m1: 504".
type fates map[asked]string

// result is what a client got for a request, and when: a status, or how it
// failed.
type result struct {
	asked
	what string
	at   time.Duration
}

// resultsOf are those of all requests, by their number in the run. Which one of
// its client a request is follows from when it came due, for in real time one
// may overtake another.
func resultsOf(t pairing, o *scenarios.Outcome) map[uint64]result {
	all := map[uint64]result{}
	for e, r := range event.From[event.RequestAnswered](o.Events) {
		all[r.Request] = result{askedAt(t, e.Node, e.At-r.Latency), strconv.Itoa(r.Status), e.At}
	}
	for e, r := range event.From[event.RequestFailed](o.Events) {
		all[r.Request] = result{askedAt(t, e.Node, e.At-r.After), strings.TrimPrefix(r.Failure, "status-"), e.At}
	}
	return all
}

// askedAt is the request of a client that came due at an instant.
func askedAt(t pairing, client string, due time.Duration) asked {
	first := t.dueAt(asked{client, 1})
	return asked{client, 1 + int(math.Round(float64(due-first)/float64(t.interval())))}
}

// fate puts one into words. Without a server the answer is the proxy's own.
func fate(tried []string, got, by string) string {
	text := strings.Join(tried, " ") + ": " + got
	if by != "" {
		text += " of " + by
	}
	return text
}

// fatesOfOurs reads them from the events of our proxy.
func fatesOfOurs(t pairing, o *scenarios.Outcome) fates {
	results := resultsOf(t, o)
	tried, by := map[uint64][]string{}, map[uint64]string{}
	for _, f := range event.From[event.ProxyAttemptFailed](o.Events) {
		_, server, several := strings.Cut(f.Peer, "/") // of the upstream
		if !several {
			server = f.Peer
		}
		tried[f.Request] = append(tried[f.Request], server)
	}
	for e, s := range event.From[event.RequestServed](o.Events) {
		// The last one before the client has its answer: those before it were
		// dropped, and a slow server answers when nobody listens any more.
		if s.Service == "backend" && e.At <= results[s.Request].at {
			by[s.Request] = e.Node
		}
	}
	for _, r := range event.From[event.ProxyRefused](o.Events) {
		by[r.Request] = ""
	}
	all := fates{}
	for id, got := range results { // order: a map
		if by[id] != "" {
			tried[id] = append(tried[id], by[id])
		}
		all[got.asked] = fate(tried[id], got.what, by[id])
	}
	return all
}

// nginxLine is a line that nginx writes for each request.
var nginxLine = regexp.MustCompile(`^` + nginxFate + ` (\d+) ([\d.]+) \[(.*)\] \[(.*)\]$`)

// fatesOfNginx reads them from what nginx has written. Ahead is by how much the
// seconds of its clock are ahead of those of the run: a line is written at an
// instant by its clock, and heard a little later by that of the run.
func fatesOfNginx(t pairing, o *scenarios.Outcome) (all fates, ahead time.Duration) {
	all = fates{}
	results := resultsOf(t, o)
	for _, got := range results { // order: a map
		all[got.asked] = "did not reach nginx: " + got.what
	}
	var latest time.Duration // of the time of day minus the instant
	for e, said := range event.From[event.ProgramSaid](o.Events) {
		m := nginxLine.FindStringSubmatch(said.Line)
		if m == nil {
			panic(fmt.Sprintf("got the line %q of nginx, want one for a request", said.Line))
		}
		id, _ := strconv.ParseUint(m[1], 10, 64)
		at, _ := time.ParseDuration(m[2] + "s")
		latest = max(latest, at-e.At)
		var tried []string
		by := ""
		heads := strings.Split(m[4], ", ")
		for i, address := range strings.Split(m[3], ", ") {
			server := t.server(address)
			if by = ""; server == "" {
				continue // no live upstreams
			}
			tried = append(tried, server)
			if heads[i] != "-" {
				by = server
			}
		}
		got := results[id]
		if got.what == "timeout" && len(tried) > 0 {
			tried = tried[:len(tried)-1] // on which it waited when its client gave up
		}
		all[got.asked] = fate(tried, got.what, by)
	}
	return all, latest % time.Second
}

// unsure are the requests whose fate with our proxy hangs on an instant that
// may differ in real time: that of a fault, or of a second of the clock.
func unsure(certain fates, t pairing, ahead time.Duration, play func(*scenarios.Scenario) *scenarios.Outcome) map[asked]bool {
	var variants []*scenarios.Scenario
	for _, by := range []time.Duration{-nearFault, nearFault} {
		s := t.ours(ahead)
		s.Timeline = slices.Clone(s.Timeline)
		for i := range s.Timeline {
			s.Timeline[i].At = max(0, s.Timeline[i].At+by)
		}
		variants = append(variants, s)
	}
	for _, by := range []time.Duration{-nearSecond, nearSecond} {
		variants = append(variants, t.ours(ahead+by))
	}
	all := map[asked]bool{}
	for _, s := range variants {
		other := fatesOfOurs(t, play(s))
		for request, fate := range certain {
			if other[request] != fate {
				all[request] = true
			}
		}
	}
	return all
}

// How far from a fault, and from the end of a second by the clock of the proxy,
// a decision must be to be compared.
const (
	nearFault  = 150 * time.Millisecond
	nearSecond = 30 * time.Millisecond
)

// sortedRequests lists the requests of fates in order.
func sortedRequests[V any](of map[asked]V) []asked {
	var all []asked
	for request := range of { // order: sorted below
		all = append(all, request)
	}
	slices.SortFunc(all, func(a, b asked) int {
		if a.client != b.client {
			return strings.Compare(a.client, b.client)
		}
		return a.number - b.number
	})
	return all
}
