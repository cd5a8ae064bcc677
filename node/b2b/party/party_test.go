package party

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is a party p and a machine q, on which a program plays the other side.
type lab struct {
	*hosttest.Lab
	p, q    *host.Host
	party   *Party
	store   *b2b.Store
	serves  bool // the party is in service
	port    *session.Port
	answers func(p *sim.Proc, x *web.Exchange) // of q
	got     []string                           // requests at q
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), serves: true, answers: receipt}
	l.p, l.q = l.Add("p", "192.0.2.201/24"), l.Add("q", "192.0.2.202/24")
	l.port = session.Open(l.q, "q", session.AnyAddress(4080), &web.Server{Node: "q", Go: l.q.Go, Service: server{func(p *sim.Proc, x *web.Exchange) {
		if x.TakeBody(1<<20) == nil {
			l.got = append(l.got, strings.TrimSpace(fmt.Sprintf("%v %s %s", l.Loop.Now().Round(10*time.Millisecond), x.Request.Path, x.Header("Message-ID"))))
			l.answers(p, x)
		}
	}}})
	return l
}

// server is a function as a web.Service.
type server struct {
	serve func(p *sim.Proc, x *web.Exchange)
}

func (server) Ready(*sim.Proc)                        {}
func (s server) Open(*sim.Proc, web.Conn) web.Session { return s }
func (server) Close()                                 {}
func (s server) Serve(p *sim.Proc, x *web.Exchange)   { s.serve(p, x) }
func text(x *web.Exchange, status int, kind, body string) {
	_ = x.AnswerWith(web.Content{Status: status, Type: kind, Body: body})
}

// receipt answers a document with its receipt.
func receipt(_ *sim.Proc, x *web.Exchange) {
	r := b2b.Receipt{Message: x.Header("Message-ID"), By: "q", Disposition: b2b.DispositionProcessed}
	text(x, 200, b2b.ReceiptType, r.Marshal())
}

// start starts the party, which has one document to send, at 1 s.
func (l *lab) start(change func(*topology.Exchange)) {
	two := 2
	x := topology.Exchange{
		To: netip.MustParseAddrPort("192.0.2.202:4080"), Rate: 0.1, Phase: second, Stop: 5 * second, Retransmit: 10 * second, Resends: &two, Timeout: 3 * second,
	}
	if change != nil {
		change(&x)
	}
	cfg := *topology.Partner{Listen: netip.MustParseAddrPort("192.0.2.201:4080"), Exchange: x}.Complete(topology.Place{}).(*topology.Partner)
	if l.store == nil {
		l.store = NewStore(cfg.Exchange)
	}
	l.party = New(l.p, Config{Service: "b2b", Listen: cfg.Listen, Exchange: cfg.Exchange, Serves: func() bool { return l.serves }}, l.store)
	session.Open(l.p, "p", session.AnyAddress(4080), &web.Server{Node: "p", Go: l.p.Go, Service: server{func(_ *sim.Proc, x *web.Exchange) { _ = l.party.Answer(x) }}})
}

// story is what parties log about documents and receipts.
func (l *lab) story() (all []string) {
	for _, e := range l.Log.Events() {
		say := func(format string, args ...any) {
			all = append(all, fmt.Sprintf("%v %s ", e.At.Round(10*time.Millisecond), e.Node)+strings.TrimSpace(fmt.Sprintf(format, args...)))
		}
		switch b := e.What.(type) {
		case event.DocumentSent:
			say("sends %s, attempt %d", b.Message, b.Attempt)
		case event.DocumentUndelivered:
			say("undelivered %s: %s", b.Message, b.Failure)
		case event.DocumentEnded:
			say("ended %s %s after %d", b.Message, b.State, b.Attempts)
		case event.DocumentArrived:
			say("got %s %s", b.Message, b.Outcome)
		case event.ReceiptArrived:
			say("receipt %s %s %s", b.How, b.Message, b.Outcome)
		case event.ReceiptSent:
			say("receipt for %s %s %s", b.Message, b.How, b.Failure)
		case event.StatusArrived:
			say("status %s %s%s", b.Message, b.Status, b.Failure)
		case event.StoreChanged:
			say("store %s", b.State)
		}
	}
	return all
}

