package topology

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// brokerURL is a connection URL that was read.
type brokerURL struct {
	brokers  []urlBroker
	failover string // empty: not given
	cycles   int    // -1: not given
}

type urlBroker struct {
	at           int // of its host, the first character being 1
	host         string
	port         uint16
	retries      int           // -1: not given
	connectDelay time.Duration // -1: not given
	timeout      time.Duration // 0: not given
}

// parseBrokerURL reads
//
//	amqp://USER:PASSWORD@CLIENT/HOST?OPTION='VALUE'&OPTION='VALUE'
//
// with the options brokerlist, failover and cyclecount. A list holds brokers,
// separated by semicolons, each with options of its own in the same form:
// retries, connectdelay and connecttimeout, in milliseconds. Their quotes stand
// within those of the list. Options that have no meaning in the bench are
// refused, lest somebody counts on them. Errors name the character.
func parseBrokerURL(text string) (brokerURL, error) {
	r := &urlReader{text: text}
	u := brokerURL{cycles: -1}
	if !r.skip("amqp://") {
		return u, r.errorf("got %s, want amqp://", r.rest())
	}
	query := strings.IndexByte(text, '?')
	if query < 0 {
		r.at = len(text)
		return u, r.errorf("the options are missing, want ?brokerlist='tcp://HOST:PORT'")
	}
	if slash := strings.IndexByte(text[r.at:query], '/'); slash < 0 {
		return u, r.errorf("got %q, want USER:PASSWORD@CLIENT/HOST", text[r.at:query])
	}
	r.at = query + 1
	for {
		if err := u.option(r); err != nil {
			return u, err
		}
		if r.end() {
			break
		}
		if !r.skip("&") {
			return u, r.errorf("got %s, want & or the end", r.rest())
		}
	}
	if len(u.brokers) == 0 {
		return u, r.errorf("brokerlist is missing, want brokerlist='tcp://HOST:PORT'")
	}
	return u, nil
}

// option reads an option of the URL.
func (u *brokerURL) option(r *urlReader) error {
	begin := r.at
	switch name := r.name(); name {
	case "brokerlist":
		return u.list(r)
	case "failover":
		return u.method(r)
	case "cyclecount":
		return r.number(&u.cycles)
	default:
		r.at = begin
		return r.errorf("got option %q, want brokerlist, failover or cyclecount", name)
	}
}

// method reads 'roundrobin' or 'roundrobin?cyclecount='2”.
func (u *brokerURL) method(r *urlReader) error {
	if !r.skip("='") {
		return r.errorf("got %s, want ='", r.rest())
	}
	begin := r.at
	u.failover = r.until("?'")
	if known := []string{FailoverRoundRobin, FailoverSingle, FailoverNone}; !slices.Contains(known, u.failover) {
		r.at = begin
		return r.errorf("got failover %q, want %s", u.failover, AnyOf(u.failover, known))
	}
	if r.skip("?") {
		begin := r.at
		if name := r.name(); name != "cyclecount" {
			r.at = begin
			return r.errorf("got option %q, want cyclecount", name)
		}
		if err := r.number(&u.cycles); err != nil {
			return err
		}
	}
	if !r.skip("'") {
		return r.errorf("got %s, want '", r.rest())
	}
	return nil
}

// list reads the brokers.
func (u *brokerURL) list(r *urlReader) error {
	if !r.skip("='") {
		return r.errorf("got %s, want ='", r.rest())
	}
	for {
		if err := u.broker(r); err != nil {
			return err
		}
		switch {
		case r.skip("'"):
			return nil
		case !r.skip(";"):
			return r.errorf("got %s, want ; or '", r.rest())
		}
	}
}

// broker reads one broker of the list.
func (u *brokerURL) broker(r *urlReader) error {
	if !r.skip("tcp://") {
		return r.errorf("got %s, want tcp://HOST:PORT", r.rest())
	}
	b := urlBroker{at: r.at + 1, port: DefaultBrokerPort, retries: -1, connectDelay: -1}
	place := r.until("?;'")
	host, port, given := strings.Cut(place, ":")
	if b.host = host; host == "" {
		return r.errorf("the host is missing")
	}
	if given {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			r.at -= len(port)
			return r.errorf("got port %q, want 1 to 65535", port)
		}
		b.port = uint16(n)
	}
	for more := r.skip("?"); more; more = r.skip("&") {
		if err := b.option(r); err != nil {
			return err
		}
	}
	u.brokers = append(u.brokers, b)
	return nil
}

// option reads an option of a broker.
func (b *urlBroker) option(r *urlReader) error {
	begin, milliseconds := r.at, 0
	name := r.name()
	switch name {
	case "retries":
		return r.number(&b.retries)
	case "connectdelay", "connecttimeout":
	default:
		r.at = begin
		return r.errorf("got option %q, want retries, connectdelay or connecttimeout", name)
	}
	err := r.number(&milliseconds)
	if d := time.Duration(milliseconds) * time.Millisecond; name == "connectdelay" {
		b.connectDelay = d
	} else {
		b.timeout = d
	}
	return err
}

// into returns brokers with what a URL says. What it does not say stays. A
// connect timeout is that of all brokers.
func (u brokerURL) into(b Brokers) Brokers {
	b.List = nil
	for _, from := range u.brokers {
		a := BrokerAddress{Host: net.JoinHostPort(from.host, strconv.Itoa(int(from.port))), ConnectDelay: max(from.connectDelay, 0)}
		if from.retries >= 0 {
			a.Retries = &from.retries
		}
		b.List = append(b.List, a)
		b.ConnectTimeout = max(b.ConnectTimeout, from.timeout)
	}
	if u.failover != "" {
		b.Failover = u.failover
	}
	if u.cycles >= 0 {
		b.CycleCount = &u.cycles
	}
	return b
}

// urlReader reads a text from left to right.
type urlReader struct {
	text string
	at   int
}

func (r *urlReader) end() bool { return r.at == len(r.text) }

// rest is what comes next, for messages.
func (r *urlReader) rest() string {
	if r.end() {
		return "the end"
	}
	return strconv.Quote(r.text[r.at:min(len(r.text), r.at+12)])
}

func (r *urlReader) errorf(format string, args ...any) error {
	return fmt.Errorf("at character %d: %s", r.at+1, fmt.Sprintf(format, args...))
}

func (r *urlReader) skip(s string) bool {
	if !strings.HasPrefix(r.text[r.at:], s) {
		return false
	}
	r.at += len(s)
	return true
}

// until returns the text before the first of some characters.
func (r *urlReader) until(any string) string {
	n := strings.IndexAny(r.text[r.at:], any)
	if n < 0 {
		n = len(r.text) - r.at
	}
	s := r.text[r.at : r.at+n]
	r.at += n
	return s
}

func (r *urlReader) name() string { return r.until("='&;?") }

// number reads ='12'.
func (r *urlReader) number(into *int) error {
	if !r.skip("='") {
		return r.errorf("got %s, want ='", r.rest())
	}
	begin := r.at
	word := r.until("'")
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n > 1000000 {
		r.at = begin
		return r.errorf("got %q, want 0 to 1000000", word)
	}
	if !r.skip("'") {
		return r.errorf("got %s, want '", r.rest())
	}
	*into = n
	return nil
}
