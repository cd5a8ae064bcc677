package spec_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
)

// The rhythm of the timelines keeps what is decided apart from the faults. Of
// both clients together a request comes due each beat. A timeout is some beats
// and a moment, so that it does not end just as a request comes due, and faults
// come long after all that a beat decides: a request, and one or two timeouts.
const (
	nginxBeat   = 1250 * time.Millisecond / 3 // 1.2 requests of each client in a second
	nginxMoment = 35 * time.Millisecond
	nginxFaults = 2*nginxMoment + (nginxBeat-2*nginxMoment)/2 // after a beat

	// A connect timeout below 1 s ends before the first SYN is repeated, which
	// Linux and our stack do at different instants.
	nginxConnect = 2*nginxBeat + nginxMoment
	nginxRead    = 3*nginxBeat + nginxMoment

	nginxStart = 1 * time.Second
	nginxEnd   = 40 * time.Second
	nginxStop  = 35 * time.Second // of the clients: each request is over by the end
)

// nginxTimeline is a proxy, its servers and what happens to them, drawn from a
// seed. It is played with our proxy, or with nginx.
type nginxTimeline struct {
	seed      uint64
	servers   []nginxServer
	next      []string
	tries     int
	keepAlive int
	steps     []string      // lines of a timeline
	phase     time.Duration // of the beats
}

// nginxServer is a line of an upstream block.
type nginxServer struct {
	weight, maxFails, failTimeout int
	backup, down                  bool
}

// nginxShapes are the upstreams that are drawn from, as the roles of their
// servers: a server, a backup, and one that is down.
var nginxShapes = []string{"sb", "ss", "ssb", "sss", "s", "sd", "sbb", "sb", "sdb", "ssss"}

// nginxNext are the conditions that are drawn from.
var nginxNext = [][]string{
	{"error", "timeout"},
	{"error", "timeout", "invalid_header", "http_500"}, // spec/failover.md §7.1
	{"error", "timeout", "http_500", "http_502", "http_503", "http_404", "http_429"},
	{"error", "timeout", "http_500", "non_idempotent"},
	{"timeout"},
	{"error", "timeout", "http_500", "http_503"},
	{"off"},
}

func drawNginx(seed uint64) nginxTimeline {
	r := rand.New(rand.NewPCG(seed, 0x6e67696e78))
	pick := func(n int) int { return r.IntN(n) }
	// Ten seeds in a row have all shapes and conditions, and each third keeps
	// connections.
	t := nginxTimeline{seed: seed, next: nginxNext[seed%uint64(len(nginxNext))]}
	if pick(3) == 0 {
		t.tries = 1 + pick(2)
	}
	if seed%3 == 0 {
		t.keepAlive = 1 + pick(3)
	}
	for _, role := range nginxShapes[seed%uint64(len(nginxShapes))] {
		s := nginxServer{weight: 1, maxFails: 1, failTimeout: 2 + pick(4), backup: role == 'b', down: role == 'd'}
		if pick(3) == 0 {
			s.weight = 1 + pick(4)
		}
		if pick(3) == 0 {
			s.maxFails = pick(4)
		}
		t.servers = append(t.servers, s)
	}
	t.phase = time.Duration(1+pick(int(nginxBeat/time.Millisecond)-1)) * time.Millisecond // 0 would be a random one
	for i := range t.servers {
		t.steps = append(t.steps, t.drawTroubles(r, fmt.Sprintf("m%d", i+1))...)
	}
	return t
}

// stagedNginx are timelines for what is rarely drawn.
func stagedNginx() []nginxTimeline {
	all := func(role string) (servers []nginxServer) {
		for _, r := range role {
			servers = append(servers, nginxServer{weight: 1, maxFails: 1, failTimeout: 3, backup: r == 'b', down: r == 'd'})
		}
		return servers
	}
	// A line that is down is no try: when both others answer 500, the second one's
	// answer passes.
	down := nginxTimeline{seed: 1001, phase: nginxMoment, servers: all("sdb"), next: nginxNext[1]}
	// A connection that was kept and breaks is no try either: the only one is left
	// for the backup.
	kept := nginxTimeline{seed: 1002, phase: nginxMoment, servers: all("sb"), next: nginxNext[0], tries: 1, keepAlive: 2}
	for beat := 5; beat < 70; beat += 20 { // before a GET
		for _, m := range []string{"m1", "m3"} {
			down.steps = append(down.steps, fmt.Sprintf("%v: backend %s status 500 for %v", down.beat(beat), m, 4*nginxBeat))
		}
		kept.steps = append(kept.steps, fmt.Sprintf("%v: backend m1 reset for %v", kept.beat(beat), 4*nginxBeat))
	}
	return []nginxTimeline{down, kept}
}

