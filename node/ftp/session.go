package ftp

import (
	"bufio"
	"errors"
	"net"
	"time"

	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// partSize is the most that is written to a data connection at once.
const partSize = 16 << 10

// session is the server's end of one control connection.
type session struct {
	server  *Server
	what    Session
	conn    Conn
	in      *bufio.Reader
	place   int // in server.open
	state   state
	port    net.Listener // for the next data connection; nil: none
	busy    bool         // a command is being carried out
	closing bool
}

func (v *session) run(p *sim.Proc) {
	defer v.end()
	if v.say(greeting(v.server.Node)) != nil {
		return
	}
	patience := v.server.Patience
	wait := patience.First
	for next := false; !v.closing; next = true {
		if next {
			wait = patience.Next
		}
		v.conn.SetTimeout(wait)
		line, err := readLine(v.in)
		if err != nil {
			if wait > 0 && isTimeout(err) {
				v.lose(next)
			}
			return
		}
		v.busy = true
		v.conn.SetTimeout(DataTimeout)
		if !v.obey(p, parseCommand(line)) {
			return
		}
		v.busy = false
	}
}

// lose ends a connection whose client took too long: for its first command, or
// between two.
func (v *session) lose(between bool) {
	if ended := v.server.Patience.Ended; ended != nil {
		ended(v.conn.RemoteAddrPort(), between)
	}
	v.conn.SetTimeout(DataTimeout)
	v.say(idle)
}

// isTimeout reports whether a deadline has passed.
func isTimeout(err error) bool {
	var timed net.Error
	return errors.As(err, &timed) && timed.Timeout()
}

// obey carries out a command. It reports whether the connection goes on.
func (v *session) obey(p *sim.Proc, c command) bool {
	next, answer, what := step(v.state, c)
	v.state = next
	switch what {
	case listen:
		answer = v.listen()
	case send:
		file, _ := fileNumber(c.argument)
		return v.retrieve(p, file)
	}
	return v.say(answer) == nil && what != hangUp
}

func (v *session) say(r reply) error {
	_, err := v.conn.Write([]byte(r.line()))
	return err
}

// listen opens the port for the next data connection, on the address that the
// client has asked.
func (v *session) listen() reply {
	v.closePort()
	port, at, err := v.server.listenAny(v.conn.LocalAddrPort().Addr())
	if err != nil {
		v.state = ready
		return noPort
	}
	v.port = port
	return entering(at)
}

func (v *session) closePort() {
	if v.port != nil {
		v.port.Close()
		v.port = nil
	}
}

// retrieve sends a file. It reports whether the control connection goes on.
func (v *session) retrieve(p *sim.Proc, file uint64) bool {
	answer := v.transfer(p, file)
	v.conn.SetTimeout(DataTimeout)
	if v.say(answer) != nil {
		return false
	}
	if answer.code == codeSent {
		v.what.Sent(file)
	}
	return true
}

// codeSent is the code of the reply after a whole file: RFC 959 §4.2.2.
const codeSent = 226

// transfer sends a file over the data connection, which ends with it, and
// returns the last reply.
func (v *session) transfer(p *sim.Proc, file uint64) reply {
	data := v.acceptData(p)
	if data == nil {
		return noData
	}
	defer data.Close()
	if !v.what.Begin(p, data) {
		data.Abort()
		return noMemory
	}
	defer v.what.End()
	if v.say(opening(file, v.server.Size)) != nil {
		return broken
	}
	if v.sendFile(p, data, file) != nil {
		data.Abort()
		return broken
	}
	return reply{codeSent, "The file has been sent."}
}

// acceptData waits for the data connection of the session's client, and closes
// the port. Connections of others are reset.
func (v *session) acceptData(p *sim.Proc) Conn {
	defer v.closePort()
	port := v.port
	limit := p.Scope().NewTimer(sim.Func(func() { port.Close() }))
	limit.Reset(AcceptTimeout)
	defer limit.Stop()
	for {
		accepted, err := port.Accept()
		if err != nil {
			return nil
		}
		c, ok := accepted.(Conn)
		if ok && c.RemoteAddrPort().Addr() == v.conn.RemoteAddrPort().Addr() {
			return c
		}
		if ok {
			c.Abort()
		}
		accepted.Close()
	}
}

// sendFile writes the file in parts, no faster than the server's rate allows.
func (v *session) sendFile(p *sim.Proc, to Conn, file uint64) error {
	left, part := v.server.Size, partSize
	if v.server.Rate > 0 {
		part = int(min(partSize, max(1, v.server.Rate/10))) // ten a second, or more
	}
	clock, due := p.Scope(), time.Duration(0)
	pattern, b := web.NewPattern(file), make([]byte, 0, min(part, left))
	for left > 0 {
		b = pattern.Append(b[:0], min(part, left))
		left -= len(b)
		v.server.Service.Ready(p)
		due = max(due, clock.Elapsed()) // what was missed is not made up for
		to.SetTimeout(DataTimeout)
		if _, err := to.Write(b); err != nil {
			return err
		}
		if v.server.Rate > 0 {
			due += time.Duration(float64(len(b)) / float64(v.server.Rate) * float64(time.Second))
			p.Sleep(max(0, due-clock.Elapsed()))
		}
	}
	return nil
}

// end is deferred: it also runs when the machine crashes.
func (v *session) end() {
	v.closePort()
	v.what.Close()
	v.conn.Close()
	open := v.server.open
	last := len(open) - 1
	open[v.place] = open[last]
	open[v.place].place = v.place
	open[last] = nil
	v.server.open = open[:last]
}
