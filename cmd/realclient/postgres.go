package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresTarget is PostgreSQL behind pgx and its own pool.
type postgresTarget struct {
	db   *pgxpool.Pool
	pool pool
}

func openPostgres(p pool) (*postgresTarget, error) {
	cfg, err := pgxpool.ParseConfig(p.dsn)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns, cfg.MinConns = int32(p.maxActive), int32(min(p.minIdle, p.maxActive))
	if p.maxLifetime > 0 {
		cfg.MaxConnLifetime = p.maxLifetime
	}
	cfg.ShouldPing = func(_ context.Context, about pgxpool.ShouldPingParams) bool {
		return p.testBorrow && about.IdleDuration >= p.validation
	}
	db, err := pgxpool.NewWithConfig(context.Background(), cfg)
	if err != nil {
		return nil, err
	}
	return &postgresTarget{db: db, pool: p}, nil
}

// Prepare implements target.
func (t *postgresTarget) Prepare(ctx context.Context) error {
	for _, statement := range []string{
		makeRegisters,
		"CREATE TABLE IF NOT EXISTS words (place BIGSERIAL PRIMARY KEY, list VARCHAR(64) NOT NULL, word TEXT NOT NULL)",
	} {
		if _, err := t.db.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Write implements target.
func (t *postgresTarget) Write(ctx context.Context, word string) error {
	return t.Append(ctx, theList, word)
}

// Append adds a word to a list.
func (t *postgresTarget) Append(ctx context.Context, list, word string) error {
	return t.do(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO words (list, word) VALUES ($1, $2)", list, word)
		return err
	})
}

// Put writes a register.
func (t *postgresTarget) Put(ctx context.Context, name, value string) error {
	return t.do(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO registers (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2", name, value)
		return err
	})
}

// Get reads a register.
func (t *postgresTarget) Get(ctx context.Context, name string) (value string, found bool, err error) {
	err = t.do(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, "SELECT value FROM registers WHERE name = $1", name).Scan(&value)
		found = err == nil
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	return value, found, err
}

// List reads a list.
func (t *postgresTarget) List(ctx context.Context, list string) (words []string, err error) {
	err = t.do(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT word FROM words WHERE list = $1 ORDER BY place", list)
		if err != nil {
			return err
		}
		words, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return words, err
}

// ReadBack implements target.
func (t *postgresTarget) ReadBack(ctx context.Context) ([]string, error) { return t.List(ctx, theList) }

// do runs a transaction.
func (t *postgresTarget) do(ctx context.Context, work func(pgx.Tx) error) error {
	within, cancel := context.WithTimeout(ctx, t.pool.maxWait)
	defer cancel()
	conn, err := t.db.Acquire(within)
	if err != nil {
		if within.Err() != nil && t.db.Stat().AcquiredConns() >= int32(t.pool.maxActive) {
			return fmt.Errorf("%w: %d connections in use", errExhausted, t.pool.maxActive)
		}
		return err
	}
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := work(tx); err != nil {
		_ = tx.Rollback(ctx) // the server does it if this cannot
		return err
	}
	err = tx.Commit(ctx)
	var refusal *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal) || errors.Is(err, pgx.ErrTxCommitRollback) || pgconn.SafeToRetry(err):
		return fmt.Errorf("commit: %w", err)
	}
	return unknown("commit", err)
}

// Notes implements target.
func (t *postgresTarget) Notes() []string {
	s := t.db.Stat()
	return []string{
		fmt.Sprintf("pool-waits %d", s.EmptyAcquireCount()),
		fmt.Sprintf("pool-waited %s", seconds(s.EmptyAcquireWaitTime())),
	}
}

// closing is how long connections that are in use may hold up the end.
const closing = time.Second

// Close implements target.
func (t *postgresTarget) Close() {
	closed := make(chan struct{})
	go func() {
		t.db.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(closing):
	}
}
