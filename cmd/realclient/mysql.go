package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
)

// mysqlTarget is a database of the MySQL family behind the pool of database/sql
// and its most used driver.
type mysqlTarget struct {
	db   *sql.DB
	pool pool

	mu    sync.Mutex
	valid map[driver.Conn]time.Time // when a connection last proved to work
}

func openMySQL(p pool) (*mysqlTarget, error) {
	cfg, err := mysql.ParseDSN(p.dsn)
	if err != nil {
		return nil, err
	}
	cfg.Logger = &mysql.NopLogger{} // what it says comes as an error as well
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(p.maxActive)
	db.SetMaxIdleConns(p.maxActive) // the settings have no maximum of their own for idle ones
	db.SetConnMaxLifetime(p.maxLifetime)
	return &mysqlTarget{db: db, pool: p, valid: map[driver.Conn]time.Time{}}, nil
}

// Prepare implements target.
func (t *mysqlTarget) Prepare(ctx context.Context) error {
	for _, statement := range []string{
		makeRegisters,
		"CREATE TABLE IF NOT EXISTS words (place BIGINT AUTO_INCREMENT PRIMARY KEY, list VARCHAR(64) NOT NULL, word TEXT NOT NULL)",
	} {
		if _, err := t.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Write implements target.
func (t *mysqlTarget) Write(ctx context.Context, word string) error {
	return t.Append(ctx, theList, word)
}

// Append adds a word to a list.
func (t *mysqlTarget) Append(ctx context.Context, list, word string) error {
	return t.do(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO words (list, word) VALUES (?, ?)", list, word)
		return err
	})
}

// Put writes a register.
func (t *mysqlTarget) Put(ctx context.Context, name, value string) error {
	return t.do(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "REPLACE INTO registers (name, value) VALUES (?, ?)", name, value)
		return err
	})
}

// Get reads a register.
func (t *mysqlTarget) Get(ctx context.Context, name string) (value string, found bool, err error) {
	err = t.do(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT value FROM registers WHERE name = ?", name).Scan(&value)
		found = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return value, found, err
}

// List reads a list.
func (t *mysqlTarget) List(ctx context.Context, list string) (words []string, err error) {
	err = t.do(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT word FROM words WHERE list = ? ORDER BY place", list)
		if err != nil {
			return err
		}
		defer rows.Close()
		for words = nil; rows.Next(); {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			words = append(words, text)
		}
		return rows.Err()
	})
	return words, err
}

// ReadBack implements target.
func (t *mysqlTarget) ReadBack(ctx context.Context) ([]string, error) { return t.List(ctx, theList) }

// do runs a transaction.
func (t *mysqlTarget) do(ctx context.Context, work func(*sql.Tx) error) error {
	conn, err := t.borrow(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := work(tx); err != nil {
		_ = tx.Rollback() // the server does it if this cannot
		return err
	}
	err = tx.Commit()
	var refusal *mysql.MySQLError
	switch {
	case err == nil:
		t.proved(conn)
		return nil
	case errors.As(err, &refusal):
		return fmt.Errorf("commit: %w", err)
	}
	return unknown("commit", err)
}

// borrow takes a connection out of the pool, and asks the server about it if it
// has not proved to work for a while. One that does not is thrown away, and so
// are as many as there may be.
func (t *mysqlTarget) borrow(ctx context.Context) (*sql.Conn, error) {
	within, cancel := context.WithTimeout(ctx, t.pool.maxWait)
	defer cancel()
	for {
		conn, err := t.db.Conn(within)
		if err != nil {
			if within.Err() != nil && t.db.Stats().InUse >= t.pool.maxActive {
				return nil, fmt.Errorf("%w: %d connections in use", errExhausted, t.pool.maxActive)
			}
			return nil, err
		}
		if !t.pool.testBorrow || t.fresh(conn) {
			return conn, nil
		}
		if err = conn.PingContext(within); err == nil {
			t.proved(conn)
			return conn, nil
		}
		_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // the pool forgets it
		conn.Close()
		if within.Err() != nil {
			return nil, fmt.Errorf("test on borrow: %w", err)
		}
	}
}

// fresh reports whether a connection has proved to work lately. A new one has.
func (t *mysqlTarget) fresh(conn *sql.Conn) (fresh bool) {
	_ = conn.Raw(func(raw any) error {
		t.mu.Lock()
		defer t.mu.Unlock()
		at, known := t.valid[raw.(driver.Conn)]
		if !known {
			t.valid[raw.(driver.Conn)] = time.Now()
		}
		fresh = !known || time.Since(at) < t.pool.validation
		return nil
	})
	return fresh
}

// proved says that a connection works.
func (t *mysqlTarget) proved(conn *sql.Conn) {
	_ = conn.Raw(func(raw any) error {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.valid[raw.(driver.Conn)] = time.Now()
		return nil
	})
}

// Notes implements target.
func (t *mysqlTarget) Notes() []string {
	s := t.db.Stats()
	return []string{fmt.Sprintf("pool-waits %d", s.WaitCount), fmt.Sprintf("pool-waited %s", seconds(s.WaitDuration))}
}

// Close implements target.
func (t *mysqlTarget) Close() { _ = t.db.Close() }
