package topology

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"
)

// TestPorts: of two programs of one node that listen on one port, the second
// one is told.
func TestPorts(t *testing.T) {
	local := Brokers{List: []BrokerAddress{{Host: "localhost"}}}
	throttle := func(port int) *Throttle {
		return &Throttle{Control: &ThrottleControl{Keys: []string{"app1"}, Port: port}, Gateway: &ThrottleGateway{Brokers: local}}
	}
	cluster := &Cluster{ClusterMember: ClusterMember{Members: []string{"192.0.2.11", "192.0.2.12"}}}
	taken := func(key, port, by string) []string {
		return []string{"nodes.n." + key + ": got port " + port + ", on which " + by + " of this node listens as well: only one of them could"}
	}
	for _, c := range []struct {
		node Node
		want []string
	}{
		{Node{APIM: &APIM{}, Broker: &Broker{}, Database: &Database{}, Accounts: &Accounts{Database: DataSource{Address: "localhost"}}, Files: &Files{}, Cluster: cluster}, nil},
		{Node{APIM: &APIM{APIMInstance: APIMInstance{Offset: 1}}, Broker: &Broker{}, Throttle: throttle(0)}, nil},
		{Node{APIM: &APIM{}, Broker: &Broker{}, Throttle: throttle(0)}, taken("throttle.gateway.port", "8280", "apim")},
		{Node{Broker: &Broker{Port: 5676}, Throttle: &Throttle{Control: throttle(0).Control}}, taken("throttle.control.port", "5676", "broker")},
		{Node{Broker: &Broker{}, Throttle: throttle(8280)}, taken("throttle.gateway.port", "8280", "throttle.control")},
		{Node{Database: &Database{Port: 80}, Accounts: &Accounts{Database: DataSource{Address: "localhost:80"}}}, taken("database.port", "80", "accounts")},
		{Node{Files: &Files{Port: 4000}, Cluster: cluster}, taken("files.port", "4000", "cluster")},
		{Node{Cluster: cluster, Partner: &Partner{Listen: netip.MustParseAddrPort("192.0.2.11:4000")}}, taken("partner.listen", "4000", "cluster")},
		{Node{Accounts: &Accounts{Database: DataSource{Address: "localhost"}}, Backend: &Backend{}, Database: &Database{}}, taken("backend.port", "80", "accounts")},
		{Node{Backend: &Backend{Ports: []BackendPort{{Port: 5672}}}, Broker: &Broker{}}, taken("broker.port", "5672", "backend")},
		{Node{Broker: &Broker{Port: 4080}, Partner: &Partner{}}, taken("partner.listen", "4080", "broker")},
		{Node{NICs: map[string]NIC{"lan": nic("192.0.2.11/24")["lan"], "wan": nic("192.0.2.99/24")["lan"]}, Cluster: cluster, Partner: &Partner{Listen: netip.MustParseAddrPort("192.0.2.99:4000")}}, nil},
	} {
		if c.node.NICs == nil {
			c.node.NICs = nic("192.0.2.11/24")
		}
		top := Topology{Segments: map[string]Segment{"lan": {}, "wan": {}}, Nodes: map[string]Node{"n": c.node, "m": {NICs: nic("192.0.2.12/24"), Cluster: cluster}}}
		var got []string
		for _, p := range top.Validate() {
			if !p.Warning {
				got = append(got, p.String())
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestPortsAreListed: a program with a key for its port lists that port, so
// that others can be told.
func TestPortsAreListed(t *testing.T) {
	listed := 0
	for _, f := range programFields {
		program := reflect.TypeFor[Node]().Field(f.index).Type
		if _, has := program.Elem().FieldByName("Port"); !has {
			continue
		}
		if listed++; !program.Implements(reflect.TypeFor[listener]()) {
			t.Errorf("%s has a port, and no method listens", f.key)
		}
	}
	if listed < 6 {
		t.Errorf("found %d programs with a port, want at least six", listed)
	}
}