// beat is an instant for a fault, of those in so many beats.
func (t nginxTimeline) beat(n int) time.Duration {
	return nginxStart + t.phase + time.Duration(n)*nginxBeat + nginxFaults
}

// drawTroubles returns what happens to one server: one trouble after the other,
// of some seconds, each followed by some seconds without.
func (t nginxTimeline) drawTroubles(r *rand.Rand, member string) (steps []string) {
	last := int((nginxStop - nginxStart) / nginxBeat)
	for from := 2 + r.IntN(12); from < last-2; {
		span := 1 + r.IntN(12)
		what := ""
		// Without a cable what was sent before is repeated when it is back. Linux and
		// our stack do that at different instants, on which it depends how many of
		// the connections that are kept are free for the next request.
		kinds := 8
		if t.keepAlive > 0 {
			kinds = 7
		}
		switch r.IntN(kinds) {
		case 0, 1:
			what = "stop service http on " + member
		case 2:
			what = "backend " + member + " hang"
		case 3, 4:
			what = fmt.Sprintf("backend %s status %d", member, []int{500, 500, 500, 500, 502, 503, 404, 429, 403}[r.IntN(9)])
		case 5:
			what = "backend " + member + " reset"
		case 6:
			slow := []time.Duration{nginxBeat + nginxMoment, nginxRead + nginxBeat}[r.IntN(2)]
			what = fmt.Sprintf("backend %s latency %v", member, slow.Truncate(time.Millisecond))
		case 7:
			// So short that no neighbour entry fails: Linux and our stack check them at
			// different instants.
			what, span = "pull "+member+".lan silently", 1+span/2
		}
		steps = append(steps, fmt.Sprintf("%v: %s for %v", t.beat(from), what, time.Duration(span)*nginxBeat))
		from += span + 2 + r.IntN(12)
	}
	return steps
}

// scenario is the timeline with a proxy: the lines of its node.
func (t nginxTimeline) scenario(proxy string) *scenarios.Scenario {
	var b strings.Builder
	fmt.Fprintf(&b, "name: nginx-%d\nabout: drawn\ntags: [nginx]\nseed: 1\nduration: %v\nsegments: {lan: {}}\nnodes:\n", t.seed, nginxEnd)
	b.WriteString("  lb:\n    nics: {lan: 192.0.2.10/24}\n" + proxy)
	for i := range t.servers {
		fmt.Fprintf(&b, "  m%d: {nics: {lan: 192.0.2.%d/24}, backend: {}}\n", i+1, 21+i)
	}
	for i, method := range []string{"GET", "POST"} {
		fmt.Fprintf(&b, "  c%d:\n    nics: {lan: 192.0.2.%d/24}\n    client: {target: \"http://192.0.2.10/\", method: %s, rate: 1.2/s, phase: %v, connections: 100, start: %v, stop: %v}\n",
			i+1, 201+i, method, t.phase+time.Duration(i)*nginxBeat, nginxStart, nginxStop)
	}
	b.WriteString("timeline:\n")
	for _, step := range t.steps {
		b.WriteString("  - " + step + "\n")
	}
	b.WriteString("expect:\n  - requests: {sent: \"1..\"}\n")
	s, err := scenarios.Parse(fmt.Sprintf("nginx-%d", t.seed), []byte(b.String()))
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, b.String()))
	}
	return s
}

