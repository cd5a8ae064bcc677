package bench

import (
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// AnswerSize is the size of an answer in bytes; with HTTP, of its body.
const AnswerSize = 1000

// Exchange is the workload of the yardsticks: connections from one machine to
// another, started one Gap apart, each of which makes its requests one after
// another and closes. Programs are procs.
type Exchange struct {
	Connections int
	Requests    int // per connection
	Gap         time.Duration
	HTTP        bool // parse and write HTTP on both sides; else raw bytes
	Idle        int  // additional machines on the segment that do nothing
}

// Outcome is the result of an Exchange.
type Outcome struct {
	Answered  int
	Frames    uint64        // sent
	Simulated time.Duration // until the last answer
	Digest    string
}

// server is the target of the requests.
var server = netip.MustParseAddrPort("10.0.0.1:80")

// Run builds the machines and runs the exchange to its last answer.
func (e Exchange) Run() (Outcome, error) {
	l := NewLAN(2 + e.Idle)
	defer l.Close()
	return e.RunOn(l)
}

// RunOn runs the exchange between the first two machines of l.
func (e Exchange) RunOn(l *LAN) (Outcome, error) {
	answered, closed := 0, 0
	serve, ask := serveBytes, askBytes
	if e.HTTP {
		serve, ask = serveHTTP, askHTTP
	}
	l.Hosts[0].Go("server", func(p *sim.Proc) {
		listener, err := l.Hosts[0].Listen(server, 4096)
		if err != nil {
			l.Loop.Fail(err)
			return
		}
		l.Loop.Fail(serve(p, l.Hosts[0], listener))
	})
	began := l.Loop.Now()
	for i := range e.Connections {
		l.Hosts[1].Go("client", func(p *sim.Proc) {
			p.Sleep(time.Duration(i) * e.Gap)
			conn, err := l.Hosts[1].Dial(server, 0)
			if err != nil {
				l.Loop.Fail(err)
				return
			}
			defer conn.Close()
			n, err := ask(conn, e.Requests)
			if err != nil {
				l.Loop.Fail(err)
			}
			answered += n
			closed++
		})
	}
	before := l.Fabric.Stats().Sent
	for closed < e.Connections {
		// A slice is short compared with a run, and long compared with the cost of a
		// call.
		if err := l.Loop.Run(l.Loop.Now() + time.Millisecond); err != nil {
			return Outcome{}, err
		}
	}
	if want := e.Connections * e.Requests; answered != want {
		return Outcome{}, fmt.Errorf("bench: exchange: got %d answers, want %d", answered, want)
	}
	return Outcome{answered, l.Fabric.Stats().Sent - before, l.Loop.Now() - began, l.Digest.String()}, nil
}

// question is a request in raw bytes, of the same length as that of the
// yardsticks.
var question = []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")

// serveBytes answers each read with AnswerSize bytes.
func serveBytes(_ *sim.Proc, h *host.Host, l *host.Listener) error {
	answer := make([]byte, AnswerSize)
	for {
		conn, err := l.AcceptConn()
		if err != nil {
			return err
		}
		h.Go("connection", func(*sim.Proc) {
			defer conn.Close()
			buf := make([]byte, 512)
			for {
				if _, err := conn.Read(buf); err != nil {
					return // the client has closed
				}
				if _, err := conn.Write(answer); err != nil {
					return
				}
			}
		})
	}
}

func askBytes(conn *host.Conn, requests int) (answered int, err error) {
	buf := make([]byte, AnswerSize)
	for range requests {
		if _, err := conn.Write(question); err != nil {
			return answered, err
		}
		if _, err := io.ReadFull(conn, buf); err != nil {
			return answered, err
		}
		answered++
	}
	return answered, nil
}

func serveHTTP(p *sim.Proc, h *host.Host, l *host.Listener) error {
	s := &web.Server{Node: h.Name(), Go: h.Go, Service: service{}}
	return s.Serve(p, l)
}

// service answers every request with AnswerSize bytes.
type service struct{}

func (service) Ready(*sim.Proc)                        {}
func (s service) Open(*sim.Proc, web.Conn) web.Session { return s }
func (service) Serve(_ *sim.Proc, x *web.Exchange)     { x.Answer(200, AnswerSize) } // a failed one ends the connection
func (service) Close()                                 {}

func askHTTP(conn *host.Conn, requests int) (answered int, err error) {
	link := web.NewLink(conn)
	defer link.Release()
	for i := range requests {
		r := web.Request{ID: uint64(i), Host: "x"}
		if err := link.Send(&r); err != nil {
			return answered, err
		}
		a, err := link.Receive(&r)
		if err != nil {
			return answered, err
		}
		if a.Size != AnswerSize {
			return answered, fmt.Errorf("bench: answer: got %d bytes, want %d", a.Size, AnswerSize)
		}
		answered++
	}
	return answered, nil
}
