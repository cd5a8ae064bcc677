package party

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// documentMax is the largest body of a request.
const documentMax = 1 << 20

// Answer answers a request of the other side: a document, a receipt or a status
// request. The error is the connection's.
func (y *Party) Answer(x *web.Exchange) error {
	if x.Request.Method != http.MethodPost {
		return plain(x, http.StatusMethodNotAllowed, "want POST\n")
	}
	if err := x.TakeBody(documentMax); err != nil {
		return plain(x, http.StatusRequestEntityTooLarge, "too large\n")
	}
	body := ""
	if x.Request.Body != nil {
		body = x.Request.Body.Text
	}
	switch x.Request.Path {
	case topology.ExchangePath:
		return y.document(x)
	case topology.ExchangeReceipt:
		r, err := b2b.ParseReceipt(x.Header("Content-Type"), []byte(body))
		if err != nil {
			return plain(x, http.StatusBadRequest, err.Error()+"\n")
		}
		y.receipt(r, topology.ReceiptAsync)
		return plain(x, http.StatusOK, "")
	case topology.ExchangeStatus:
		id, _, err := b2b.ParseStatus([]byte(body))
		if err != nil {
			return plain(x, http.StatusBadRequest, err.Error()+"\n")
		}
		return plain(x, http.StatusOK, b2b.StatusAnswer(id, y.store.Status(id)))
	}
	return plain(x, http.StatusNotFound, "not found\n")
}

func plain(x *web.Exchange, status int, body string) error {
	return x.AnswerWith(web.Content{Status: status, Type: b2b.StatusType, Body: body})
}

// document takes a document.
func (y *Party) document(x *web.Exchange) error {
	id := x.Header("Message-ID")
	if id == "" {
		return plain(x, http.StatusBadRequest, "Message-ID is missing\n")
	}
	y.expire()
	action, forgotten := y.store.Arrive(id, y.host.Now())
	outcome, disposition := "processed", b2b.DispositionProcessed
	switch action {
	case b2b.Repeat:
		outcome, disposition = "duplicate", b2b.DispositionDuplicate
	case b2b.Refuse:
		outcome = "refused"
	}
	y.host.Log(event.DocumentArrived{Message: id, From: x.Header("AS2-From"), Outcome: outcome})
	y.changed(forgotten, "full")
	if action == b2b.Process {
		y.copied(id)
	}
	r := b2b.Receipt{Message: id, By: y.host.Name(), Disposition: disposition}
	switch to, given := receiptAddress(x.Header("Receipt-Delivery-Option")); {
	case action == b2b.Refuse:
		return plain(x, http.StatusServiceUnavailable, "no room for documents\n")
	case x.Header("Disposition-Notification-To") == "":
		return plain(x, http.StatusOK, "")
	case given:
		y.host.Go("receipt", func(p *sim.Proc) {
			p.Sleep(y.cfg.Exchange.Processing)
			_, err := y.post(to, topology.ExchangeReceipt, "AS2-From: "+r.By+"\r\n", web.Body{Text: r.Marshal(), Type: b2b.ReceiptType})
			y.sent(r, topology.ReceiptAsync, err)
		})
		return plain(x, http.StatusOK, "")
	}
	err := x.AnswerWith(web.Content{Status: http.StatusOK, Type: b2b.ReceiptType, Body: r.Marshal()})
	if err != nil {
		y.sent(r, topology.ReceiptSync, inWords(err))
		return err
	}
	y.sent(r, topology.ReceiptSync, nil)
	return nil
}

// receiptAddress reads where an asynchronous receipt is to be sent. Without
// one, the receipt belongs in the answer.
func receiptAddress(url string) (netip.AddrPort, bool) {
	rest, isHTTP := strings.CutPrefix(url, "http://")
	address, _, _ := strings.Cut(rest, "/")
	to, err := netip.ParseAddrPort(address)
	return to, isHTTP && err == nil
}

// sent notes that the receipt for a document was delivered, or why it was not.
func (y *Party) sent(r b2b.Receipt, how string, failure error) {
	e := event.ReceiptSent{Message: r.Message, Disposition: r.Disposition.Word(), How: how}
	if failure != nil {
		e.Failure = failure.Error()
	} else {
		y.store.Receipted(r.Message)
		y.copied(r.Message)
	}
	y.host.Log(e)
}

// receipt takes a receipt. How is empty for a document that asks for none: the
// answer to it counts as one, and is not logged.
func (y *Party) receipt(r b2b.Receipt, how string) {
	before, _ := y.store.View(r.Message)
	outcome := "unknown"
	switch action := y.store.Receipt(r.Message, r.Disposition.Positive()); {
	case action == b2b.Unknown:
	case action != b2b.Ignore:
		outcome = "matched"
	case before.State == b2b.Failed:
		outcome = "late"
	default:
		outcome = "repeated"
	}
	if how != "" {
		y.host.Log(event.ReceiptArrived{Message: r.Message, Disposition: r.Disposition.Word(), How: how, Outcome: outcome})
	}
	if outcome != "matched" {
		return
	}
	if t, _ := y.store.View(r.Message); t.Foreign {
		y.copied(t.ID) // its sender ends it
	} else {
		y.ended(t)
		y.schedule()
	}
}
