package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// Exchange is how one party exchanges business documents: what it sends and how
// long it waits for receipts, as AS2 does (RFC 4130), and the persistence store
// by which it recognises duplicates (spec/failover.md §5.1, F17). No document
// of the product says what its timers are; the defaults are ours.
type Exchange struct {
	To        netip.AddrPort `yaml:"to" doc:"address and port of the other side, to which documents and status requests go, such as 192.0.2.100:4080 (default: it sends nothing, and only answers)"`
	Rate      Rate           `yaml:"rate" json:",omitempty" doc:"documents that it sends, such as 1/min (default: none)"`
	Start     time.Duration  `yaml:"start" doc:"when the first document is due, but for its phase (default 0)"`
	Phase     time.Duration  `yaml:"phase" doc:"time from the start to the first document, less than the time between two (default: random, from seed and name)"`
	Stop      time.Duration  `yaml:"stop" doc:"when to stop sending new documents (default: the end of the run)"`
	While     string         `yaml:"while" doc:"when it sends new documents: held (default: while the machine has the address on which it listens, so that of a standby group the active member sends) or always" jsonschema:"enum=held,enum=always"`
	Receipts  string         `yaml:"receipts" doc:"the receipts that it asks for: sync (default: in the answer to the document), async (posted to an address of its own) or none" jsonschema:"enum=sync,enum=async,enum=none"`
	ReceiptTo netip.AddrPort `yaml:"receipt-to" doc:"where asynchronous receipts are to be sent (default: the address on which it listens)"`

	Retransmit time.Duration `yaml:"retransmit" doc:"how long it waits for a receipt before it sends a document again, under the same Message-ID (default 5m)" jsonschema:"minimum=1s"`
	Resends    *int          `yaml:"resends" doc:"how often it sends a document again before it has failed (default 3)" jsonschema:"minimum=0,maximum=1000"`
	Timeout    time.Duration `yaml:"timeout" doc:"time limit for the connection, and again for the answer (default 30s)" jsonschema:"minimum=1ms"`
	Ask        time.Duration `yaml:"ask-status" json:",omitempty" doc:"how long after the first transmission of a document it asks what has become of it, as with ebMS (default: never)"`
	Processing time.Duration `yaml:"processing" json:",omitempty" doc:"time from the arrival of a document until it sends an asynchronous receipt; one that a crash prevents is not sent later (default: none)"`
	Size       int           `yaml:"size" doc:"size of its documents in bytes (default 1000)" jsonschema:"minimum=1,maximum=1048576"`

	Store     int           `yaml:"store" json:",omitempty" doc:"how many documents, sent and received, its persistence store holds (default: no limit)" jsonschema:"minimum=1,maximum=10000000"`
	WhenFull  string        `yaml:"when-full" doc:"what a full store does: refuse (default: new documents are answered with status 503, and none is sent) or forget (the oldest finished transaction makes room)" jsonschema:"enum=refuse,enum=forget"`
	Replicate []netip.Addr  `yaml:"replicate" json:",omitempty" doc:"ours: addresses of the other members; each change of the store is copied to port 4081 there, as soon as it has happened, and again until it arrives (default: none, each store is on its own)"`
	Retention time.Duration `yaml:"retention" doc:"how long finished transactions are kept (default 720h)" jsonschema:"minimum=1s"`
}

// Partner is the other side of an exchange of business documents: a machine of
// a business partner.
type Partner struct {
	Listen   netip.AddrPort `yaml:"listen" doc:"address and port for documents and receipts (default: port 4080 of the node's first address)"`
	Exchange `yaml:",inline"`
}

// The words of an exchange.
const (
	PartnerService = "partner" // its service, as faults name it

	ExchangePath    = "/as2"         // for documents
	ExchangeReceipt = "/as2/receipt" // for asynchronous receipts
	ExchangeStatus  = "/ebms/status" // for status requests
	ExchangeCopy    = "/copy"        // for changes of another member's store

	WhileHeld   = "held"
	WhileAlways = "always"

	ReceiptSync  = "sync"
	ReceiptAsync = "async"
	ReceiptNone  = "none"

	StoreRefuses = "refuse"
	StoreForgets = "forget"

	// DefaultExchangePort is the port of both sides. No standard says one.
	DefaultExchangePort = 4080
	// ReplicaPort is where a store takes copies.
	ReplicaPort       = 4081
	defaultRetransmit = 5 * time.Minute
	defaultRetention  = 30 * 24 * time.Hour
)

// withDefaults returns a copy with every default filled in, of a party that
// listens on an address.
func (x Exchange) withDefaults(listen netip.AddrPort) Exchange {
	x.While = cmp.Or(x.While, WhileHeld)
	x.Receipts = cmp.Or(x.Receipts, ReceiptSync)
	x.Retransmit = cmp.Or(x.Retransmit, defaultRetransmit)
	if x.Resends == nil {
		resends := 3
		x.Resends = &resends
	}
	x.Timeout = cmp.Or(x.Timeout, 30*time.Second)
	x.Size = cmp.Or(x.Size, DefaultSize)
	x.WhenFull = cmp.Or(x.WhenFull, StoreRefuses)
	x.Retention = cmp.Or(x.Retention, defaultRetention)
	if !x.ReceiptTo.IsValid() {
		x.ReceiptTo = listen
	}
	return x
}

