package topology

import (
	"net/netip"
	"strings"
	"testing"
)

// TestDatabaseProblems: what cannot be is refused, with its path.
func TestDatabaseProblems(t *testing.T) {
	lan := func(address string, n Node) Node {
		n.NICs = map[string]NIC{"lan": {Address: netip.MustParsePrefix(address)}}
		return n
	}
	data := func(d DataSource) Node { return Node{Accounts: &Accounts{Database: d}} }
	two := 2
	for _, c := range []struct {
		node Node
		want string // the beginning of the one problem
	}{
		{Node{Database: &Database{ReplicaOf: "db"}}, ""},
		{Node{Database: &Database{ReplicaOf: "d"}}, "nodes.x.database.replica-of: there is no node d"},
		{Node{Database: &Database{ReplicaOf: "x"}}, "nodes.x.database.replica-of: got x, the node itself"},
		{Node{Database: &Database{ReplicaOf: "plain"}}, "nodes.x.database.replica-of: node plain has no database"},
		{Node{Database: &Database{Role: RoleReplica}}, "nodes.x.database.role: got replica without replica-of"},
		{Node{Database: &Database{SyncTimeout: 1}}, "nodes.x.database.sync-timeout: got 1ns without replication: sync"},
		{Node{Database: &Database{ApplyDelay: 1}}, "nodes.x.database.apply-delay: got 1ns without replica-of"},

		{data(DataSource{Address: "db"}), ""},
		{data(DataSource{Hosts: []string{"db", "192.0.2.60:3307"}}), "nodes.x.accounts.database.hosts.1: got 192.0.2.60:3307, but that database listens on port 3306"},
		{data(DataSource{MaxActive: 9}), "nodes.x.accounts.database: want an address or hosts"},
		{data(DataSource{Address: "db", Hosts: []string{"db"}}), "nodes.x.accounts.database: want an address or hosts"},
		{data(DataSource{Address: "nowhere"}), "nodes.x.accounts.database.address: got \"nowhere\""},
		{data(DataSource{Address: "plain"}), "nodes.x.accounts.database.address: node plain has no database"},
		{data(DataSource{Address: "proxy"}), ""},
		{data(DataSource{Address: "localhost"}), "nodes.x.accounts.database.address: got localhost on a node without a database"},
		{data(DataSource{Hosts: []string{"db", "192.0.2.60"}}), "nodes.x.accounts.database.hosts.1: got 192.0.2.60, which is also host 1"},
		{data(DataSource{Address: "db", MaxActive: 1, MinIdle: &two}), "nodes.x.accounts.database.min-idle: got 2, want at most max-active, 1"},

		{Node{Teller: &Teller{Target: "http://192.0.2.60/accounts"}}, ""},
		{Node{Teller: &Teller{Target: "http://192.0.2.60/accounts/"}}, "nodes.x.teller.target: got \"/accounts/\""},
		{Node{Teller: &Teller{Target: "http://nowhere/accounts"}}, "nodes.x.teller.target: got the name nowhere, want an address: tellers look up no names"},
		{Node{Teller: &Teller{Target: "http://192.0.2.60/accounts", Start: 2, Audit: 1}}, "nodes.x.teller.audit: got 1ns"},
	} {
		top := Topology{
			Segments: map[string]Segment{"lan": {}},
			Nodes:    map[string]Node{"db": lan("192.0.2.60/24", Node{Database: &Database{}}), "plain": lan("192.0.2.61/24", Node{}), "proxy": lan("192.0.2.63/24", Node{Gateway: &Gateway{}}), "x": lan("192.0.2.62/24", c.node)},
		}
		var got []string
		for _, p := range top.Validate() {
			got = append(got, p.String())
		}
		if c.want == "" && len(got) == 0 || len(got) == 1 && c.want != "" && strings.HasPrefix(got[0], c.want) {
			continue
		}
		t.Errorf("got %q, want %q", got, c.want)
	}
}
