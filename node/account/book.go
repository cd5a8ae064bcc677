package account

import (
	"errors"
	"net/http"
	"strings"

	"github.com/cablepull/cablepull/node/datasource"
	"github.com/cablepull/cablepull/sim"
)

// Table is the table of a Book's rows.
const Table = "accounts"

// Book is registers and lists in a database.
type Book struct{ pool *datasource.Pool }

// NewBook returns the book of a database.
func NewBook(p *datasource.Pool) *Book { return &Book{p} }

// Answer is what a book answers.
type Answer struct {
	Status int    // of HTTP
	Text   string // the row, or why not
}

// How the text of an answer begins that is no success: Failed if nothing was
// done, Unknown if nobody can say.
const (
	Failed  = "failed: "
	Unknown = "unknown: "
)

// bodyMax is the longest value, in bytes.
const bodyMax = 4 << 10

// Serve answers a request for a key: GET reads its row, PUT writes it, POST
// adds a word to it. It parks for the database. The statuses are
//
//	200  done; the text of GET is the row
//	404  GET: there is no such row
//	400  no key, or a value that is not one word
//	405  another method
//	503  failed: no connection is free, or the database takes no more
//	502  failed: the database is unreachable, or a replica
//	500  failed: lock wait timeout, deadlock, disk full
//	504  unknown: the connection broke while the commit was under way
func (b *Book) Serve(p *sim.Proc, method, key, value string) Answer {
	switch {
	case key == "" || strings.ContainsAny(key, "/?% "):
		return Answer{http.StatusBadRequest, Failed + "want a key\n"}
	case method == http.MethodGet:
		return b.read(p, key)
	case method != http.MethodPut && method != http.MethodPost:
		return Answer{http.StatusMethodNotAllowed, Failed + "want GET, PUT or POST\n"}
	case value == "" || len(value) > bodyMax || strings.ContainsAny(value, " \r\n\t"):
		return Answer{http.StatusBadRequest, Failed + "want one word\n"}
	}
	err := b.pool.Do(p, func(tx *datasource.Tx) error {
		if method == http.MethodPut {
			return tx.Put(Table, key, value)
		}
		return tx.Append(Table, key, value)
	})
	if err != nil {
		return failure(err)
	}
	return Answer{http.StatusOK, "ok\n"}
}

func (b *Book) read(p *sim.Proc, key string) Answer {
	var text string
	var found bool
	err := b.pool.Do(p, func(tx *datasource.Tx) (err error) {
		text, found, err = tx.Get(Table, key)
		return err
	})
	switch {
	case err != nil:
		return failure(err)
	case !found:
		return Answer{http.StatusNotFound, "\n"}
	}
	return Answer{http.StatusOK, text + "\n"}
}

// failure is the answer to a transaction that was not acknowledged.
func failure(err error) Answer {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, datasource.ErrCommitUnknown):
		return Answer{http.StatusGatewayTimeout, Unknown + err.Error() + "\n"}
	case errors.Is(err, datasource.ErrPoolExhausted), errors.Is(err, datasource.ErrTooMany):
		status = http.StatusServiceUnavailable
	case errors.Is(err, datasource.ErrUnreachable), errors.Is(err, datasource.ErrReadOnly):
		status = http.StatusBadGateway
	}
	return Answer{status, Failed + err.Error() + "\n"}
}
