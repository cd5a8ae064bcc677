package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cablepull-realclient:", err)
		os.Exit(1)
	}
}

const usage = "want a verb: mysql, postgres, amqp, mqtt or serve; -h after it lists its flags"

// run is the program. Only serve ends without an error when the context ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	var l load
	f.Float64Var(&l.rate, "rate", 10, "words per second")
	f.DurationVar(&l.span, "for", 10*time.Second, "how long words are written")
	f.IntVar(&l.pad, "pad", 0, "bytes by which each word is longer")
	f.BoolVar(&l.serial, "serial", false, "write one word after the other, as one thread does")
	f.DurationVar(&l.limit, "timeout", 0, "of each write; 0: none")
	f.DurationVar(&l.wait, "wait", 5*time.Second, "for what is under way at the end, and for what is read back")
	var (
		p      pool
		a      amqpOptions
		m      mqttOptions
		driver = args[0]
		listen string
		base   string
	)
	switch args[0] {
	case "mysql", "postgres":
		p.flags(f)
	case "serve":
		p.flags(f)
		f.StringVar(&driver, "driver", "mysql", "mysql or postgres")
		f.StringVar(&base, "base", "/accounts", "path in front of the keys")
		f.StringVar(&listen, "listen", ":8080", "address of the service")
	case "amqp":
		a.flags(f)
	case "mqtt":
		m.flags(f)
	default:
		return fmt.Errorf("got %q, %s", args[0], usage)
	}
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	if f.NArg() > 0 || l.rate <= 0 {
		return fmt.Errorf("got arguments %q and a rate of %g, want none and a positive one", f.Args(), l.rate)
	}
	var t target
	var err error
	switch driver {
	case "mysql":
		t, err = openMySQL(p)
	case "postgres":
		t, err = openPostgres(p)
	case "amqp":
		t = openAMQP(a)
	case "mqtt":
		t = openMQTT(m)
	default:
		return fmt.Errorf("driver: got %q, want mysql or postgres", driver)
	}
	if err != nil {
		return err
	}
	defer t.Close()
	book := newLedger(out)
	if err := l.prepare(ctx, t, book); err != nil {
		return err
	}
	if listen != "" {
		return serve(ctx, listen, service{t.(store), base, l.limit}, book)
	}
	return write(ctx, l, t, book)
}

// write writes words, reads them back, and prints what became of them.
func write(ctx context.Context, l load, t target, book *ledger) error {
	l.run(ctx, t, book)
	back, err := l.readBack(ctx, t)
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	book.total(back)
	for _, line := range t.Notes() {
		book.say("%s", line)
	}
	book.say("end")
	return ctx.Err()
}

// serve serves until the context ends.
func serve(ctx context.Context, address string, s service, book *ledger) error {
	server := &http.Server{Addr: address, Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	book.say("serving")
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
