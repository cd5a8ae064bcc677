package partner

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

func (l *lab) want(what string, got map[string]int, want map[string]int) {
	l.TB.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		l.TB.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestExchange: each document is sent once, processed once and acknowledged
// once, whatever receipts the sender asks for.
func TestExchange(t *testing.T) {
	for mode, receipts := range map[string]map[string]int{
		topology.ReceiptSync: {"processed sync": 3}, topology.ReceiptAsync: {"processed async": 3}, topology.ReceiptNone: {},
	} {
		l := newLab(t)
		l.answer(topology.Exchange{})
		l.start(topology.Exchange{Receipts: mode, Ask: 2 * second})
		l.Run(28 * second)
		l.partner.Finish()
		l.other.Finish()
		l.want(mode+": sent", counts(l, "p", sent), map[string]int{"1": 3})
		l.want(mode+": arrived", counts(l, "q", arrived), map[string]int{"processed": 3})
		l.want(mode+": receipts", counts(l, "q", delivered), receipts)
		matched := map[string]int{}
		for word, n := range receipts {
			matched[word+" matched"] = n
		}
		l.want(mode+": receipts at p", counts(l, "p", received), matched)
		l.want(mode+": ended", counts(l, "p", ended), map[string]int{"acknowledged": 3})
		known := "Processed"
		if mode == topology.ReceiptNone {
			known = "Received" // no receipt was sent, and so none is known
		}
		l.want(mode+": status", counts(l, "p", status), map[string]int{known: 3})
		l.want(mode+": undelivered", counts(l, "p", undelivered), map[string]int{})
		for _, node := range []string{"p", "q"} {
			_, all := hosttest.Bodies[event.StoreStatus](l.Lab, node)
			if want := (event.StoreStatus{Service: topology.PartnerService, Documents: 3}); len(all) != 1 || all[0] != want {
				t.Errorf("%s: store of %s: got %+v, want %+v", mode, node, all, want)
			}
		}
	}
}

// TestRetransmission: while the other side refuses, a document is sent again at
// its interval. What it had before it recognises, also after a reboot.
func TestRetransmission(t *testing.T) {
	l := newLab(t)
	l.answer(topology.Exchange{})
	l.start(topology.Exchange{Retransmit: 3 * second, Stop: 2 * second})
	if err := l.other.StopService(topology.PartnerService); err != nil {
		t.Fatal(err)
	}
	l.Run(3 * second)
	if err := l.other.StartService("x"); err == nil {
		t.Error("started a service that there is not")
	}
	l.At(5*second, func() { l.other.StartService(topology.PartnerService) })
	l.Run(20 * second)
	l.want("sent", counts(l, "p", sent), map[string]int{"1": 1, "2": 1, "3": 1})
	l.want("undelivered", counts(l, "p", undelivered), map[string]int{"refused": 2})
	l.want("ended", counts(l, "p", ended), map[string]int{"acknowledged": 1})
	l.want("arrived", counts(l, "q", arrived), map[string]int{"processed": 1})
}

// TestReboot: a sender whose machine was down sends at once what waited, and a
// receiver still knows it. A document that nobody takes is given up.
func TestReboot(t *testing.T) {
	l := newLab(t)
	x := topology.Exchange{Receipts: topology.ReceiptAsync, Retransmit: 100 * second, Stop: 12 * second}
	l.answer(topology.Exchange{})
	l.start(x)
	l.At(5*second, func() { l.p.Crash(false) }) // the receipt has come
	l.At(8*second, l.p.PowerOn)
	l.p.OnBoot(func() { l.start(x) })
	l.At(10999*second/1000, func() { l.partner.StopService(topology.PartnerService) })
	l.At(13*second, func() { l.partner.StartService(topology.PartnerService) })
	l.Run(50 * second)
	// The document of 11 s came due out of service, and was left out.
	l.want("sent", counts(l, "p", sent), map[string]int{"1": 1})
	l.want("ended", counts(l, "p", ended), map[string]int{"acknowledged": 1})

	l = newLab(t)
	x.Stop = 5 * second
	l.start(x)
	l.At(3*second, func() { l.p.Crash(false) }) // it is refused, and waits
	l.At(20*second, l.p.PowerOn)
	l.p.OnBoot(func() { l.start(x) })
	l.Run(1000 * second)
	l.want("sent", counts(l, "p", sent), map[string]int{"1": 1, "2": 1, "3": 1, "4": 1})
	l.want("ended", counts(l, "p", ended), map[string]int{"failed": 1})
	at, _ := hosttest.Bodies[event.DocumentSent](l.Lab, "p")
	if want := "[1s 20s 2m0s 3m40s]"; fmt.Sprint(at) != want {
		t.Errorf("sent at %v, want %s", at, want)
	}
}

// TestFullStores: a receiver without room answers 503, and one that forgets
// takes a duplicate for new. A sender without room sends nothing.
func TestFullStores(t *testing.T) {
	l := newLab(t)
	l.answer(topology.Exchange{Store: 1})
	l.start(topology.Exchange{Stop: 12 * second, Retransmit: 5 * second, Resends: new(int)})
	l.Run(30 * second)
	l.want("arrived", counts(l, "q", arrived), map[string]int{"processed": 1, "refused": 1})
	l.want("store", counts(l, "q", stores), map[string]int{"full": 1})
	l.want("undelivered", counts(l, "p", undelivered), map[string]int{"status 503": 1})
	l.want("ended", counts(l, "p", ended), map[string]int{"acknowledged": 1, "failed": 1})

	l = newLab(t)
	l.answer(topology.Exchange{Store: 1, WhenFull: topology.StoreForgets})
	l.start(topology.Exchange{Stop: 22 * second, Store: 2})
	l.Run(50 * second)
	l.want("arrived", counts(l, "q", arrived), map[string]int{"processed": 2})
	l.want("forgotten", counts(l, "q", forgotten), map[string]int{"full": 1})
	l.want("undelivered", counts(l, "p", undelivered), map[string]int{storeFull: 1})
	l.want("store of the sender", counts(l, "p", stores), map[string]int{"full": 1})

	l = newLab(t)
	l.answer(topology.Exchange{Retention: 15 * second})
	l.start(topology.Exchange{Stop: 22 * second})
	l.Run(50 * second)
	l.want("forgotten", counts(l, "q", forgotten), map[string]int{"retention": 1})
}

const storeFull = "store-full"

// TestRequests: what is no document, receipt or status request is refused, and
// a receipt for what was never sent is unknown.
func TestRequests(t *testing.T) {
	l := newLab(t)
	l.answer(topology.Exchange{})
	got := map[string]string{}
	for _, c := range []struct{ name, method, path, fields, body string }{
		{"get", http.MethodGet, topology.ExchangePath, "", ""},
		{"elsewhere", http.MethodPost, "/other", "", "x"},
		{"no id", http.MethodPost, topology.ExchangePath, "", "x"},
		{"no body", http.MethodPost, topology.ExchangeReceipt, "", ""},
		{"no receipt", http.MethodPost, topology.ExchangeReceipt, "", "x"},
		{"no status", http.MethodPost, topology.ExchangeStatus, "", "x"},
		{"status", http.MethodPost, topology.ExchangeStatus, "", "RefToMessageId: <1@x>\r\n"},
		{"no receipt wanted", http.MethodPost, topology.ExchangePath, "Message-ID: <1@x>\r\nAS2-From: x\r\n", "x"},
		{"a receipt to nowhere", http.MethodPost, topology.ExchangePath,
			"Message-ID: <1@x>\r\nAS2-From: x\r\nDisposition-Notification-To: x\r\nReceipt-Delivery-Option: http://192.0.2.201:9/\r\n", "x"},
		{"large", http.MethodPost, topology.ExchangePath, "Message-ID: <2@x>\r\n", strings.Repeat("x", 1<<20+1)},
	} {
		l.Program(l.p, c.name, func(p *sim.Proc) error {
			p.Sleep(second)
			conn, err := l.p.Dial(netip.MustParseAddrPort("192.0.2.202:4080"), second)
			if err != nil {
				return err
			}
			defer conn.Close()
			link := web.NewLink(conn)
			defer link.Release()
			r := web.Request{Method: c.method, Path: c.path, Fields: c.fields, Host: "q", Body: &web.Body{Text: c.body}}
			if err := link.Send(&r); err != nil {
				return err
			}
			head, err := link.Head(&r)
			if err != nil {
				return err
			}
			text, err := io.ReadAll(head)
			got[c.name] = fmt.Sprint(head.Status)
			if c.name == "status" {
				got[c.name] += " " + string(text)
			}
			return err
		})
	}
	l.Run(10 * second)
	want := map[string]string{
		"get": "405", "elsewhere": "404", "no id": "400", "no body": "400", "no receipt": "400", "no status": "400",
		"status": "200 RefToMessageId: <1@x>\r\nMessageStatus: NotRecognized\r\n", "no receipt wanted": "200",
		"a receipt to nowhere": "200", "large": "413",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	l.want("arrived", counts(l, "q", arrived), map[string]int{"processed": 1, "duplicate": 1})
	l.want("receipts", counts(l, "q", delivered), map[string]int{"duplicate asyncrefused": 1})
}