// exchange checks how a party exchanges documents. Listen is where it listens.
func (c *checker) exchange(path []string, n Node, x Exchange, listen netip.AddrPort) {
	switch {
	case !x.To.IsValid():
	case !x.To.Addr().Is4() || x.To.Port() == 0:
		c.fail(At(path, "to"), "got %s, want an IPv4 address and a port, such as 192.0.2.100:4080", x.To)
	default:
		c.reach(At(path, "to"), n, x.To.Addr())
	}
	interval := x.Rate.Interval()
	switch {
	case x.Rate != 0 && !x.To.IsValid():
		c.fail(At(path, "rate"), "got %s, but to does not say where the documents go", x.Rate)
	case x.Rate == 0 && x.Phase != 0:
		c.fail(At(path, "phase"), "got %s, but without a rate nothing is sent", x.Phase)
	case x.Rate != 0 && x.Phase >= interval:
		c.fail(At(path, "phase"), "got %s, want less than the time between two documents, %s", x.Phase, interval)
	}
	for i, a := range x.Replicate {
		if at := At(path, "replicate", strconv.Itoa(i)); !a.Is4() || n.claims(a) {
			c.fail(at, "got %s, want the address of another member", a)
		} else {
			c.reach(at, n, a)
		}
	}
	if x.Stop != 0 && x.Stop <= x.Start {
		c.fail(At(path, "stop"), "got %s, want an instant after start, %s", x.Stop, x.Start)
	}
	if x.Receipts == ReceiptNone && x.Rate != 0 && *x.Resends > 0 {
		c.fail(At(path, "resends"), "got %d, want 0: without receipts every document would be sent again", *x.Resends)
	}
	switch to := x.ReceiptTo; {
	case to == listen || x.Rate == 0:
	case !to.Addr().Is4() || to.Port() == 0:
		c.fail(At(path, "receipt-to"), "got %s, want an IPv4 address and a port, such as 192.0.2.11:4080", to)
	case x.Receipts != ReceiptAsync:
		c.fail(At(path, "receipt-to"), "got %s, but the receipts are not asynchronous", to)
	case !c.held(to.Addr()):
		c.warn(At(path, "receipt-to"), "no node has the address %s", to.Addr())
	}
	if x.Receipts == ReceiptAsync && x.ReceiptTo.Addr().IsUnspecified() && x.Rate != 0 {
		c.fail(At(path, "receipt-to"), "got %s, want one address: the other side must know where to send receipts", x.ReceiptTo)
	}
}

// b2b checks that a service has an exchange if it is of that kind, and nothing
// of other kinds.
func (c *checker) b2b(path []string, n Node, s Service) {
	switch {
	case s.Kind != KindB2B && s.B2B != nil:
		c.fail(At(path, "b2b"), "the service is not of kind b2b")
	case s.Kind != KindB2B:
	case s.Forward.IsValid():
		c.fail(At(path, "forward"), "got %s, want none: a service of kind b2b takes documents itself", s.Forward)
	default:
		c.exchange(At(path, "b2b"), n, *s.B2B, s.Listen)
	}
}

// Complete implements Program.
func (p Partner) Complete(at Place) Program {
	if own := at.Topology.serviceAddresses(at.Node); !p.Listen.IsValid() && len(own) > 0 {
		p.Listen = netip.AddrPortFrom(own[0], DefaultExchangePort)
	}
	p.Exchange = p.Exchange.withDefaults(p.Listen)
	return &p
}

// Problems implements Program.
func (p Partner) Problems(at Place) []Problem {
	c := at.check()
	if !p.Listen.Addr().Is4() || p.Listen.Port() == 0 {
		c.fail([]string{"listen"}, "got %s, want an IPv4 address and a port, such as 192.0.2.201:4080", p.Listen)
	}
	c.exchange(nil, at.Node, p.Exchange, p.Listen)
	return c.problems
}

// listens implements listener.
func (p Partner) listens() []port {
	if !p.Listen.IsValid() {
		return nil
	}
	return []port{{"partner", []string{"partner", "listen"}, p.Listen}}
}

// Addresses implements Program.
func (Partner) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Partner) ServiceNames() []string { return []string{PartnerService} }

// Properties implements Program.
func (p Partner) Properties() []Property { return serviceSwitches(p) }

// Faults implements Program.
func (Partner) Faults() []string { return nil }

// Exchanges reports whether a program of the node exchanges documents. The node
// must be completed.
func (n Node) Exchanges() bool {
	if n.Partner != nil {
		return true
	}
	return n.Gateway != nil && slices.ContainsFunc(Names(n.Gateway.Services), func(name string) bool {
		return n.Gateway.Services[name].Kind == KindB2B
	})
}
