package party

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// run sends new documents at the configured rate. Those that come due while the
// party may not send are left out: whoever has them gives them to another
// member.
func (y *Party) run(p *sim.Proc) {
	x := y.cfg.Exchange
	interval := x.Rate.Interval()
	phase := x.Phase
	if phase == 0 {
		stream := y.host.Loop().Stream("exchange/" + y.host.Name() + "/" + y.cfg.Service + "/phase")
		phase = time.Duration(stream.Float64() * float64(interval))
	}
	first := x.Start + phase
	for n := max(0, (y.host.Now()-first+interval-1)/interval); ; n++ {
		due := first + n*interval
		if x.Stop > 0 && due > x.Stop {
			return
		}
		for wait := due - y.host.Now(); wait > 0; wait = due - y.host.Now() {
			p.Sleep(wait)
		}
		if y.maySend() {
			y.submit()
		}
	}
}

// maySend reports whether the party sends new documents at present.
func (y *Party) maySend() bool {
	a := y.cfg.Listen.Addr()
	return y.cfg.Serves() && (y.cfg.Exchange.While == topology.WhileAlways || a.IsUnspecified() || y.host.Holds(a))
}

// submit sends a new document.
func (y *Party) submit() {
	y.expire()
	id := fmt.Sprintf("<%d.%d@%s>", y.store.Number(), y.host.Boots(), y.host.Name())
	action, forgotten := y.store.Submit(id, y.host.Now())
	y.changed(forgotten, "full")
	if action != b2b.Transmit {
		y.host.Log(event.DocumentUndelivered{Message: id, Failure: storeFull})
		return
	}
	y.copied(id)
	y.transmit(id, 1)
	y.schedule()
	if ask := y.cfg.Exchange.Ask; ask > 0 {
		y.host.Go("status", func(p *sim.Proc) {
			p.Sleep(ask)
			y.askStatus(id)
		})
	}
}

// storeFull is why a document is not sent at all.
const storeFull = "store-full"

// transmit sends a document and takes a receipt that comes in the answer.
func (y *Party) transmit(id string, attempt int) {
	x := y.cfg.Exchange
	y.host.Log(event.DocumentSent{Message: id, To: x.To.String(), Attempt: attempt, Receipt: x.Receipts})
	y.host.Go("document", func(*sim.Proc) {
		r, err := y.post(x.To, topology.ExchangePath, y.fields(id), web.Body{Text: y.text, Type: "application/edi-x12"})
		if err != nil {
			y.host.Log(event.DocumentUndelivered{Message: id, Attempt: attempt, Failure: err.Error()})
			return
		}
		if x.Receipts == topology.ReceiptNone {
			y.receipt(b2b.Receipt{Message: id, Disposition: b2b.DispositionProcessed}, "")
			return
		}
		if x.Receipts == topology.ReceiptAsync {
			return
		}
		receipt, err := b2b.ParseReceipt(r.kind, r.body)
		if err != nil || receipt.Message != id {
			y.host.Log(event.DocumentUndelivered{Message: id, Attempt: attempt, Failure: "no receipt"})
			return
		}
		y.receipt(receipt, topology.ReceiptSync)
	})
}

// fields are the header lines of a document: RFC 4130 §6 and §7.3.
func (y *Party) fields(id string) string {
	x := y.cfg.Exchange
	lines := "Message-ID: " + id + "\r\nAS2-Version: 1.2\r\nAS2-From: " + y.host.Name() + "\r\nAS2-To: " + x.To.Addr().String() + "\r\n"
	if x.Receipts != topology.ReceiptNone {
		lines += "Disposition-Notification-To: " + y.host.Name() + "\r\n"
	}
	if x.Receipts == topology.ReceiptAsync {
		lines += "Receipt-Delivery-Option: http://" + x.ReceiptTo.String() + topology.ExchangeReceipt + "\r\n"
	}
	return lines
}

// askStatus asks what has become of a document.
func (y *Party) askStatus(id string) {
	r, err := y.post(y.cfg.Exchange.To, topology.ExchangeStatus, "", web.Body{Text: b2b.StatusRequest(id), Type: b2b.StatusType})
	if err != nil {
		y.host.Log(event.StatusArrived{Message: id, Failure: err.Error()})
		return
	}
	got, status, err := b2b.ParseStatus(r.body)
	if err != nil || got != id {
		y.host.Log(event.StatusArrived{Message: id, Failure: "no status"})
		return
	}
	y.host.Log(event.StatusArrived{Message: id, Status: string(status)})
}

// answer is what came for a request.
type answer struct {
	kind string // its Content-Type
	body []byte
}

// answerMax is how much of an answer is read.
const answerMax = 64 << 10

// post sends one request on a connection of its own. Its error says in a few
// words why there is no good answer.
func (y *Party) post(to netip.AddrPort, path, fields string, body web.Body) (answer, error) {
	limit := y.cfg.Exchange.Timeout
	conn, err := y.host.Dial(to, limit)
	if err != nil {
		return answer{}, inWords(err)
	}
	defer conn.Close()
	conn.SetTimeout(limit)
	link := web.NewLink(conn)
	defer link.Release()
	request := web.Request{Method: http.MethodPost, Host: to.String(), Path: path, Fields: fields, Body: &body}
	if err := link.Send(&request); err != nil {
		return answer{}, inWords(err)
	}
	head, err := link.Head(&request)
	switch {
	case err != nil:
		return answer{}, inWords(err)
	case head.Status/100 != 2:
		return answer{}, fmt.Errorf("status %d", head.Status)
	}
	text, err := io.ReadAll(io.LimitReader(head, answerMax))
	if err != nil {
		return answer{}, inWords(err)
	}
	return answer{head.Header("Content-Type"), text}, nil
}

// inWords names what went wrong with a connection.
func inWords(err error) error {
	var wrong *web.MismatchError
	if errors.As(err, &wrong) {
		return errors.New("not HTTP")
	}
	return errors.New(cmp.Or(host.Failure(err), "closed"))
}
