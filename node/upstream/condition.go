package upstream

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// Condition is a set of reasons to pass a request on to the next server: the
// words of proxy_next_upstream.
type Condition uint16

// The reasons. The first three always count as a failure of the server, HTTP403
// and HTTP404 never do, and the others only if the request is passed on because
// of them.
const (
	Error         Condition = 1 << iota // no connection, or it broke before the answer's head
	Timeout                             // of the connection or of the answer's head
	InvalidHeader                       // an empty or invalid answer
	HTTP500
	HTTP502
	HTTP503
	HTTP504
	HTTP403
	HTTP404
	HTTP429
	NonIdempotent // requests with POST, LOCK or PATCH too, although they were sent
)

// Off is the word for an empty set.
const Off = "off"

// ErrWord is wrapped by the error for an unknown condition.
var ErrWord = errors.New("unknown condition")

// conditionWords are nginx's words, by bit, and the status that a condition
// stands for.
var conditionWords = []struct {
	word   string
	status int
}{
	{"error", 0}, {"timeout", 0}, {"invalid_header", 0},
	{"http_500", http.StatusInternalServerError}, {"http_502", http.StatusBadGateway},
	{"http_503", http.StatusServiceUnavailable}, {"http_504", http.StatusGatewayTimeout},
	{"http_403", http.StatusForbidden}, {"http_404", http.StatusNotFound}, {"http_429", http.StatusTooManyRequests},
	{"non_idempotent", 0},
}

// ParseConditions reads nginx's words. The error wraps ErrWord.
func ParseConditions(words []string) (set Condition, err error) {
	for _, word := range words {
		i := slices.Index(Words(), word)
		switch {
		case word == Off && len(words) == 1:
		case i < 0:
			return 0, fmt.Errorf("upstream: %w: got %q, want one of %q", ErrWord, word, Words())
		default:
			set |= 1 << i
		}
	}
	return set, nil
}

// Words lists nginx's words for conditions.
func Words() (words []string) {
	for _, c := range conditionWords {
		words = append(words, c.word)
	}
	return words
}

// String returns nginx's word for a single condition.
func (c Condition) String() string {
	for i, w := range conditionWords {
		if c == 1<<i {
			return w.word
		}
	}
	return fmt.Sprintf("condition(%#x)", uint16(c))
}

// ForStatus returns the condition that an answer's status stands for, or none.
func ForStatus(status int) Condition {
	for i, w := range conditionWords {
		if w.status == status && status != 0 {
			return 1 << i
		}
	}
	return 0
}

// status is what the client gets if a request ends with the condition.
func (c Condition) status() int {
	switch c {
	case Timeout:
		return http.StatusGatewayTimeout
	case Error, InvalidHeader:
		return http.StatusBadGateway
	}
	for i, w := range conditionWords {
		if c == 1<<i {
			return w.status
		}
	}
	return http.StatusBadGateway
}
