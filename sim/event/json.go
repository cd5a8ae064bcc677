package event

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event/jsonform"
)

// LineMax is the longest line of JSON that ReadLines takes, in bytes.
const LineMax = 1 << 20

// ErrLine is wrapped by the errors of ParseJSON and ReadLines about a bad line.
var ErrLine = errors.New("not an event")

// AppendJSON appends e as one JSON object without a newline:
//
//	{"at":"12.503s","at_ns":12503000000,"node":"dp-b","kind":"vip-gained","interface":"lan","vip":"192.0.2.100"}
//
// Package jsonform defines the form. Equal events give equal bytes, which the
// digest of a run relies on. AppendJSON allocates nothing if dst has room, and
// panics if the body is not in the list of registry.go.
func AppendJSON(dst []byte, e Event) []byte {
	c := codecOf(e.What)
	dst = append(dst, `{"at":"`...)
	dst = jsonform.AppendDuration(dst, e.At)
	dst = append(dst, `","at_ns":`...)
	dst = strconv.AppendInt(dst, int64(e.At), 10)
	dst = append(dst, `,"node":`...)
	dst = jsonform.AppendText(dst, e.Node)
	dst = append(dst, c.head...)
	return append(c.appendMembers(dst, e.What), '}')
}

// ParseJSON reads an event written by AppendJSON or by hand: members may come
// in any order, missing fields are zero, and one of the two forms of a duration
// is enough. Unknown kinds and members are errors, and so are two forms that
// differ.
func ParseJSON(line []byte) (Event, error) {
	members, err := jsonform.Members(line)
	if err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrLine, err)
	}
	var e Event
	var kind string
	var at []jsonform.Member
	rest := members[:0]
	for _, m := range members {
		switch m.Name {
		case memberAt, memberAtNs:
			at = append(at, m)
		case memberNode:
			e.Node, err = jsonform.Text(m.Value)
		case memberKind:
			kind, err = jsonform.Text(m.Value)
		default:
			rest = append(rest, m)
		}
		if err != nil {
			return Event{}, fmt.Errorf("%w: member %q: %w", ErrLine, m.Name, err)
		}
	}
	c := byKind[kind]
	if c == nil {
		return Event{}, fmt.Errorf("%w: kind: got %.40q, want one of %s", ErrLine, kind, strings.Join(Kinds(), ", "))
	}
	if e.At, err = instant(at); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrLine, err)
	}
	body := reflect.New(c.of).Elem()
	if err := c.plan.ReadMembers(rest, body); err != nil {
		return Event{}, fmt.Errorf("%w: %s: %w", ErrLine, kind, err)
	}
	e.What = body.Interface().(Body) // c.of is the type of a Body
	return e, nil
}

// envelope is the form of an event's instant.
type envelope struct{ At time.Duration }

var envelopePlan = jsonform.PlanOf(reflect.TypeFor[envelope]())

func instant(members []jsonform.Member) (time.Duration, error) {
	if len(members) == 0 {
		return 0, fmt.Errorf("member %q is missing", memberAt)
	}
	var e envelope
	err := envelopePlan.ReadMembers(members, reflect.ValueOf(&e).Elem())
	return e.At, err
}

// Writer writes events as JSON Lines as they come: an object and a newline for
// each.
type Writer struct {
	w      io.Writer
	lines  []byte // not yet written
	number int    // of the last line
	err    error  // the first one, after which nothing more is written
}

// NewWriter returns a writer of lines to w, in writes of some 64 KiB.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write writes an event. An error is that of Flush.
func (w *Writer) Write(e Event) {
	const enough = 64 << 10 // bytes in one write
	if w.err != nil {
		return
	}
	w.number++
	begin := len(w.lines)
	w.lines = append(AppendJSON(w.lines, e), '\n')
	if size := len(w.lines) - begin - 1; size > LineMax {
		w.err = fmt.Errorf("event: write line %d: got %d bytes, want at most %d", w.number, size, LineMax)
		return
	}
	if len(w.lines) >= enough {
		w.write()
	}
}

func (w *Writer) write() {
	if _, err := w.w.Write(w.lines); err != nil {
		w.err = fmt.Errorf("event: write line %d: %w", w.number, err)
	}
	w.lines = w.lines[:0]
}

// Flush writes what is left, and returns the first error there was.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.lines) > 0 {
		w.write()
	}
	return w.err
}

// WriteLines writes events as JSON Lines.
func WriteLines(w io.Writer, events []Event) error {
	lines := NewWriter(w)
	for _, e := range events {
		lines.Write(e)
	}
	return lines.Flush()
}

// ReadLines reads JSON Lines to the end of r. Empty lines are skipped. The
// error of a bad line begins with its number; the events before it are returned
// too.
func ReadLines(r io.Reader) ([]Event, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, LineMax+len("\r\n"))
	var events []Event
	number := 0
	for lines.Scan() {
		number++
		line := lines.Bytes()
		if len(line) == 0 {
			continue
		}
		if len(line) > LineMax {
			return events, tooLong(number)
		}
		e, err := ParseJSON(line)
		if err != nil {
			return events, fmt.Errorf("event: line %d: %w", number, err)
		}
		events = append(events, e)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return events, tooLong(number + 1)
	} else if err != nil {
		return events, fmt.Errorf("event: line %d: %w", number+1, err)
	}
	return events, nil
}

func tooLong(number int) error {
	return fmt.Errorf("event: line %d: %w: longer than %d bytes", number, ErrLine, LineMax)
}
