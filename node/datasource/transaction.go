package datasource

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cablepull/cablepull/node/database"
)

// Tx is a transaction. Its calls park, and fail with the errors of this
// package. It reads what others have committed, and its own writes.
type Tx struct {
	conn   *connection
	auto   string // appended to verbs that write: "!" commits at once
	wrote  bool
	failed error // the connection broke, or the database has rolled back
}

// Get returns a row.
func (t *Tx) Get(table, row string) (value string, found bool, err error) {
	return t.read("get", table, row)
}

// Lock is Get, but nobody else writes the row until the transaction ends.
func (t *Tx) Lock(table, row string) (value string, found bool, err error) {
	return t.read("lock"+t.auto, table, row)
}

// Keys lists the rows of a table, sorted.
func (t *Tx) Keys(table string) ([]string, error) {
	text, _, err := t.read("keys", table)
	if err != nil || text == "" {
		return nil, err
	}
	return strings.Split(text, "\n"), nil
}

// Put writes a row.
func (t *Tx) Put(table, row, value string) error { return t.write("put", table, row, value) }

// Append adds a word to the end of a row, after a space.
func (t *Tx) Append(table, row, word string) error { return t.write("append", table, row, word) }

// Delete removes a row.
func (t *Tx) Delete(table, row string) error { return t.write("delete", table, row) }

func (t *Tx) read(verb string, fields ...string) (value string, found bool, err error) {
	if t.failed != nil {
		return "", false, t.failed
	}
	m, err := t.conn.ask(verb, fields...)
	if err != nil {
		return "", false, t.fail(err)
	}
	return m.Field(0), m.Verb == database.VerbFound, nil
}

func (t *Tx) write(verb string, fields ...string) error {
	if t.failed != nil {
		return t.failed
	}
	_, err := t.conn.ask(verb+t.auto, fields...)
	if errors.Is(err, errBroken) && t.auto != "" {
		t.failed = fmt.Errorf("datasource: %s: %w: %w", verb, ErrCommitUnknown, err)
		return t.failed
	}
	if err != nil {
		return t.fail(err)
	}
	t.wrote = true
	return nil
}

// fail says what an error means for the transaction. A connection that broke
// before the commit was asked for takes the transaction with it.
func (t *Tx) fail(err error) error {
	switch {
	case errors.Is(err, errBroken):
		t.failed = fmt.Errorf("datasource: %w: %w", ErrUnreachable, err)
		return t.failed
	case errors.Is(err, ErrDeadlock):
		t.failed = fmt.Errorf("datasource: %w", err)
		return t.failed
	}
	return fmt.Errorf("datasource: %w", err)
}

// end commits, or rolls back because of an error, which it returns.
func (t *Tx) end(because error) error {
	switch {
	case t.failed != nil && because == nil:
		return t.failed // the function did not notice
	case t.auto != "" || errors.Is(t.failed, ErrUnreachable):
		return because
	case because != nil:
		// Without an answer to this the connection is closed, and the transaction with
		// it.
		_, _ = t.conn.ask("rollback")
		return because
	}
	_, err := t.conn.ask("commit")
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, errBroken):
		return fmt.Errorf("datasource: commit: %w", err)
	case t.wrote:
		return fmt.Errorf("datasource: %w: %w", ErrCommitUnknown, err)
	}
	return nil // it has read what it wanted
}
