package topology

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// messagingDefaults are the parts of the programs around brokers, for
// TestDocumentedDefaults. What is described in words is left out.
func messagingDefaults() []any {
	brokers := Brokers{List: []BrokerAddress{{}}}.complete(Topology{})
	brokers.Failover = "" // left out: it depends on the list
	lease := *Consumer{Follow: FollowLease}.Complete(Place{}).(*Consumer).Lease
	lease.Renew = 0 // a third of its time
	control := Throttle{Control: &ThrottleControl{}}.Complete(Place{}).(*Throttle).Control
	address := brokers.List[0]
	brokers.List = nil
	gateway := ThrottleGateway{}.Complete(Place{})
	return []any{BrokerQueue{}, brokers, address, lease, *control, ThrottleManager{}.Complete(Place{}), gateway}
}

// TestBrokerURL: what a connection URL says, as documents of products write it.
func TestBrokerURL(t *testing.T) {
	text := func(url string) string {
		u, err := parseBrokerURL(url)
		if err != nil {
			return err.Error()
		}
		s := fmt.Sprintf("%s %d", u.failover, u.cycles)
		for _, b := range u.brokers {
			s += fmt.Sprintf(" | %s:%d at %d: %d %v %v", b.host, b.port, b.at, b.retries, b.connectDelay, b.timeout)
		}
		return s
	}
	const head = "amqp://admin:admin@clientid/carbon?"
	for _, c := range []struct{ url, want string }{
		{head + "brokerlist='tcp://localhost:5673'", " -1 | localhost:5673 at 54: -1 -1ns 0s"},
		{head + "brokerlist='tcp://mq'", " -1 | mq:5672 at 54: -1 -1ns 0s"},
		{
			head + "failover='roundrobin'&cyclecount='2'&brokerlist='tcp://a:5672?retries='5'&connectdelay='50';tcp://b:5673?connecttimeout='3000''",
			"roundrobin 2 | a:5672 at 91: 5 50ms 0s | b:5673 at 134: -1 -1ns 3s",
		},
		{head + "brokerlist='tcp://a'&failover='roundrobin?cyclecount='7''", "roundrobin 7 | a:5672 at 54: -1 -1ns 0s"},
		{"tcp://a:5672", `at character 1: got "tcp://a:5672", want amqp://`},
		{"amqp://admin:admin@clientid/carbon", "at character 35: the options are missing, want ?brokerlist='tcp://HOST:PORT'"},
		{"amqp://admin?brokerlist='tcp://a'", `at character 8: got "admin", want USER:PASSWORD@CLIENT/HOST`},
		{head + "cyclecount='2'", "at character 50: brokerlist is missing, want brokerlist='tcp://HOST:PORT'"},
		{head + "brokerlist='a:5672'", `at character 48: got "a:5672'", want tcp://HOST:PORT`},
		{head + "brokerlist='tcp://a:0'", `at character 56: got port "0", want 1 to 65535`},
		{head + "brokerlist='tcp://:1'", "at character 56: the host is missing"},
		{head + "brokerlist='tcp://a?ssl='true''", `at character 56: got option "ssl", want retries, connectdelay or connecttimeout`},
		{head + "brokerlist='tcp://a?retries='x''", `at character 65: got "x", want 0 to 1000000`},
		{head + "brokerlist='tcp://a", "at character 55: got the end, want ; or '"},
		{head + "brokerlist='tcp://a'&failover='first'", `at character 67: got failover "first", want roundrobin, singlebroker or nofailover`},
		{head + "brokerlist='tcp://a';x", `at character 56: got ";x", want & or the end`},
		{head + "maxprefetch='1'", `at character 36: got option "maxprefetch", want brokerlist, failover or cyclecount`},
	} {
		if got := text(c.url); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.url, got, c.want)
		}
	}
}

// messaging is a broker mq, and a node n with the given programs.
func messaging(change func(*Node)) Topology {
	n := Node{NICs: nic("192.0.2.11/24")}
	change(&n)
	return Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{
		"mq": {NICs: nic("192.0.2.50/24"), Broker: &Broker{}}, "n": n,
	}}
}

