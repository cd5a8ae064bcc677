package world_test

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// TestConnectionAge draws what a crash of the active member leaves of the
// connections that others terminate, by their age in client segments
// (spec/failover.md §5.8). Each connection sends the head of a request piece by
// piece, each a segment that asks for no answer. So its age at the crash is
// exact, and counted in the frames. After the crash it sends the rest, and must
// receive the answer to that request, byte by byte. The curves are in
// testdata/age.txt; what they must be is derived here from §5.5.
func TestConnectionAge(t *testing.T) {
	var runs []*agedRun
	for _, way := range ways {
		way.wait = 5 * second // more than sync collects for
		runs = append(runs, way.play(t, agesAtCrash))
	}
	datadriven.RunTest(t, "testdata/age.txt", func(t *testing.T, d *datadriven.TestData) string {
		switch d.Cmd {
		case "by-age":
			var member string
			d.ScanArgs(t, "member", &member)
			return byAge(t, runs, member)
		case "by-wait":
			return byWait(t)
		}
		d.Fatalf(t, "unknown command %q", d.Cmd)
		return ""
	})
}

// ways are the columns of the curve by age.
var ways = []ageing{
	{name: "none", recovery: topology.RecoveryNone},
	{name: "sync", recovery: topology.RecoverySync},
	{name: "sync, b starts at 10", recovery: topology.RecoverySync, startAt: 10},
	{name: "rebuild", recovery: topology.RecoveryRebuild},
	{name: "second-chance", recovery: topology.RecoverySecondChance},
}

// agesAtCrash are the ages of connections, in client segments. With 0 the SYN
// meets the crash; with 1 the member has it, and the client has not answered.
var agesAtCrash = []int{0, 1, 2, 3, 4, 5, 10, 11, 20, 30, 40, 49, 50, 51, 52, 53, 54, 60, 102, 103}

// byAge prints the fates of the connections that a member terminates.
func byAge(t *testing.T, runs []*agedRun, member string) string {
	fates := map[int][]string{}
	for i, way := range ways {
		for _, age := range agesAtCrash {
			fate := runs[i].fateAt(t, age, member)
			fates[age] = append(fates[age], fate)
			want := way.want(age, member)
			if member == "b" && way.startAt > 0 && age > 1 {
				want = noFate // b was not there yet
			}
			if fate != want {
				t.Errorf("%s, connections of %d segments that %s terminates: got %s, want %s", way.name, age, member, fate, want)
			}
		}
	}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "segments")
	for _, way := range ways {
		fmt.Fprint(w, "\t", way.name)
	}
	fmt.Fprintln(w)
	for _, age := range agesAtCrash {
		fmt.Fprintln(w, fmt.Sprint(age, "\t", strings.Join(fates[age], "\t")))
	}
	w.Flush()
	return out.String()
}

// byWait prints the fates of connections of three segments, by how long before
// the crash the third came. Nothing else is sent meanwhile.
func byWait(t *testing.T) string {
	out := "before the crash\n"
	for _, wait := range []time.Duration{100, 500, 1000, 1500, 1900, 1990, 2010, 2100, 3000} {
		wait *= time.Millisecond
		way := ageing{name: "sync", recovery: topology.RecoverySync, wait: wait}
		fate, want := way.play(t, []int{3}).fateAt(t, 3, "c"), lostByReset
		if wait > syncCollects {
			want = kept
		}
		if fate != want {
			t.Errorf("third segment %v before the crash: got %s, want %s", wait, fate, want)
		}
		out += fmt.Sprintf("%-18v%s\n", wait, fate)
	}
	return out
}

// What spec/failover.md §5.5 says of IPVS: a connection is sent to the others
// after those of its packets whose number leaves 3 when divided by 50, and the
// message is sent once its first connection has waited for 2 s.
const (
	syncThreshold = 3
	syncPeriod    = 50
	syncCollects  = 2 * second
)

// ageing is a way to recover under test.
type ageing struct {
	name     string
	recovery string
	wait     time.Duration // from the last segment before the crash to the crash
	// startAt is the age that connections have when b starts; older ones send the
	// rest when it is the standby. 0: b is there from the beginning.
	startAt int
}

// The fates of connections.
const (
	kept        = "kept"
	lostByReset = "reset"
	noFate      = "-" // there are none
)

// want is the fate of a connection of an age that b or c terminates, of which b
// becomes the active one (spec/failover.md §5.8).
func (a ageing) want(age int, member string) string {
	switch {
	case age == 0:
		return kept // b sees the SYN
	case member == "b":
		return kept // it delivers what it does not know to its own stack
	case a.recovery == topology.RecoveryNone:
		return lostByReset
	case a.recovery != topology.RecoverySync:
		return kept
	}
	for packet := a.startAt + 1; packet <= age; packet++ {
		if packet%syncPeriod == syncThreshold {
			return kept
		}
	}
	return lostByReset
}

// The instants of a run. The group has a standby 30 s after its start.
const (
	agedOpenAt  = 35 * second
	agedSecond  = 75 * second  // b has started at 40 s
	agedCrashAt = 100 * second // hellos and reports are at whole seconds
	agedEnd     = 160 * second
	perAge      = 12 // a hash leaves no member without any
)

// aged is a connection.
type aged struct {
	age  int
	port uint16
	err  error
}

// agedRun is what a run tells.
type agedRun struct {
	conns   []*aged
	members map[host.MAC]string
	client  host.MAC
	sent    map[uint16]int    // segments of a port of the client that reached a
	servers map[uint16]string // of a port of the client
}

