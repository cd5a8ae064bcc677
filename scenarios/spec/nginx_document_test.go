package spec_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
)

// The rhythm is that of nginxBeat, but the connect timeout is the document's
// (2 s): it ends a moment after the fourth beat, and a SYN is repeated half a
// moment after the second. Faults come long after two timeouts.
const (
	documentBeat    = 484 * time.Millisecond
	documentMoment  = 2*time.Second - 4*documentBeat
	documentRead    = 3*documentBeat + documentMoment
	documentFaults  = 2*documentMoment + (documentBeat-2*documentMoment)/2
	documentStart   = 1 * time.Second
	documentStop    = 33 * time.Second // of the clients
	documentTimeout = 8 * time.Second  // of a request: a server that hangs is left for good
	documentEnd     = documentStop + documentTimeout + time.Second
)

// documentClients ask for one path each: there is one for each location of the
// document, and a POST where it fails over. The pages of images and of carbon
// have a status of their own, which shows what became of the path.
var documentClients = []struct{ name, method, target string }{
	{"carbon", "GET", "https://192.0.2.10/carbon/admin/login.jsp"},
	{"store", "GET", "https://192.0.2.10/store/list"},
	{"api", "GET", "https://192.0.2.10/pizza/1.0/menu"},
	{"publisher", "GET", "https://192.0.2.10/publisher/apis"},
	{"order", "POST", "http://192.0.2.10/pizza/1.0/order"},
	{"icon", "GET", "https://192.0.2.10/store/resource/registry/icon?size=2"},
	{"admin", "GET", "https://192.0.2.10/admin/login"},
	{"buy", "POST", "https://192.0.2.10/store/buy"},
	{"thumb", "GET", "https://192.0.2.10/publisher/resource/registry/thumb"},
	{"menu", "GET", "http://192.0.2.10/pizza/1.0/menu"},
}

const documentServers = `  active:
    nics: {lan: 192.0.2.51/24}
    backend: &node
      port: 9443
      certificate: node
      ports: [8280, {port: 8243, certificate: node}]
      paths:
        /carbon//admin/login.jsp: {status: 203}
        /resource/registry/icon: {status: 203}
        /resource/registry/thumb: {status: 203}
  passive: {nics: {lan: 192.0.2.52/24}, backend: *node}
`

// documentTimeline is what happens to the two nodes behind nginx with the
// document's configuration, drawn from a seed.
type documentTimeline struct {
	seed  uint64
	short bool // a read timeout that is over within the run; the document has none, so it is 60 s
	phase time.Duration
	steps []string
}

func drawDocument(seed uint64) documentTimeline {
	r := rand.New(rand.NewPCG(seed, 0x77736f32))
	t := documentTimeline{seed: seed, short: seed%2 == 0, phase: time.Duration(1+r.IntN(int(documentBeat/time.Millisecond)-1)) * time.Millisecond}
	for _, server := range []string{"active", "passive"} {
		pause := 10
		if server == "passive" {
			pause = 25
		}
		last := int((documentStop - documentStart) / documentBeat)
		for from := 2 + r.IntN(pause); from < last-2; {
			span := 3 + r.IntN(14)
			what := ""
			switch r.IntN(7) {
			case 0, 1:
				what = "stop service http on " + server
			case 2:
				what = "backend " + server + " hang"
			case 3, 4:
				what = fmt.Sprintf("backend %s status %d", server, []int{500, 500, 500, 502, 503, 404}[r.IntN(6)])
			case 5:
				what = "backend " + server + " reset"
			case 6: // less than the 3 s in which a neighbour entry fails
				what, span = "pull "+server+".lan silently", 1+span/3
			}
			at := documentStart + t.phase + time.Duration(from)*documentBeat + documentFaults
			t.steps = append(t.steps, fmt.Sprintf("%v: %s for %v", at, what, time.Duration(span)*documentBeat))
			from += span + 2 + r.IntN(pause)
		}
	}
	return t
}

// scenario is the timeline with a proxy: the lines of its node.
func (t documentTimeline) scenario(proxy string) *scenarios.Scenario {
	var b strings.Builder
	fmt.Fprintf(&b, "name: document-%d\nabout: drawn\ntags: [nginx]\nseed: 1\nduration: %v\nsegments: {lan: {}}\nnodes:\n", t.seed, documentEnd)
	b.WriteString("  lb:\n    nics: {lan: 192.0.2.10/24}\n" + proxy + documentServers)
	for i, c := range documentClients {
		fmt.Fprintf(&b, "  %s:\n    nics: {lan: 192.0.2.%d/24}\n    client: {target: %q, method: %s, rate: %.12f/s, phase: %v, connections: 100, timeout: %v, start: %v, stop: %v%s}\n",
			c.name, 201+i, c.target, c.method, 1/t.interval().Seconds(), t.dueAt(asked{c.name, 1})-documentStart, documentTimeout, documentStart, documentStop,
			ifSo(strings.HasPrefix(c.target, "https"), ", certificate: any"))
	}
	b.WriteString("timeline:\n")
	for _, step := range t.steps {
		b.WriteString("  - " + step + "\n")
	}
	b.WriteString("expect:\n  - requests: {sent: \"1..\"}\n")
	s, err := scenarios.Parse(t.title(), []byte(b.String()))
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, b.String()))
	}
	return s
}

// ours is the timeline with the preset.
func (t documentTimeline) ours(ahead time.Duration) *scenarios.Scenario {
	return t.scenario(fmt.Sprintf("    clock: {skew: %v}\n    proxy: {wso2-active-passive: {active: 192.0.2.51, passive: 192.0.2.52}%s}\n",
		ahead, ifSo(t.short, fmt.Sprintf(", read-timeout: %v", documentRead))))
}

// nginxs is the timeline with nginx, whose configuration is that of an incident
// of the library.
func (t documentTimeline) nginxs() *scenarios.Scenario {
	incident, err := incidents.Find("real-wso2-nginx")
	if err != nil {
		panic(err)
	}
	exec := *incident.Nodes["real"].Exec
	const quiet = "access_log off;"
	loud := "log_format fate '" + nginxFate + nginxFields + "';\n access_log /dev/stderr fate;\n" +
		ifSo(t.short, fmt.Sprintf("proxy_read_timeout %dms;\n", documentRead.Milliseconds()))
	if !strings.Contains(exec.Files["nginx.conf"], quiet) {
		panic("real-wso2-nginx writes a log of requests already")
	}
	exec.Files = maps.Clone(exec.Files)
	exec.Files["nginx.conf"] = strings.Replace(exec.Files["nginx.conf"], quiet, loud, 1)
	exec.Watch = "^" + nginxFate + " "
	s := t.scenario("    exec: {run: [nginx]}\n")
	lb := s.Nodes["lb"]
	lb.Exec = &exec
	s.Nodes["lb"] = lb
	return s
}

// title implements pairing.
func (t documentTimeline) title() string { return fmt.Sprint("document ", t.seed) }

// interval implements pairing.
func (documentTimeline) interval() time.Duration {
	return time.Duration(len(documentClients)) * documentBeat
}

// dueAt implements pairing: one client after the other.
func (t documentTimeline) dueAt(r asked) time.Duration {
	for i, c := range documentClients {
		if c.name == r.client {
			return documentStart + t.phase + time.Duration(i)*documentBeat + time.Duration(r.number-1)*t.interval()
		}
	}
	panic("no client is called " + r.client)
}

// server implements pairing.
func (documentTimeline) server(address string) string {
	host, _, _ := strings.Cut(address, ":")
	return map[string]string{"192.0.2.51": "active", "192.0.2.52": "passive"}[host]
}
