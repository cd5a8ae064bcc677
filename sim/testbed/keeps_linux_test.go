package testbed

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestNodeKeeps: what programs have written is there after the reboot of their
// machine, which is another process: the messages of a broker, the documents of
// two parties, and the number of a publisher's last message.
func TestNodeKeeps(t *testing.T) {
	node := func(address string) topology.Node {
		return topology.Node{NICs: map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address)}}, Boot: 50 * time.Millisecond}
	}
	mq, p := node("192.0.2.50/24"), node("192.0.2.60/24")
	mq.Broker, mq.Partner = &topology.Broker{Deduplicate: true}, &topology.Partner{}
	p.Publisher = &topology.Publisher{Queue: "orders", Rate: 20, Timeout: 300 * time.Millisecond, Brokers: topology.Brokers{
		List:           []topology.BrokerAddress{{Host: "192.0.2.50"}},
		ConnectTimeout: 300 * time.Millisecond, ReconnectDelay: 50 * time.Millisecond,
	}}
	p.Partner = &topology.Partner{Exchange: topology.Exchange{
		To: netip.MustParseAddrPort("192.0.2.50:4080"), Rate: 20, Timeout: 300 * time.Millisecond, Retransmit: time.Second,
	}}
	b := open(t, topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{"mq": mq, "p": p}}, Options{})
	for _, victim := range []string{"mq", "p"} {
		b.pass(time.Second)
		b.inject("reboot " + victim + " down 50ms")
		b.await(lives, victim+" crashed")
		b.await(lives, victim+" up")
	}
	b.pass(2 * time.Second)
	b.end()

	var numbers []uint64
	for _, m := range event.Of[event.MessagePublished](b.Events()) {
		numbers = append(numbers, m.Number)
	}
	// A message of which p did not know whether the broker had it is sent again.
	if n := len(slices.Compact(slices.Clone(numbers))); n < 20 || !slices.IsSorted(numbers) || numbers[len(numbers)-1] != uint64(n) || len(numbers)-n > 1 {
		t.Errorf("published %v, want one after the other", numbers)
	}
	has := map[string]map[string]bool{"mq": {}, "p": {}}
	for _, e := range b.Events() {
		switch d := e.What.(type) {
		case event.DocumentSent:
			has[e.Node][d.Message] = true
		case event.DocumentArrived:
			if d.Outcome == "processed" && has[e.Node][d.Message] {
				t.Errorf("%v: %s has processed %s twice", e.At, e.Node, d.Message)
			}
			has[e.Node][d.Message] = true
		}
	}
	for e, s := range event.Of[event.StoreStatus](b.Events()) {
		// What is written when the machine loses its power may be on disk although
		// nobody was told.
		if untold := s.Documents - len(has[e.Node]); untold < 0 || untold > 1 || s.Documents < 20 {
			t.Errorf("%s: got %+v at the end, want the %d documents of both boots", e.Node, s, len(has[e.Node]))
		}
	}
	restarted := 0
	for e, r := range event.Of[event.BrokerRestarted](b.Events()) {
		if restarted++; e.Node != "mq" || r.Kept < 5 || r.Lost != 0 {
			t.Errorf("%s: got %+v, want what was published before", e.Node, r)
		}
	}
	messages := 0
	for _, s := range event.Of[event.BrokerStatus](b.Events()) {
		messages = s.Messages
	}
	if last := int(numbers[len(numbers)-1]); restarted != 1 || messages < last || messages > last+1 {
		t.Errorf("the broker has restarted %d times and has %d messages, want once and those up to %d", restarted, messages, last)
	}
}