// TestMessagingProblems: what programs around brokers cannot be.
func TestMessagingProblems(t *testing.T) {
	url := func(list string) Brokers { return Brokers{URL: "amqp://a:b@c/d?brokerlist='" + list + "'"} }
	listed := func(hosts ...string) (b Brokers) {
		for _, host := range hosts {
			b.List = append(b.List, BrokerAddress{Host: host})
		}
		return b
	}
	mq := url("tcp://mq:5672")
	for _, c := range []struct {
		change func(*Node)
		want   []string
	}{
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders", Brokers: mq} }, nil},
		{func(n *Node) { n.Consumer = &Consumer{Queue: "orders", Brokers: mq, Follow: FollowLease} }, nil},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "a", Topic: "b", Brokers: mq} }, []string{
			`nodes.n.publisher: got queue "a" and topic "b", want one of both`,
		}},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders", Brokers: url("tcp://mx:5672")} }, []string{
			`nodes.n.publisher.brokers.url: at character 34: there is no node "mx", want an address, localhost, or mq or n (did you mean "mq"?)`,
		}},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders", Brokers: url("tcp://mq:5673")} }, []string{
			"nodes.n.publisher.brokers.url: got port 5673, want 5672, that of the broker",
		}},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders", Brokers: listed("mq", "192.0.2.50:5672")} }, nil},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders", Brokers: listed("mx:5672")} }, []string{
			`nodes.n.publisher.brokers.list.0.address: got "mx:5672", want an address, perhaps with a port, such as 192.0.2.11:5672, localhost, or mq (did you mean "mq"?)`,
		}},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders", Brokers: listed("mq:5673")} }, []string{
			"nodes.n.publisher.brokers.list.0.address: got port 5673, want 5672, that of the broker",
		}},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders", Brokers: listed("n")} }, []string{
			"nodes.n.publisher.brokers.list.0.address: node n has no broker",
		}},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders", Brokers: url("tcp://localhost:5672")} }, []string{
			"nodes.n.publisher.brokers.url: got localhost on a node without a broker, want one there or the address of another node",
		}},
		{func(n *Node) {
			n.Broker, n.Publisher = &Broker{}, &Publisher{Queue: "orders", Brokers: listed("localhost", "n")}
		}, nil},
		{func(n *Node) { n.Publisher = &Publisher{Queue: "orders"} }, []string{
			"nodes.n.publisher: brokers is missing", "nodes.n.publisher.brokers: got no broker, want url or list",
		}},
		{func(n *Node) { n.Consumer = &Consumer{Queue: "orders", Brokers: mq, Follow: FollowScript} }, []string{
			"nodes.n.consumer.follow: the node has no standby control to follow",
		}},
		{func(n *Node) { n.Consumer = &Consumer{Queue: "orders", Brokers: mq, Lease: &ConsumerLease{}} }, []string{
			"nodes.n.consumer.lease: it is for follow: lease, got always",
		}},
		{func(n *Node) {
			n.Consumer = &Consumer{Queue: "orders", Brokers: url("tcp://mq;tcp://192.0.2.50"), Follow: FollowLease}
		}, []string{"nodes.n.consumer.lease: at is missing: with 2 brokers one of them has to grant it"}},
		{func(n *Node) { n.Throttle = &Throttle{} }, []string{"nodes.n.throttle: got no part, want control, manager or gateway"}},
		{func(n *Node) {
			n.Throttle = &Throttle{Manager: &ThrottleManager{Publishers: map[string]Brokers{"local": mq}, Retry: time.Second, Window: time.Second}}
		}, []string{
			"nodes.n.throttle.manager: got no policies, want keys or control",
			"nodes.n.throttle.manager.window: got 1s, want more than every, 1s: a decision would end before the next one",
		}},
	} {
		var got []string
		for _, p := range messaging(c.change).Validate() {
			got = append(got, p.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("got\n%q\nwant\n%q", got, c.want)
		}
	}
}
