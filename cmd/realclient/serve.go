package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// store is a target with registers and lists by name.
type store interface {
	target
	Get(ctx context.Context, name string) (value string, found bool, err error)
	Put(ctx context.Context, name, value string) error
	Append(ctx context.Context, list, word string) error
	List(ctx context.Context, list string) ([]string, error)
}

// service serves registers and lists over HTTP, each request in a transaction
// of its own: GET /KEY answers a register, or the words of a list with a space
// between them, PUT /KEY writes a register, and POST /KEY adds a word to a
// list. 503 says that nothing was done, 500 that nobody knows.
type service struct {
	store store
	limit time.Duration // of each request; 0: none
}

const bodyMax = 4 << 10

// ServeHTTP implements http.Handler.
func (s service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if s.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.limit)
		defer cancel()
	}
	key := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	text, found := "", true
	switch r.Method {
	case http.MethodGet:
		text, found, err = s.get(ctx, key)
	case http.MethodPut:
		err = s.store.Put(ctx, key, string(body))
	case http.MethodPost:
		err = s.store.Append(ctx, key, string(body))
	default:
		http.Error(w, "want GET, PUT or POST", http.StatusMethodNotAllowed)
		return
	}
	switch {
	case err != nil && errors.Is(err, errUnknown):
		http.Error(w, oneLine(err), http.StatusInternalServerError)
	case err != nil:
		http.Error(w, oneLine(err), http.StatusServiceUnavailable)
	case !found:
		http.Error(w, "no such key", http.StatusNotFound)
	default:
		fmt.Fprint(w, text)
	}
}

// get reads a register, or a list where there is none.
func (s service) get(ctx context.Context, key string) (text string, found bool, err error) {
	if text, found, err = s.store.Get(ctx, key); found || err != nil {
		return text, found, err
	}
	words, err := s.store.List(ctx, key)
	return strings.Join(words, " "), len(words) > 0, err
}
