package session

import (
	"errors"
	"fmt"
	"strings"
)

// Max is the longest that a message may be on the wire, in bytes.
const Max = 1 << 20

// ErrMessage is a message that cannot be read.
var ErrMessage = errors.New("no message")

// Message is a verb, which says what is meant, and its fields. Fields may hold
// any bytes. On the wire they are separated by spaces, and a line feed ends the
// message:
//
//	deliver orders 17 hello%20world
//
// Spaces, control characters, DEL and % in a field are written as % and two
// hexadecimal digits, and an empty field as a single %.
type Message struct {
	Verb   string
	Fields []string
}

// New returns a message.
func New(verb string, fields ...string) Message { return Message{verb, fields} }

// Field returns a field by its number from 0; empty if there are fewer.
func (m Message) Field(n int) string {
	if n < 0 || n >= len(m.Fields) {
		return ""
	}
	return m.Fields[n]
}

// String returns the message as it is on the wire, without its end.
func (m Message) String() string {
	b := m.Append(nil)
	return string(b[:len(b)-1])
}

// Append appends the message as it is on the wire.
func (m Message) Append(b []byte) []byte {
	b = appendField(b, m.Verb)
	for _, f := range m.Fields {
		b = append(b, ' ')
		b = appendField(b, f)
	}
	return append(b, '\n')
}

func appendField(b []byte, f string) []byte {
	if f == "" {
		return append(b, '%')
	}
	const digits = "0123456789ABCDEF"
	plain := 0 // f[plain:i] needs no escape
	for i := range len(f) {
		if c := f[i]; special(c) {
			b = append(b, f[plain:i]...)
			b = append(b, '%', digits[c>>4], digits[c&15])
			plain = i + 1
		}
	}
	return append(b, f[plain:]...)
}

// special reports whether a byte of a field has to be escaped.
func special(c byte) bool { return c <= ' ' || c == '%' || c == 0x7f }

// Parse reads a message from a line without its end. Its errors match
// ErrMessage.
func Parse(line []byte) (Message, error) {
	rest := string(line) // one copy, which all fields share
	var m Message
	if n := strings.Count(rest, " "); n > 0 {
		m.Fields = make([]string, 0, n)
	}
	for first := true; ; first = false {
		word, after, more := strings.Cut(rest, " ")
		f, err := parseField(word)
		if err != nil {
			return Message{}, err
		}
		if first {
			m.Verb = f
		} else {
			m.Fields = append(m.Fields, f)
		}
		if !more {
			return m, nil
		}
		rest = after
	}
}

func parseField(word string) (string, error) {
	if word == "" {
		return "", fmt.Errorf("session: field: got nothing, want %% for an empty one: %w", ErrMessage)
	}
	if word == "%" {
		return "", nil
	}
	for i := range len(word) {
		if special(word[i]) {
			return unescape(word)
		}
	}
	return word, nil
}

// unescape reads a field that has escapes, or what must be one.
func unescape(word string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		c := word[i]
		if !special(c) {
			b.WriteByte(c)
			continue
		}
		if c != '%' || i+2 >= len(word) {
			return "", fmt.Errorf("session: field: got %q, want special characters as %%20: %w", word, ErrMessage)
		}
		high, low := digit(word[i+1]), digit(word[i+2])
		if high < 0 || low < 0 || !special(byte(high<<4|low)) {
			return "", fmt.Errorf("session: field: got %q, want special characters as %%20: %w", word, ErrMessage)
		}
		b.WriteByte(byte(high<<4 | low))
		i += 2
	}
	return b.String(), nil
}

// digit returns the value of an upper-case hexadecimal digit; -1 if it is none.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
