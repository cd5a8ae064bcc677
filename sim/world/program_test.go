package world

import (
	"iter"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// samples are nodes with one program each, by its key.
var samples = map[string]topology.Node{
	"accounts": {Accounts: &topology.Accounts{Database: topology.DataSource{Address: "192.0.2.10"}}},
	"database": {Database: &topology.Database{}},
	"teller":   {Teller: &topology.Teller{Target: "http://192.0.2.10/accounts"}},

	"backend":   {Backend: &topology.Backend{}},
	"broker":    {Broker: &topology.Broker{}},
	"publisher": {Publisher: &topology.Publisher{Queue: "orders", Brokers: farBroker}},
	"consumer":  {Consumer: &topology.Consumer{Queue: "orders", Brokers: farBroker}},
	"throttle": {Throttle: &topology.Throttle{
		Control: &topology.ThrottleControl{Keys: []string{"app1"}},
		Gateway: &topology.ThrottleGateway{Brokers: farBroker},
		Manager: &topology.ThrottleManager{Keys: []string{"app1"}, Publishers: map[string]topology.Brokers{"local": farBroker}},
	}},
	"cluster": {Cluster: &topology.Cluster{ClusterMember: topology.ClusterMember{Members: []string{"192.0.2.11"}}}},
	"files":   {Files: &topology.Files{Artifacts: []string{"orders"}}},
	"cell":    {Cell: &topology.Cell{Clusters: map[string]map[string]topology.CellMember{"app": {"n": {}}}}},
	"client":  {Client: &topology.Client{Target: "http://192.0.2.10/"}},
	"exec":    {Exec: &topology.Exec{Run: []string{"sleep", "60"}}},
	"gateway": {Gateway: &topology.Gateway{}},
	"probe":   {Probe: &topology.Probe{Target: "http://192.0.2.10/"}},

	"apim":      {APIM: &topology.APIM{}},
	"developer": {Developer: &topology.Developer{Portal: "http://192.0.2.10/", APIs: []string{"orders"}}},

	"proxy": {Proxy: &topology.Proxy{Upstream: topology.Upstream{Servers: []topology.UpstreamServer{
		{Address: netip.MustParseAddrPort("127.0.0.1:8080")},
	}}}},
	"resolver": {Resolver: &topology.Resolver{Records: map[string]topology.Record{
		"app": {Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.10")}, Check: &topology.RecordCheck{}},
	}}},
	"router": {Router: &topology.Router{
		NAT:      &topology.NAT{DNAT: []topology.DNAT{{To: netip.MustParseAddrPort("192.0.2.80:80"), Via: netip.MustParseAddrPort("192.0.2.10:80")}}},
		Firewall: &topology.Firewall{Allow: []topology.Allow{{Port: 80}}},
	}},
	"partner":  {Partner: &topology.Partner{}},
	"balancer": {Balancer: &topology.Balancer{Members: []topology.BalancerMember{{Address: netip.MustParseAddrPort("192.0.2.11:80")}}}},
}

// farBroker is the address of a broker that no node has.
var farBroker = topology.Brokers{URL: "amqp://admin:admin@clientid/carbon?brokerlist='tcp://192.0.2.50:5672'"}

// eachProgram yields a completed node for each program that is built in. One
// without a sample fails the test.
func eachProgram(t *testing.T) iter.Seq[topology.Node] {
	return func(yield func(topology.Node) bool) {
		for _, key := range topology.ProgramKeys() {
			n, ok := samples[key]
			if !ok {
				t.Errorf("program %s: it has no sample in program_test.go", key)
				continue
			}
			if !yield(alone(n).WithDefaults().Nodes["n"]) {
				return
			}
		}
	}
}

// alone is a topology of one node.
func alone(n topology.Node) topology.Topology {
	n.NICs = map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.10/24")}}
	return topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{"n": n}}
}

// TestEachProgramHasARow here, and only one.
func TestEachProgramHasARow(t *testing.T) {
	for _, key := range topology.ProgramKeys() {
		count := 0
		for _, p := range programs {
			if p.key == key {
				count++
			}
		}
		if count != 1 {
			t.Errorf("program %s: got %d rows in the list programs, want 1 that says how it is started", key, count)
		}
	}
	for _, p := range programs {
		if !slices.Contains(topology.ProgramKeys(), p.key) {
			t.Errorf("program %s: no field of topology.Node holds it", p.key)
		}
	}
}

// TestProgramsKeepTheirPromises: each starts with its configuration, and what
// its row on paper lists can be done to it and undone.
func TestProgramsKeepTheirPromises(t *testing.T) {
	for node := range eachProgram(t) {
		if node.Exec != nil {
			continue // has a kernel of its own
		}
		w, err := Build(alone(node), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if err := w.Run(time.Second); err != nil {
			t.Error(err)
		}
		for _, service := range node.ServiceNames() {
			if undo, err := w.nodes["n"].Apply(fault.StopService{Name: service, Node: "n"}); err != nil || !undo() {
				t.Errorf("stop service %s: got %v, want it done, and undone", service, err)
			}
		}
		for _, property := range node.Properties() {
			if _, p, ok := w.nodes["n"].running.ofProgram(property); ok {
				if _, err := w.nodes["n"].set(property, p.Unset); err != nil {
					t.Errorf("set %s %s: %v", property, p.Unset, err)
				}
			}
		}
		if err := w.Run(2 * time.Second); err != nil {
			t.Error(err)
		}
	}
}

// TestLastWords: whatever a program says when the run ends is known as that, or
// it would be dropped in real time. Only tellers say what they also say during
// the run.
func TestLastWords(t *testing.T) {
	nodes := []topology.Node{shop().Nodes["shop"]}
	for node := range eachProgram(t) {
		nodes = append(nodes, node)
	}
	said := 0
	for _, node := range nodes {
		if node.Exec != nil {
			continue
		}
		w, err := Build(alone(node), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if err := w.Run(time.Minute); err != nil {
			t.Fatal(err)
		}
		before := w.Log().Len()
		w.Finish()
		for _, e := range w.Log().Events()[before:] {
			said++
			if _, is := e.What.(event.TellerDone); !is && !event.LastWords().Has(e.What) {
				t.Errorf("%s at the end: it is missing in event.LastWords", e.What.Kind())
			}
		}
	}
	if said < 3 {
		t.Errorf("the programs said %d things at the end, want three or more", said)
	}
}

// TestPromises that a program cannot keep end the run and name it.
func TestPromises(t *testing.T) {
	for _, c := range []struct {
		paper   topology.Program
		running Running
		want    string
	}{
		{topology.Client{}, Running{}, ""},
		{topology.Backend{}, Running{}, "it has the services [http] but no Switch"},
		{topology.Backend{}, Running{Switch: func(string, bool) error { return nil }}, "faults [backend] act on it but it has no Apply"},
		{counter{}, Running{Switch: func(string, bool) error { return nil }}, "it has properties but no Set"},
	} {
		got := ""
		if err := c.running.keeps(c.paper); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%T: got %q, want %q", c.paper, got, c.want)
		}
	}
}
