package filesync

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
)

// The messages between a client and a daemon. Each request has one answer:
//
//	list                              -> a file each, then end
//	get NAME                          -> data of its size, then its file; or none
//	put FILE, followed by data        -> end; a copy of a file of the client
//	delete NAME                       -> end; that the client does not have
//	write FILE, followed by data      -> end; the client's files are the daemon's
//	remove NAME                       -> end
const (
	verbList   = "list"
	verbGet    = "get"
	verbPut    = "put"
	verbDelete = "delete"
	verbWrite  = "write"
	verbRemove = "remove"
	verbFile   = "file"
	verbData   = "data"
	verbEnd    = "end"
	verbNone   = "none"
)

// chunk is how many bytes a message with data has.
const chunk = 32 << 10

// filler is data, as content does not matter.
var filler = strings.Repeat("x", chunk)

// errProtocol is an answer that is none.
var errProtocol = errors.New("no answer of a file server")

func message(verb string, f File) session.Message {
	return session.New(verb, f.Name, strconv.FormatInt(int64(f.Modified), 10), strconv.Itoa(f.Size), f.Content)
}

func fileOf(m session.Message) (f File, err error) {
	modified, err1 := strconv.ParseInt(m.Field(1), 10, 64)
	size, err2 := strconv.Atoi(m.Field(2))
	if err := errors.Join(err1, err2); err != nil || size < 0 {
		return f, fmt.Errorf("filesync: got %s, want a file: %w", m.Verb, errProtocol)
	}
	return File{m.Field(0), time.Duration(modified), size, m.Field(3)}, nil
}

// data returns the content of a file of a size.
func data(size int) (all []session.Message) {
	for ; size > 0; size -= chunk {
		all = append(all, session.New(verbData, filler[:min(size, chunk)]))
	}
	return all
}

// remote is a connection to a daemon.
type remote struct {
	link    *session.Link
	timeout time.Duration // for each message
}

func dial(h *host.Host, t Target, timeout time.Duration) (*remote, error) {
	link, err := session.Dial(h, t.Address, timeout)
	if err != nil {
		return nil, err
	}
	return &remote{link, timeout}, nil
}

func (r *remote) close() { r.link.Close() }

// answer receives one message.
func (r *remote) answer() (session.Message, error) { return r.link.Receive(r.timeout) }

func (r *remote) list() (all []File, err error) {
	r.link.Post(session.New(verbList))
	for {
		m, err := r.answer()
		if err != nil {
			return nil, err
		}
		if m.Verb == verbEnd {
			return all, nil
		}
		f, err := fileOf(m)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
}

// get receives a file. It reports false if there is none of the name.
func (r *remote) get(name string) (f File, has bool, err error) {
	r.link.Post(session.New(verbGet, name))
	for {
		m, err := r.answer()
		switch {
		case err != nil:
			return f, false, err
		case m.Verb == verbNone:
			return f, false, nil
		case m.Verb == verbFile:
			f, err = fileOf(m)
			return f, err == nil, err
		case m.Verb != verbData:
			return f, false, errProtocol
		}
	}
}

// send sends a file, piece by piece, so that a peer which takes none stops it.
// The verb is verbPut or verbWrite.
func (r *remote) send(p *sim.Proc, verb string, f File) error {
	r.link.Post(message(verb, f))
	for _, m := range data(f.Size) {
		if err := r.link.Send(p, r.timeout, m); err != nil {
			return err
		}
	}
	return r.done()
}

// delete deletes a file. The verb is verbDelete or verbRemove.
func (r *remote) delete(verb, name string) error {
	r.link.Post(session.New(verb, name))
	return r.done()
}

func (r *remote) done() error {
	m, err := r.answer()
	if err == nil && m.Verb != verbEnd {
		err = errProtocol
	}
	return err
}