// ours is the timeline with our proxy, whose clock is ahead.
func (t nginxTimeline) ours(ahead time.Duration) *scenarios.Scenario {
	var b strings.Builder
	fmt.Fprintf(&b, "    clock: {skew: %v}\n    proxy:\n", ahead)
	fmt.Fprintf(&b, "      connect-timeout: %v\n      read-timeout: %v\n      next-upstream: [%s]\n", nginxConnect.Truncate(time.Millisecond), nginxRead.Truncate(time.Millisecond), strings.Join(t.next, ", "))
	if t.tries > 0 {
		fmt.Fprintf(&b, "      next-upstream-tries: %d\n", t.tries)
	}
	b.WriteString("      upstream:\n")
	if t.keepAlive > 0 {
		fmt.Fprintf(&b, "        keepalive: %d\n", t.keepAlive)
	}
	b.WriteString("        servers:\n")
	for i, s := range t.servers {
		fmt.Fprintf(&b, "          - {address: \"192.0.2.%d:80\", weight: %d, max-fails: %d, fail-timeout: %ds, backup: %v, down: %v}\n",
			21+i, s.weight, s.maxFails, s.failTimeout, s.backup, s.down)
	}
	return t.scenario(b.String())
}

// nginxFate begins the line that nginx writes for each request, and nginxFields
// are the rest of it.
const (
	nginxFate   = "fate"
	nginxFields = " $http_x_cablepull_request $msec [$upstream_addr] [$upstream_header_time]"
)

// nginxs is the timeline with nginx.
func (t nginxTimeline) nginxs() *scenarios.Scenario {
	var b strings.Builder
	b.WriteString(`    exec:
      run: [nginx, -p, "{dir}", -e, stderr, -c, "{dir}/nginx.conf"]
      ready: {tcp: 80}
      watch: "^` + nginxFate + ` "
      files:
        nginx.conf: |
          daemon off;
          master_process off;
          user root root;
          pid {dir}/nginx.pid;
          error_log stderr warn;
          events {}
          http {
            log_format fate '` + nginxFate + nginxFields + `';
            access_log /dev/stderr fate;
            client_body_temp_path {dir}/client-body;
            proxy_temp_path {dir}/proxy;
            fastcgi_temp_path {dir}/fastcgi;
            uwsgi_temp_path {dir}/uwsgi;
            scgi_temp_path {dir}/scgi;
            upstream members {
`)
	for i, s := range t.servers {
		fmt.Fprintf(&b, "              server 192.0.2.%d:80 weight=%d max_fails=%d fail_timeout=%ds%s%s;\n",
			21+i, s.weight, s.maxFails, s.failTimeout, ifSo(s.backup, " backup"), ifSo(s.down, " down"))
	}
	if t.keepAlive > 0 {
		fmt.Fprintf(&b, "              keepalive %d;\n", t.keepAlive)
	}
	b.WriteString("            }\n            server {\n              listen {lan.address}:80;\n              location / {\n                proxy_pass http://members;\n")
	fmt.Fprintf(&b, "                proxy_connect_timeout %dms;\n                proxy_read_timeout %dms;\n                proxy_next_upstream %s;\n",
		nginxConnect.Milliseconds(), nginxRead.Milliseconds(), strings.Join(t.next, " "))
	fmt.Fprintf(&b, "                proxy_next_upstream_tries %d;\n", t.tries)
	if t.keepAlive > 0 {
		b.WriteString("                proxy_http_version 1.1;\n                proxy_set_header Connection \"\";\n")
	}
	b.WriteString("              }\n            }\n          }\n")
	return t.scenario(b.String())
}

func ifSo(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

// title implements pairing.
func (t nginxTimeline) title() string { return fmt.Sprint("timeline ", t.seed) }

// interval implements pairing.
func (nginxTimeline) interval() time.Duration { return 2 * nginxBeat }

// server implements pairing.
func (nginxTimeline) server(address string) string {
	last, isMember := strings.CutPrefix(strings.TrimSuffix(address, ":80"), "192.0.2.2")
	if !isMember {
		return ""
	}
	return "m" + last
}

// dueAt implements pairing.
func (t nginxTimeline) dueAt(r asked) time.Duration {
	beat := 2 * (r.number - 1)
	if r.client == "c2" {
		beat++
	}
	return nginxStart + t.phase + time.Duration(beat)*nginxBeat
}