// play opens connections of all ages and lets a crash.
func (a ageing) play(t *testing.T, ages []int) *agedRun {
	t.Helper()
	r := &agedRun{sent: map[uint16]int{}, servers: map[uint16]string{}, members: map[host.MAC]string{}}
	w, err := world.Build(a.topology(), world.Options{Seed: 1, Capture: r})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	l := &lab{t: t, World: w}
	for _, name := range []string{"a", "b", "c"} {
		r.members[w.Node(name).Host().NIC("lan").MAC()] = name
	}
	client := w.Node("c1").Host()
	r.client = client.NIC("lan").MAC()
	l.at(agedCrashAt+time.Millisecond, "crash a")
	l.run(agedOpenAt)
	for _, age := range ages {
		for range perAge {
			c, id := &aged{age: age}, uint64(len(r.conns)+1)
			r.conns = append(r.conns, c)
			client.Go("aged", func(p *sim.Proc) { c.err = a.talk(p, client, c, id) })
		}
	}
	l.run(agedEnd)
	if l.state("b") != "Active" {
		t.Errorf("%s: b is %s at the end, want Active", a.name, l.state("b"))
	}
	for _, c := range r.conns {
		if got := r.sent[c.port]; got != c.age {
			t.Errorf("%s: a connection has sent %d segments before the crash, want %d", a.name, got, c.age)
		}
	}
	return r
}

// topology is three members and a client.
func (a ageing) topology() topology.Topology {
	top := group{"a": {11, 120, false, 0}, "b": {12, 110, false, 0}, "c": {13, 100, false, 0}}.topology()
	for _, name := range []string{"a", "b", "c"} {
		n := top.Nodes[name]
		s := n.Standby["lan"]
		s.SelfBalance = &topology.SelfBalance{Algorithm: topology.AlgorithmRR, Recovery: a.recovery}
		n.Standby["lan"], n.Gateway = s, &topology.Gateway{}
		if name == "b" && a.startAt > 0 {
			n.Start = 40 * second
		}
		top.Nodes[name] = n
	}
	top.Nodes["c1"] = topology.Node{NICs: map[string]topology.NIC{"lan": {Address: mustPrefix("192.0.2.201/24")}}}
	return top
}

// talk makes a connection that has its age at the crash, and returns what kept
// the answer from it. Segments take 2 ms to reach a member by way of a.
func (a ageing) talk(p *sim.Proc, client *host.Host, c *aged, id uint64) error {
	const crash, step = agedCrashAt + time.Millisecond, 10 * time.Millisecond
	until := func(at time.Duration) { p.Sleep(max(at-client.Loop().Now(), 0)) }
	switch c.age {
	case 0:
		until(crash + step)
	case 1: // it reaches the member just before the crash
		until(crash - 2500*time.Microsecond)
	default:
		p.Sleep(time.Duration(id) * time.Millisecond)
	}
	conn, err := client.Dial(netip.MustParseAddrPort("192.0.2.100:80"), time.Minute)
	if err != nil {
		return err
	}
	defer conn.Close()
	c.port = conn.LocalAddrPort().Port()
	rest := fmt.Sprintf("GET / HTTP/1.1\r\nHost: vip\r\nX-Cablepull-Request: %d\r\n", id)
	for sent := 3; sent <= c.age; sent++ { // after SYN and ACK
		switch {
		case sent == c.age && a.startAt == 0:
			until(crash - a.wait - 2*time.Millisecond)
		case sent == a.startAt+1 && a.startAt > 0:
			until(agedSecond)
		default:
			p.Sleep(step)
		}
		if _, err := io.WriteString(conn, rest); err != nil {
			return err
		}
		rest = "X-Piece: x\r\n"
	}
	if c.age >= 3 {
		rest = ""
	}
	until(crash + time.Second)
	conn.SetTimeout(50 * time.Second)
	if _, err := io.WriteString(conn, rest+"\r\n"); err != nil {
		return err
	}
	link := web.NewLink(conn)
	defer link.Release()
	answer, err := link.Receive(&web.Request{ID: id})
	if err == nil && (answer.Status != 200 || answer.Size != 1000) {
		err = fmt.Errorf("got status %d and %d bytes, want 200 and 1000", answer.Status, answer.Size)
	}
	return err
}

// Sent implements netfab.Observer.
func (r *agedRun) Sent(now time.Duration, _ *netfab.Port, data []byte) {
	_, tcp, _ := wire.TCPOf(data)
	if tcp == nil {
		return
	}
	switch source := wire.EthernetOf(data).Source(); {
	case source != r.client:
		if tcp.Flags()&wire.TCPSyn != 0 {
			r.servers[tcp.DestinationPort()] = r.members[source]
		}
	case now < agedCrashAt: // 1 ms on the way
		r.sent[tcp.SourcePort()]++
	}
}

// Lost implements netfab.Observer.
func (*agedRun) Lost(time.Duration, *netfab.Port, *netfab.Port, []byte, string) {}

// MACMoved implements netfab.Observer.
func (*agedRun) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// fateAt is the one fate that all connections of an age share that a member
// terminates.
func (r *agedRun) fateAt(t *testing.T, age int, member string) string {
	fate := noFate
	for _, c := range r.conns {
		if c.age != age || r.servers[c.port] != member {
			continue
		}
		own := kept
		switch {
		case errors.Is(c.err, host.ErrReset):
			own = lostByReset
		case c.err != nil:
			own = c.err.Error()
		}
		if fate != noFate && own != fate {
			t.Errorf("connections of %d segments that %s terminates: got %s and %s, want one fate", age, member, fate, own)
		}
		fate = own
	}
	return fate
}
