package topology

import (
	"net/netip"
	"testing"
	"time"
)

// exchanging is a pair with a service for documents, and a partner.
func exchanging(change func(*Exchange, *Partner)) Topology {
	whole := pair()
	own := Exchange{To: netip.MustParseAddrPort("192.0.2.201:4080"), Rate: 1}
	p := &Partner{Exchange: Exchange{To: netip.MustParseAddrPort("192.0.2.100:4080"), Rate: 1}}
	change(&own, p)
	edit("a", func(n *Node) { n.Gateway = &Gateway{Services: map[string]Service{"docs": {Kind: KindB2B, B2B: &own}}} })(&whole)
	edit("c1", func(n *Node) { n.Client, n.Partner = nil, p })(&whole)
	return whole
}

// TestExchangeProblems: what two sides cannot agree on.
func TestExchangeProblems(t *testing.T) {
	const own, partner = "nodes.a.gateway.services.docs.b2b.", "nodes.c1.partner."
	two := 2
	for _, c := range []struct {
		change func(*Exchange, *Partner)
		want   []string
	}{
		{func(*Exchange, *Partner) {}, nil},
		{func(x *Exchange, p *Partner) { *x, *p = Exchange{}, Partner{} }, nil},
		{func(x *Exchange, _ *Partner) {
			x.Receipts, x.ReceiptTo, x.While, x.Store, x.WhenFull = ReceiptAsync, netip.MustParseAddrPort("192.0.2.11:4080"), WhileAlways, 1, StoreForgets
		}, nil},
		{func(x *Exchange, _ *Partner) { x.To = netip.AddrPort{} }, []string{own + "rate: got 1/s, but to does not say where the documents go"}},
		{func(x *Exchange, _ *Partner) { x.To = netip.MustParseAddrPort("[2001:db8::1]:1") }, []string{
			own + "to: got [2001:db8::1]:1, want an IPv4 address and a port, such as 192.0.2.100:4080",
		}},
		{func(x *Exchange, _ *Partner) { x.To = netip.MustParseAddrPort("198.51.100.1:1") }, []string{own + "to: no node has the address 198.51.100.1"}},
		{func(x *Exchange, _ *Partner) {
			x.Replicate = []netip.Addr{addr("192.0.2.12"), addr("192.0.2.11"), addr("192.0.2.100"), addr("192.0.2.9")}
		}, []string{
			own + "replicate.1: got 192.0.2.11, want the address of another member",
			own + "replicate.2: got 192.0.2.100, want the address of another member",
			own + "replicate.3: no node has the address 192.0.2.9",
		}},
		{func(_ *Exchange, p *Partner) { p.Rate, p.Phase = 0, time.Second }, []string{partner + "phase: got 1s, but without a rate nothing is sent"}},
		{func(_ *Exchange, p *Partner) { p.Phase = time.Second }, []string{partner + "phase: got 1s, want less than the time between two documents, 1s"}},
		{func(_ *Exchange, p *Partner) { p.Start, p.Stop = 5*time.Second, 5*time.Second }, []string{partner + "stop: got 5s, want an instant after start, 5s"}},
		{func(_ *Exchange, p *Partner) { p.Receipts, p.Resends = ReceiptNone, &two }, []string{
			partner + "resends: got 2, want 0: without receipts every document would be sent again",
		}},
		{func(_ *Exchange, p *Partner) { p.ReceiptTo = netip.MustParseAddrPort("192.0.2.201:1") }, []string{
			partner + "receipt-to: got 192.0.2.201:1, but the receipts are not asynchronous",
		}},
		{func(_ *Exchange, p *Partner) {
			p.Receipts, p.ReceiptTo = ReceiptAsync, netip.MustParseAddrPort("192.0.2.9:1")
		}, []string{partner + "receipt-to: no node has the address 192.0.2.9"}},
		{func(_ *Exchange, p *Partner) { p.ReceiptTo = netip.MustParseAddrPort("[2001:db8::1]:1") }, []string{
			partner + "receipt-to: got [2001:db8::1]:1, want an IPv4 address and a port, such as 192.0.2.11:4080",
		}},
		{func(_ *Exchange, p *Partner) {
			p.Listen, p.Receipts = netip.MustParseAddrPort("0.0.0.0:4080"), ReceiptAsync
		}, []string{
			partner + "receipt-to: got 0.0.0.0:4080, want one address: the other side must know where to send receipts",
		}},
		{func(_ *Exchange, p *Partner) { p.Listen = netip.MustParseAddrPort("[::1]:1") }, []string{
			partner + "listen: got [::1]:1, want an IPv4 address and a port, such as 192.0.2.201:4080",
		}},
	} {
		wantProblems(t, exchanging(c.change).Validate(), c.want...)
	}
}

// TestExchangeOfKind: only a service of kind b2b exchanges documents, and it
// forwards nothing.
func TestExchangeOfKind(t *testing.T) {
	whole := pair()
	edit("a", func(n *Node) {
		n.Gateway = &Gateway{Services: map[string]Service{
			"docs": {Kind: KindB2B, Forward: ForwardTo(netip.MustParseAddrPort("192.0.2.12:80"))}, "web": {B2B: &Exchange{}},
		}}
	})(&whole)
	wantProblems(t, whole.Validate(),
		"nodes.a.gateway.services.docs.forward: got 192.0.2.12:80, want none: a service of kind b2b takes documents itself",
		"nodes.a.gateway.services.web.b2b: the service is not of kind b2b")
	complete := exchanging(func(*Exchange, *Partner) {}).WithDefaults()
	for name, want := range map[string]bool{"a": true, "b": false, "c1": true} {
		if got := complete.Nodes[name].Exchanges(); got != want {
			t.Errorf("%s exchanges documents: got %v, want %v", name, got, want)
		}
	}
	if x := complete.Nodes["a"].Gateway.Services["docs"]; x.B2B.ReceiptTo != netip.MustParseAddrPort("192.0.2.100:4080") {
		t.Errorf("receipts go to %v by default, want the virtual IP", x.B2B.ReceiptTo)
	}
}
