package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
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
// of its own, and answers as the bench's own accounts do: GET BASE/KEY answers
// a register or the words of a list, PUT writes a register, POST adds a word to
// a list. The statuses are
//
//	200  done; the text of GET is the row
//	404  there is no such row
//	405  another method
//	503  failed: no connection is free
//	502  failed: the database is unreachable
//	500  failed: the database has refused
//	504  unknown: the connection broke while the commit was under way
type service struct {
	store store
	base  string        // path in front of keys
	limit time.Duration // of each request; 0: none
}

const bodyMax = 4 << 10

// ServeHTTP implements http.Handler.
func (s service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context()) // who gives up does not end a transaction
	if s.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.limit)
		defer cancel()
	}
	key, under := strings.CutPrefix(r.URL.Path, s.base+"/")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	switch {
	case !under:
		http.Error(w, "failed: not found", http.StatusNotFound)
		return
	case err != nil:
		http.Error(w, "failed: "+oneLine(err), http.StatusBadRequest)
		return
	}
	text, status := "ok", http.StatusOK
	switch r.Method {
	case http.MethodGet:
		var found bool
		if text, found, err = s.get(ctx, key); !found {
			status = http.StatusNotFound
		}
		if errors.Is(err, errUnknown) {
			err = fmt.Errorf("read: %s", oneLine(err)) // it has changed nothing
		}
	case http.MethodPut:
		err = s.store.Put(ctx, key, string(body))
	case http.MethodPost:
		err = s.store.Append(ctx, key, string(body))
	default:
		http.Error(w, "failed: want GET, PUT or POST", http.StatusMethodNotAllowed)
		return
	}
	if err != nil {
		text, status = failure(err)
	}
	http.Error(w, text, status)
}

// failure is the answer to what was not acknowledged.
func failure(err error) (text string, status int) {
	var network net.Error
	switch {
	case errors.Is(err, errUnknown):
		return oneLine(err), http.StatusGatewayTimeout // it begins with the word
	case errors.Is(err, errExhausted):
		status = http.StatusServiceUnavailable
	case errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.ErrUnexpectedEOF):
		status = http.StatusBadGateway
	default:
		status = http.StatusInternalServerError
	}
	return "failed: " + oneLine(err), status
}

// get reads a register, or a list where there is none.
func (s service) get(ctx context.Context, key string) (text string, found bool, err error) {
	if text, found, err = s.store.Get(ctx, key); found || err != nil {
		return text, found, err
	}
	words, err := s.store.List(ctx, key)
	return strings.Join(words, " "), len(words) > 0, err
}