func (l *lab) want(what string, want ...string) {
	l.TB.Helper()
	if got := l.story(); !slices.Equal(got, want) {
		l.TB.Errorf("%s: got\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// TestSent: a document goes out once, its receipt ends it, and one that asks
// for none ends with the answer. A party whose machine does not have the
// address on which it listens sends nothing, unless it always does.
func TestSent(t *testing.T) {
	l := newLab(t)
	l.start(nil)
	l.Run(60 * second)
	l.want("sync", "1s p sends <1.1@p>, attempt 1", "1s p receipt sync <1.1@p> matched", "1s p ended <1.1@p> acknowledged after 1")

	l = newLab(t)
	l.start(func(x *topology.Exchange) { x.Receipts = topology.ReceiptNone })
	l.answers = func(_ *sim.Proc, x *web.Exchange) { text(x, 200, "text/plain", "") }
	l.Run(60 * second)
	l.want("none", "1s p sends <1.1@p>, attempt 1", "1s p ended <1.1@p> acknowledged after 1")

	for while, sent := range map[string]int{topology.WhileHeld: 0, topology.WhileAlways: 1} { // order: worlds apart
		l = newLab(t)
		l.start(func(x *topology.Exchange) { x.While = while })
		l.party.cfg.Listen = netip.MustParseAddrPort("192.0.2.100:4080")
		l.Run(60 * second)
		if len(l.got) != sent {
			t.Errorf("while %s: %q, want %d documents", while, l.got, sent)
		}
	}
}

// TestUndelivered: an answer that is missing, half or no receipt leaves the
// document waiting, and it is sent again, under the same name and not before
// its time.
func TestUndelivered(t *testing.T) {
	raw := func(data string) func(*sim.Proc, *web.Exchange) {
		return func(_ *sim.Proc, x *web.Exchange) {
			_ = x.Raw([]byte(data))
			x.Abort()
		}
	}
	for _, c := range []struct {
		name    string
		answers func(*sim.Proc, *web.Exchange)
		at      string
		failure string
	}{
		{"silent", func(p *sim.Proc, _ *web.Exchange) { p.Sleep(100 * second) }, "4s", "timeout"},
		{"closed", func(*sim.Proc, *web.Exchange) {}, "1s", "closed"},
		{"status", func(_ *sim.Proc, x *web.Exchange) { text(x, 503, "text/plain", "no") }, "1s", "status 503"},
		{"half a head", raw("HTTP/1.1 200 O"), "1s", "reset"},
		{"half a receipt", raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n--cable"), "1s", "reset"},
		{"not HTTP", raw("220 hello\r\n\r\n"), "1s", "not HTTP"},
		{"no receipt", func(_ *sim.Proc, x *web.Exchange) { text(x, 200, "text/plain", "thanks") }, "1s", "no receipt"},
		{"the receipt of another", func(_ *sim.Proc, x *web.Exchange) {
			text(x, 200, b2b.ReceiptType, b2b.Receipt{Message: "<7@p>", By: "q", Disposition: b2b.DispositionProcessed}.Marshal())
		}, "1s", "no receipt"},
	} {
		l := newLab(t)
		l.answers = func(p *sim.Proc, x *web.Exchange) {
			l.answers = receipt
			c.answers(p, x)
		}
		l.start(nil)
		l.Run(60 * second)
		l.want(c.name, "1s p sends <1.1@p>, attempt 1", c.at+" p undelivered <1.1@p>: "+c.failure,
			"11s p sends <1.1@p>, attempt 2", "11s p receipt sync <1.1@p> matched", "11s p ended <1.1@p> acknowledged after 2")
		if want := []string{"1s /as2 <1.1@p>", "11s /as2 <1.1@p>"}; !slices.Equal(l.got, want) {
			t.Errorf("%s: requests: got %q, want %q", c.name, l.got, want)
		}
	}
}

// TestGivenUp: after its resends a document has failed, and a receipt that
// comes then is late. While the party is out of service nothing is sent.
func TestGivenUp(t *testing.T) {
	l := newLab(t)
	l.At(second/2, func() { l.port.StopService("q") })
	l.start(nil)
	l.At(15*second, func() { l.serves = false })
	l.At(40500*time.Millisecond, func() { l.serves = true })
	l.Run(60 * second)
	l.want("", "1s p sends <1.1@p>, attempt 1", "1s p undelivered <1.1@p>: refused", "11s p sends <1.1@p>, attempt 2", "11s p undelivered <1.1@p>: refused",
		"41s p sends <1.1@p>, attempt 3", "41s p undelivered <1.1@p>: refused", "51s p ended <1.1@p> failed after 3")
	before := len(l.story())
	l.q.Go("late", func(*sim.Proc) {
		l.post(topology.ExchangeReceipt, "", b2b.Receipt{Message: "<1.1@p>", By: "q", Disposition: b2b.DispositionProcessed}.Marshal())
	})
	l.q.Go("unknown", func(*sim.Proc) {
		l.post(topology.ExchangeReceipt, "", b2b.Receipt{Message: "<9@x>", By: "q", Disposition: b2b.DispositionProcessed}.Marshal())
	})
	l.Run(61 * second)
	if got := l.story()[before:]; !slices.Equal(got, []string{"1m0s p receipt async <1.1@p> late", "1m0s p receipt async <9@x> unknown"}) {
		t.Errorf("receipts: got %q", got)
	}
}

// post sends a request of q to the party, and returns the status of the answer.
func (l *lab) post(path, fields, body string) int {
	conn, err := l.q.Dial(netip.MustParseAddrPort("192.0.2.201:4080"), second)
	if err != nil {
		return 0
	}
	defer conn.Close()
	link := web.NewLink(conn)
	defer link.Release()
	kind := b2b.StatusType
	if strings.HasPrefix(body, "--") {
		kind = b2b.ReceiptType
	}
	r := web.Request{Method: "POST", Host: "p", Path: path, Fields: fields, Body: &web.Body{Text: body, Type: kind}}
	if link.Send(&r) != nil {
		return 0
	}
	head, err := link.Head(&r)
	if err != nil {
		return 0
	}
	return head.Status
}

// TestReboot: a party whose machine crashes while it waits for an answer sends
// the document again when it is back, under the same name, and gives new
// documents other names. What it has sent an answer for, it knows.
func TestReboot(t *testing.T) {
	l := newLab(t)
	l.answers = func(p *sim.Proc, _ *web.Exchange) { p.Sleep(1000 * second) }
	l.start(nil)
	l.At(2*second, func() { l.p.Crash(false) })
	l.At(4*second, func() { l.p.PowerOn() })
	l.At(6*second, func() {
		l.answers = receipt
		l.start(func(x *topology.Exchange) { x.Stop = 15 * second })
	})
	l.Run(30 * second)
	l.want("", "1s p sends <1.1@p>, attempt 1", "6s p sends <1.1@p>, attempt 2", "6s p receipt sync <1.1@p> matched", "6s p ended <1.1@p> acknowledged after 2",
		"11s p sends <2.2@p>, attempt 1", "11s p receipt sync <2.2@p> matched", "11s p ended <2.2@p> acknowledged after 1")
	l.party.Finish()
	if _, all := hosttest.Bodies[event.StoreStatus](l.Lab, "p"); !slices.Equal(all, []event.StoreStatus{{Service: "b2b", Documents: 2}}) {
		t.Errorf("got %+v, want two documents, and none that waits", all)
	}
}

// TestArrived: a document is processed once; whoever sends it again learns that
// it is a duplicate, and one that has no room is refused. Half a document is
// none.
func TestArrived(t *testing.T) {
	l := newLab(t)
	l.start(func(x *topology.Exchange) { x.Rate, x.Store, x.Processing = 0, 1, 2*second })
	document := func(id string) string {
		return "Message-ID: " + id + "\r\nAS2-From: q\r\nDisposition-Notification-To: q\r\nReceipt-Delivery-Option: http://192.0.2.202:4080/x\r\n"
	}
	statuses := []int{}
	l.Program(l.q, "q", func(p *sim.Proc) error {
		p.Sleep(second)
		conn, err := l.q.Dial(netip.MustParseAddrPort("192.0.2.201:4080"), second)
		if err != nil {
			return err
		}
		if _, err := conn.Write([]byte("POST /as2 HTTP/1.1\r\nHost: p\r\nMessage-ID: <0@q>\r\nContent-Length: 100\r\n\r\nhalf")); err != nil {
			return err
		}
		p.Sleep(second)
		conn.Close()
		for _, id := range []string{"<1@q>", "<1@q>", "<2@q>"} {
			statuses = append(statuses, l.post(topology.ExchangePath, document(id), "x"))
		}
		return nil
	})
	l.Run(10 * second)
	if !slices.Equal(statuses, []int{200, 200, 503}) {
		t.Errorf("answers: got %v, want two that are taken and one that is not", statuses)
	}
	got := l.story()
	want := []string{"2s p got <1@q> processed", "2s p store full", "2s p got <1@q> duplicate", "2s p got <2@q> refused", "4s p receipt for <1@q> async", "4s p receipt for <1@q> async"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAsynchronous: a receipt of its own ends the document, a second one is
// repeated, and one that never comes has the document sent again.
func TestAsynchronous(t *testing.T) {
	l := newLab(t)
	l.answers = func(_ *sim.Proc, x *web.Exchange) { text(x, 200, "text/plain", "") }
	l.start(func(x *topology.Exchange) { x.Receipts = topology.ReceiptAsync })
	body := b2b.Receipt{Message: "<1.1@p>", By: "q", Disposition: b2b.DispositionProcessed}.Marshal()
	statuses := []int{}
	l.At(12*second, func() {
		l.q.Go("q", func(*sim.Proc) {
			for _, b := range []string{"half a receipt", body, body} {
				statuses = append(statuses, l.post(topology.ExchangeReceipt, "", b))
			}
		})
	})
	l.Run(60 * second)
	l.want("", "1s p sends <1.1@p>, attempt 1", "11s p sends <1.1@p>, attempt 2",
		"12s p receipt async <1.1@p> matched", "12s p ended <1.1@p> acknowledged after 2", "12s p receipt async <1.1@p> repeated")
	if !slices.Equal(statuses, []int{400, 200, 200}) {
		t.Errorf("answers: got %v", statuses)
	}
}

// TestStatus: a sender asks what has become of its document, and may get no
// answer, or one that is none.
func TestStatus(t *testing.T) {
	for _, c := range []struct{ answer, want string }{
		{b2b.StatusAnswer("<1.1@p>", b2b.StatusProcessed), "Processed"}, {b2b.StatusAnswer("<2@x>", b2b.StatusProcessed), "no status"}, {"half", "no status"}, {"", "timeout"},
	} {
		l := newLab(t)
		l.answers = func(p *sim.Proc, x *web.Exchange) {
			switch {
			case x.Request.Path != topology.ExchangeStatus:
				receipt(p, x)
			case c.answer == "":
				p.Sleep(100 * second)
			default:
				text(x, 200, b2b.StatusType, c.answer)
			}
		}
		l.start(func(x *topology.Exchange) { x.Ask = 2 * second })
		l.Run(60 * second)
		all := l.story()
		if last := all[len(all)-1]; len(all) != 4 || !strings.HasSuffix(last, " p status <1.1@p> "+c.want) {
			t.Errorf("%q: got %q, want %s", c.answer, all, c.want)
		}
	}
}

// TestCopyAgain: a copy that is refused is sent again each second, and then no
// more.
func TestCopyAgain(t *testing.T) {
	l := newLab(t)
	times := 0
	session.Open(l.q, "copies", session.AnyAddress(topology.ReplicaPort), &web.Server{Node: "q", Go: l.q.Go, Service: server{func(_ *sim.Proc, x *web.Exchange) {
		times++
		status := 503
		if l.Loop.Now() > 10*second {
			status = 200
		}
		_ = x.TakeBody(1000)
		text(x, status, b2b.StatusType, "")
	}}})
	l.start(func(x *topology.Exchange) { x.Replicate = []netip.Addr{netip.MustParseAddr("192.0.2.202")} })
	l.Run(60 * second)
	if times < 10 || times > 13 {
		t.Errorf("%d copies of one document, want one each second until 10 s", times)
	}
}

// TestCopies: what changes at one member is known at the other one, in the end
// also if that was away; what is no copy is refused.
func TestCopies(t *testing.T) {
	l := newLab(t)
	other := netip.MustParseAddr("192.0.2.202")
	l.start(func(x *topology.Exchange) { x.Replicate = []netip.Addr{other} })
	cfg := *topology.Partner{Listen: netip.MustParseAddrPort("192.0.2.202:4080"), Exchange: topology.Exchange{Replicate: []netip.Addr{netip.MustParseAddr("192.0.2.201")}}}.
		Complete(topology.Place{}).(*topology.Partner)
	store := NewStore(cfg.Exchange)
	l.At(3500*time.Millisecond, func() {
		New(l.q, Config{Service: "b2b", Listen: cfg.Listen, Exchange: cfg.Exchange, Serves: func() bool { return true }}, store)
	})
	l.Run(3400 * time.Millisecond)
	if store.Len() != 0 {
		t.Error("the other member knows something before it is there")
	}
	l.Run(10 * second)
	if c, known := store.View("<1.1@p>"); !known || c.State != b2b.Acknowledged || !c.Foreign || store.Len() != 1 || store.Waiting() != 0 {
		t.Errorf("the other member has %+v, want the document that p has sent", c)
	}
	refused := 0
	l.Program(l.p, "nonsense", func(*sim.Proc) error {
		for _, body := range []string{"", "half", "Message-ID: <1@x>\r\nState: x\r\n"} {
			if _, err := l.party.post(netip.AddrPortFrom(other, topology.ReplicaPort), topology.ExchangeCopy, "", web.Body{Text: body, Type: b2b.StatusType}); err != nil {
				refused++
			}
		}
		return nil
	})
	l.Run(20 * second)
	if refused != 3 || store.Len() != 1 {
		t.Errorf("%d copies refused and %d documents, want 3 and 1", refused, store.Len())
	}
}
