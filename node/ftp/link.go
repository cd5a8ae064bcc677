package ftp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/node/web"
)

// Data is a data connection of a client.
type Data interface {
	io.Reader
	// Finish ends the connection. The error is what was wrong with it; nil if
	// the whole file has come over it.
	Finish(err error)
}

// Link is the client's end of one control connection. One request, for one
// file, is in progress at a time. Send and Receive may be called by different
// procs, so that a proc waiting in Await on an idle connection sees at once
// that the server closed it.
//
// It ends the connection without QUIT, as impatient clients do: the answer to
// that would only delay the next request.
type Link struct {
	conn  web.Conn
	in    *bufio.Reader
	dial  func(netip.AddrPort) (Data, error)
	node  string // the server's name; empty: not one of this package
	login bool   // it is over
	asked bool   // a request is in progress
	early *reply // what came instead of an expected reply of the login
}

// NewLink returns the client's end of conn. Dial opens data connections. The
// caller has to close conn.
func NewLink(conn web.Conn, dial func(netip.AddrPort) (Data, error)) *Link {
	return &Link{conn: conn, in: newReader(conn), dial: dial}
}

// Release implements the client's link; there is nothing to free.
func (l *Link) Release() {}

// DataError is a failure of a data connection whose control connection still
// works.
type DataError struct{ Err error }

func (e *DataError) Error() string { return "ftp: data connection: " + e.Err.Error() }

// Unwrap returns the connection's error.
func (e *DataError) Unwrap() error { return e.Err }

// Send asks for a port for the file of a request. Before the login is over, it
// leaves that to Await. Errors are the connection's.
func (l *Link) Send(*web.Request) error {
	l.asked = true
	if !l.login {
		return nil
	}
	return l.say("PASV")
}

func (l *Link) say(command string) error {
	_, err := io.WriteString(l.conn, command+"\r\n")
	return err
}

// Await parks until the first byte of a reply arrives or the connection ends.
// At first it logs in, and then sends what was asked meanwhile. Errors are the
// connection's; io.EOF if the server closed it.
func (l *Link) Await() error {
	if !l.login {
		if err := l.logIn(); err != nil || l.early != nil {
			return err
		}
		l.login = true
		if l.asked {
			if err := l.say("PASV"); err != nil {
				return err
			}
		}
	}
	if _, err := l.in.Peek(1); err != nil || l.asked {
		return err
	}
	if r, err := readReply(l.in); err == nil && r.code == codeClosing {
		return io.EOF
	}
	return nil
}

// codeClosing is the code of a server that is about to close the connection.
const codeClosing = 421

// logIn is the dialogue from the greeting to the type of files.
func (l *Link) logIn() error {
	for _, turn := range []struct {
		say  string
		want int
	}{{"", 220}, {"USER anonymous", 331}, {"PASS cablepull@", 230}, {"TYPE I", 200}} {
		if turn.say != "" {
			if err := l.say(turn.say); err != nil {
				return err
			}
		}
		r, err := readReply(l.in)
		switch {
		case err != nil:
			return mismatch(err)
		case r.code != turn.want:
			l.early = &r
			return nil
		case turn.say == "":
			l.node = r.server()
		}
	}
	return nil
}

// mismatch returns the connection's error, or what is not FTP as a
// *web.MismatchError.
func mismatch(err error) error {
	if errors.Is(err, errReply) || errors.Is(err, errLine) {
		return &web.MismatchError{Detail: err.Error()}
	}
	return err
}

// Receive gets the file of a request. The answer's status is the code of the
// last reply: 226 for a whole file, 400 or more if the server refuses or gives
// up, and then the connection can be used again. Errors are a
// *web.MismatchError, a *DataError, or the control connection's.
func (l *Link) Receive(r *web.Request) (web.Answer, error) {
	l.asked = false
	first, err := l.next(227)
	if err != nil || first.code >= 400 {
		return l.answer(first, 0), err
	}
	at, err := first.passiveAddress()
	if err != nil {
		return web.Answer{}, &web.MismatchError{Detail: err.Error()}
	}
	data, err := l.dial(at)
	if err != nil {
		return web.Answer{}, &DataError{err}
	}
	return l.retrieve(r, data)
}

// next reads the next reply, which may have come early. It is one that refuses,
// or has one of the codes.
func (l *Link) next(want ...int) (reply, error) {
	if l.early != nil {
		return *l.early, nil
	}
	r, err := readReply(l.in)
	if err == nil && r.code < 400 && !slices.Contains(want, r.code) {
		return r, &web.MismatchError{Detail: fmt.Sprintf("reply: got %d, want %d", r.code, want[0])}
	}
	return r, mismatch(err)
}

func (l *Link) answer(r reply, size int64) web.Answer {
	return web.Answer{Status: r.code, Node: l.node, Size: size, Close: r.code == codeClosing || l.early != nil}
}

// errUnused ends a data connection that is of no use.
var errUnused = fmt.Errorf("ftp: data connection: not used: %w", io.ErrUnexpectedEOF)

// retrieve gets a file over a data connection, which ends with it.
func (l *Link) retrieve(r *web.Request, data Data) (web.Answer, error) {
	path := r.Path
	ours := strings.HasSuffix(path, "/")
	if ours {
		path += strconv.FormatUint(r.ID, 10)
	}
	if err := l.say("RETR " + path); err != nil {
		data.Finish(errUnused)
		return web.Answer{}, err
	}
	before, err := l.next(150, 125)
	if err != nil || before.code >= 400 {
		data.Finish(errUnused)
		return l.answer(before, 0), err
	}
	size, failed := check(data, r.ID, ours)
	var wrong *web.MismatchError
	if errors.As(failed, &wrong) {
		data.Finish(failed)
		return web.Answer{}, failed
	}
	after, err := l.next(codeSent, 250)
	switch short := before.size() >= 0 && size != before.size(); {
	case err == nil && after.code < 400 && failed != nil:
		err = &DataError{failed}
	case err == nil && after.code < 400 && short:
		failed = &web.MismatchError{Detail: fmt.Sprintf("file: got %d bytes, want %d", size, before.size())}
		err = failed
	case failed == nil && (short || err != nil || after.code >= 400):
		failed = io.ErrUnexpectedEOF
	}
	data.Finish(failed)
	return l.answer(after, size), err
}

// check reads a file to its end and compares it with that of a request, if it
// must be equal.
func check(from io.Reader, id uint64, equal bool) (size int64, err error) {
	pattern, b := web.NewPattern(id), make([]byte, 4<<10)
	for {
		n, err := from.Read(b)
		if equal && !pattern.Check(b[:n]) {
			return size, &web.MismatchError{Detail: fmt.Sprintf("file: wrong bytes after offset %d", size)}
		}
		size += int64(n)
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err != nil {
			return size, err
		}
	}
}
