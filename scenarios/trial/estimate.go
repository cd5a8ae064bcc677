package trial

import (
	"fmt"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/topology"
)

// Estimate is what playing a scenario in virtual time will probably cost, found
// out from its file alone. It is right within a small factor: it knows nothing
// of faults, retries and losses.
type Estimate struct {
	Frames float64 // sent in the world
	Time   time.Duration
	Memory int64 // bytes
}

// What was measured: frames of the library's incidents, of which the 288 that
// can be played in virtual time have 4.6 million, and 4.9 by this estimate;
// time and memory by bench/README.md.
const (
	framesPerConnection = 7                     // a new connection with one request and its answer
	framesPerExchange   = 3                     // a request on a connection that is there, and its answer
	framesPerOpening    = 7                     // a connection that is kept: opening and closing it
	framesPerTLS        = 4                     // of a handshake, more
	framesPerFile       = 20                    // by FTP: two connections and the commands
	bytesPerFrame       = 1460                  // of a body
	timePerFrame        = 11 * time.Microsecond // of a few connections
	crowd               = 2000                  // open connections with which a frame takes twice as long
	memoryOfAnything    = 20 << 20
	memoryPerNode       = 100 << 10
	memoryPerConnection = 30 << 10 // open, both ends
	memoryPerClosed     = 8 << 10  // waiting for late segments
	closedTime          = 60 * time.Second
)

// EstimateOf estimates a scenario or a variant of one.
func EstimateOf(s *scenarios.Scenario) Estimate {
	t := s.Topology.WithDefaults()
	tiers := tiersOf(t)
	e := Estimate{Memory: memoryOfAnything + int64(len(t.Nodes))*memoryPerNode}
	open := 0.0
	for _, name := range topology.Names(t.Nodes) {
		n := t.Nodes[name]
		for _, standby := range n.Standby { // order: a sum of whole numbers
			e.Frames += times(s.Duration, standby.Hello)
		}
		e.Frames += framesPerConnection * checksOf(n, s.Duration)
		if n.Client == nil {
			continue
		}
		c := *n.Client
		requests := times(min(s.Duration, orEnd(c.Stop, s.Duration))-c.Start, time.Duration(float64(time.Second)/float64(c.MeanRate())))
		e.Frames += requests * framesOf(c, t) * tiers
		connections := float64(max(c.Connections, c.Users))
		open += connections * tiers
		if c.Mode == topology.ModeNew {
			connections = float64(c.MeanRate()) * min(closedTime, s.Duration).Seconds() * tiers
			e.Memory += int64(connections * memoryPerClosed)
		} else {
			e.Frames += connections * framesPerOpening * tiers
		}
	}
	e.Memory += int64(open * memoryPerConnection)
	e.Time = time.Duration(e.Frames * (1 + open/crowd) * float64(timePerFrame))
	return e
}

// times is how often something happens in a span.
func times(span, every time.Duration) float64 {
	if every <= 0 || span <= 0 {
		return 0
	}
	return float64(span) / float64(every)
}

func orEnd(stop, end time.Duration) time.Duration {
	if stop == 0 {
		return end
	}
	return stop
}

// tiersOf is how many connections, one behind the other, a request needs at
// most: of the client, and of each kind of machine that passes requests on. A
// router sends each frame once more.
func tiersOf(t topology.Topology) float64 {
	forwards, balances, proxies, routes := 0, 0, 0, 0
	for _, n := range t.Nodes { // order: each is set or not
		if n.Gateway != nil {
			for _, s := range n.Gateway.Services { // order: as above
				if s.Forward.IsValid() {
					forwards = 1
				}
			}
		}
		if n.Balancer != nil {
			balances = 1
		}
		if n.Proxy != nil {
			proxies = 1
		}
		if n.Router != nil {
			routes = 1
		}
	}
	return float64(1 + forwards + balances + proxies + routes)
}

// framesOf is how many frames a request of a client takes on one connection.
func framesOf(c topology.Client, t topology.Topology) float64 {
	frames := float64(framesPerConnection)
	switch {
	case strings.HasPrefix(c.Target, topology.SchemeFTP+":"):
		return framesPerFile
	case c.Mode != topology.ModeNew:
		frames = framesPerExchange
	case strings.HasPrefix(c.Target, topology.SchemeHTTPS+":"):
		frames += framesPerTLS
	}
	size := 0
	for _, n := range t.Nodes { // order: a maximum
		if n.Backend != nil {
			size = max(size, n.Backend.Size)
		}
		if n.Gateway != nil {
			for _, s := range n.Gateway.Services { // order: as above
				size = max(size, s.Size)
			}
		}
	}
	const withAcknowledgement = 1.5
	return frames + withAcknowledgement*(float64(size)+float64(c.Body))/bytesPerFrame
}

// checksOf is how many health checks a node makes in a span.
func checksOf(n topology.Node, span time.Duration) float64 {
	checks := 0.0
	if n.Probe != nil {
		checks += times(span, n.Probe.Interval)
	}
	if b := n.Balancer; b != nil && b.Check != nil {
		checks += float64(len(b.Members)) * times(span, b.Check.Interval)
	}
	if n.Gateway != nil {
		for _, name := range topology.Names(n.Gateway.Groups) {
			if g := n.Gateway.Groups[name]; g.HealthCheck != nil {
				checks += float64(len(g.Servers)) * times(span, g.HealthCheck.Frequency)
			}
		}
	}
	if n.Resolver != nil {
		for _, name := range topology.Names(n.Resolver.Records) {
			if r := n.Resolver.Records[name]; r.Check != nil {
				checks += float64(len(r.Addresses)) * times(span, r.Check.Interval)
			}
		}
	}
	for _, iface := range topology.Names(n.Standby) {
		for _, watched := range n.Standby[iface].Track {
			if watched.Check != nil {
				checks += times(span, watched.Interval)
			}
		}
	}
	return checks
}

// Limits above which a run says first what it will take.
const (
	TimeMax   = time.Minute
	MemoryMax = 2 << 30
)

// Large says in words what is large about an estimate of runs, so many of them
// at once; empty if nothing is.
func (e Estimate) Large(atOnce int) string {
	var words []string
	if e.Time > TimeMax {
		words = append(words, "about "+e.Time.Round(10*time.Second).String()+" of computing")
	}
	if memory := e.Memory * int64(atOnce); memory > MemoryMax {
		words = append(words, fmt.Sprintf("about %.1f GB of memory", float64(memory)/1e9))
	}
	return strings.Join(words, " and ")
}
