package spec_test

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// The kinds of check, by what they ask of a server.
var (
	connects = []string{"tcp-half", "tcp-full", "ims", "ldap-ping"}
	asks     = []string{"http-status", "http-token", "http-regexp", "soap", "json"}
	binds    = []string{"ldap-bind"}
	allKinds = slices.Concat(connects, asks, binds)
)

// asking is the target of a probe of a kind, below http://192.0.2.1, and what
// it looks for there.
var asking = map[string]string{
	"http-status": "/",
	"http-token":  "/', token: 'abcdefghijklmnopqrstuvwxyz",
	"http-regexp": "/', filter: 'xyz",
	"soap":        "/soap",
	"json":        "/json', field: status, value: 'UP",
}

// pages are what web answers; static ones whatever becomes of it.
func pages(static bool) string {
	return fmt.Sprintf("paths: {/: {static: %[1]t}, /soap: {body: <up/>, content-type: text/xml, static: %[1]t}, "+
		"/json: {body: '{\"status\": \"UP\"}', static: %[1]t}}", static)
}

// watched is the machines web and dir, which a probe of each kind checks.
type watched struct {
	web     string   // programs of web, which answers HTTP and TCP
	without []string // kinds that have no server of this kind
	faults  []string
}

// found is what a kind of check says of a failure: that of each check, or
// nothing if it does not see it. A check says timeout once it has waited for
// its limit, and anything else at once.
type found map[string]string

// all gives several kinds one word.
func all(word string, kinds ...[]string) found {
	f := found{}
	for _, kind := range slices.Concat(kinds...) {
		f[kind] = word
	}
	return f
}

// but is another word for some kinds.
func (f found) but(word string, kinds ...string) found {
	for _, kind := range kinds {
		f[kind] = word
	}
	return f
}

// matrixChecks is the schedule of the probes of the matrix.
var matrixChecks = checks{interval: 2 * time.Second, limit: time.Second, fall: 3}

// The matrix of spec/failover.md F7 and F9: each way of being almost dead, with
// each kind of check. What a check sees it sees by its formula, in each phase,
// and nothing else happens to it, before or after. No client is answered,
// whatever checks say.
var _ = DescribeTable("an almost dead server", Label("matrix", "F7", "F9", "F40", "probe"),
	func(ctx SpecContext, w watched, want found) {
		s, c, n := matrixChecks, newCard(), &nodes{}
		n.add("web", w.web)
		n.add("dir", "backend: {protocol: ldap}")
		n.add("app", "backend: {"+pages(false)+"}")
		kinds := 0
		for _, kind := range allKinds {
			if slices.Contains(w.without, kind) {
				continue
			}
			kinds++
			target := "http://192.0.2.1" + asking[kind]
			if kind == "ldap-bind" || kind == "ldap-ping" {
				target = "ldap://192.0.2.2"
			}
			n.add(kind, fmt.Sprintf("probe: {by: %s, target: '%s', interval: %v, timeout: %v, fall: %d}", kind, target, s.interval, s.limit, s.fall))
			if word := want[kind]; word != "" {
				c.row(kind, word, fixed(s, word == "timeout"))
			}
		}
		n.add("c1", "client: {target: 'http://192.0.2.1/shop', rate: 2/s, connections: 10, timeout: 1s}")
		p := phased{
			topology: n.topology(), from: 4 * s.interval, period: s.interval, lasts: 10 * s.interval, faults: w.faults,
			keep: event.All(),
		}
		p.play(ctx, func(at time.Duration, o *scenarios.Outcome) {
			expectVocabulary(o.Events)
			ups := 0
			for e, b := range event.From[event.ProbeChanged](o.Events) {
				if e.At < at {
					Expect(b.State).To(Equal("up"), "what %s says at %v", e.Node, e.At)
					ups++
					continue
				}
				Expect(b.State+" "+b.Reason).To(Equal("down "+want[e.Node]), "what %s says at %v, after %v at %v", e.Node, e.At, w.faults, at)
				c.see(e.Node, e.At-at)
			}
			Expect(ups).To(Equal(kinds), "probes that see it up before")
			answered := 0
			for e := range event.From[event.RequestAnswered](o.Events) {
				Expect(e.At).To(BeNumerically("<=", at+message), "answer to a client, after %v", w.faults)
				answered++
			}
			Expect(answered).To(BeNumerically(">=", 2*(at-time.Second)/time.Second), "answers to the client before")
		})
		c.judge(p.phaseTime())
	},
	// It accepts and never answers. The backlog has room, so nothing that only
	// connects ever knows.
	Entry("whose program gets no CPU", serving("hog web service 100%", "hog dir service 100%"),
		all("timeout", asks, binds)),
	Entry("whose program hangs", serving("backend web hang", "backend dir hang"),
		all("timeout", asks, binds)),
	Entry("that answers a byte each second", servingHTTP("backend web slow-drip"),
		all("timeout", asks)),
	// It accepts and resets.
	Entry("that resets after the request", serving("backend web reset", "backend dir reset"),
		all("reset", asks, binds)),
	Entry("that resets what it has accepted", serving("backend web reset-on-accept", "backend dir reset-on-accept"),
		all("reset", asks, binds)),
	// Its memory is exhausted: there is none for a connection, or for a request. An
	// answer of any status will do for soap, if it is XML.
	Entry("without memory for connections", gatewayed("fill web memory 100%"),
		all("reset", asks)),
	Entry("without memory for requests", gatewayed("fill web memory 99.8%"),
		all("status 503", asks).but("not XML", "soap")),
	// The page is static, and the real path is broken: nobody knows.
	Entry("whose pages are static while it hangs", static("backend web hang"), found{}),
	Entry("whose pages are static while it fails", static("backend web status 500"), found{}),
	Entry("whose answers are errors with the right content", servingHTTP("backend web status 500"),
		all("status 500", asks).but("", "soap")),
	// What is behind it is broken, and it answers for that: 500 after its own time
	// limit is too late here.
	Entry("whose back end hangs", gatewayed("backend app hang"),
		all("timeout", asks)),
	// Its SYNs are dropped, or it is not there at all: all know.
	Entry("whose SYN is never answered", serving("drop tcp from web", "drop tcp from dir"),
		all("timeout", allKinds)),
	Entry("that has no power", serving("crash web", "crash dir"),
		all("timeout", allKinds)),
	Entry("whose program has ended", serving("stop service http on web", "stop service http on dir"),
		all("refused", allKinds)),
)

// serving is web as a back end, and faults.
func serving(faults ...string) watched {
	return watched{web: "backend: {" + pages(false) + "}", faults: faults}
}

// servingHTTP is serving for faults that only servers of HTTP can have.
func servingHTTP(faults ...string) watched {
	w := serving(faults...)
	w.without = []string{"ldap-bind", "ldap-ping"}
	return w
}

// static is servingHTTP with static pages.
func static(faults ...string) watched {
	w := servingHTTP(faults...)
	w.web = "backend: {" + pages(true) + "}"
	return w
}

// gatewayed is web as a gateway in front of app, with a memory of its own. A
// connection takes 64 KiB of it, and a request 256 KiB: 0.2 % are 131 KiB.
func gatewayed(faults ...string) watched {
	w := servingHTTP(faults...)
	w.web = "gateway: {services: {web: {listen: '192.0.2.1:80', forward: '192.0.2.3:80'}}}, memory: {limit: 64MiB}"
	return w
}
