package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// amqpOptions are the options of both connections to a broker.
type amqpOptions struct {
	url       string
	queue     string
	confirm   bool
	heartbeat time.Duration
	dial      time.Duration
	retry     time.Duration
	prefetch  int
	work      time.Duration
}

func (o *amqpOptions) flags(f *flag.FlagSet) {
	f.StringVar(&o.url, "url", "amqp://127.0.0.1/", "where the broker is")
	f.StringVar(&o.queue, "queue", "words", "the queue")
	f.BoolVar(&o.confirm, "confirm", true, "wait for the broker's confirmation of each message")
	f.DurationVar(&o.heartbeat, "heartbeat", 10*time.Second, "between heartbeats, at most; the driver ends a connection on which nothing comes for one and a half")
	f.DurationVar(&o.dial, "connect-timeout", 30*time.Second, "of a connection")
	f.DurationVar(&o.retry, "retry-delay", 500*time.Millisecond, "before a lost connection is made again")
	f.DurationVar(&o.work, "work", 0, "how long a consumer has a message before it acknowledges it")
	f.IntVar(&o.prefetch, "prefetch", 10, "messages that a consumer has without having acknowledged them")
}

// amqpTarget is a queue of an AMQP 0-9-1 broker: one connection publishes, and
// another consumes and acknowledges. The driver does not reconnect by itself.
type amqpTarget struct {
	amqpOptions

	publishing sync.Mutex
	out        *amqpLink

	mu          sync.Mutex
	got         []string
	redelivered int
	connects    int
	stop        context.CancelFunc
}

// amqpLink is a connection with its channel.
type amqpLink struct {
	conn    *amqp.Connection
	channel *amqp.Channel
	lost    chan struct{} // closed when the connection is lost; why is valid then
	why     error
}

// follow waits for the end of the connection. The driver closes its channel of
// ends, so that one cannot have several readers.
func (l *amqpLink) follow(ends chan *amqp.Error) {
	l.why = amqp.ErrClosed
	if end := <-ends; end != nil {
		l.why = end
	}
	close(l.lost)
}

func openAMQP(o amqpOptions) *amqpTarget { return &amqpTarget{amqpOptions: o} }

// connect makes a connection with a channel and the queue.
func (t *amqpTarget) connect() (*amqpLink, error) {
	conn, err := amqp.DialConfig(t.url, amqp.Config{
		Heartbeat: t.heartbeat, Locale: "en_US",
		Dial: func(network, address string) (net.Conn, error) {
			conn, err := net.DialTimeout(network, address, t.dial)
			if err == nil {
				err = conn.SetDeadline(time.Now().Add(t.dial)) // of the handshake; the driver lifts it
			}
			return conn, err
		},
	})
	if err != nil {
		return nil, err
	}
	l := &amqpLink{conn: conn, lost: make(chan struct{})}
	go l.follow(conn.NotifyClose(make(chan *amqp.Error, 1)))
	if l.channel, err = conn.Channel(); err == nil {
		_, err = l.channel.QueueDeclare(t.queue, true, false, false, false, nil)
	}
	if err != nil {
		conn.CloseDeadline(time.Now())
		return nil, err
	}
	t.mu.Lock()
	t.connects++
	t.mu.Unlock()
	return l, nil
}

// Prepare implements target: it begins to consume.
func (t *amqpTarget) Prepare(context.Context) error {
	l, err := t.connect()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	t.stop = stop
	go t.consume(ctx, l)
	return nil
}

// consume consumes until the end, with a new connection after each loss.
func (t *amqpTarget) consume(ctx context.Context, l *amqpLink) {
	for {
		if l != nil {
			t.take(ctx, l)
			l.conn.CloseDeadline(time.Now())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(t.retry):
		}
		l, _ = t.connect() // nil if it fails: tried again
	}
}

// take consumes as long as a connection lasts.
func (t *amqpTarget) take(ctx context.Context, l *amqpLink) {
	if l.channel.Qos(t.prefetch, 0, false) != nil {
		return
	}
	messages, err := l.channel.Consume(t.queue, "", false, false, false, false, nil)
	if err != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-messages:
			if !ok {
				return
			}
			t.mu.Lock()
			t.got = append(t.got, string(m.Body))
			if m.Redelivered {
				t.redelivered++
			}
			t.mu.Unlock()
			time.Sleep(t.work)
			if m.Ack(false) != nil {
				return
			}
		}
	}
}

// link returns the connection for publishing, a new one after a loss.
func (t *amqpTarget) link() (*amqpLink, error) {
	if t.out != nil {
		select {
		case <-t.out.lost:
		default:
			return t.out, nil
		}
	}
	l, err := t.connect()
	if err == nil && t.confirm {
		err = l.channel.Confirm(false)
	}
	t.out = l
	return l, err
}

// Write implements target.
func (t *amqpTarget) Write(ctx context.Context, word string) error {
	t.publishing.Lock()
	l, err := t.link()
	if err != nil {
		t.publishing.Unlock()
		return fmt.Errorf("connect: %w", err)
	}
	message := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(word)}
	pending, err := l.channel.PublishWithDeferredConfirmWithContext(ctx, "", t.queue, false, false, message)
	t.publishing.Unlock()
	switch {
	case err != nil && errors.Is(err, amqp.ErrClosed):
		return fmt.Errorf("publish: %w", err)
	case err != nil:
		return unknown("publish", err)
	case pending == nil:
		return nil
	}
	select {
	case <-pending.Done():
		if !pending.Acked() {
			return unknown("confirm", errors.New("refused by the broker, or the connection was lost"))
		}
		return nil
	case <-l.lost:
		return unknown("confirm", fmt.Errorf("connection lost: %w", l.why))
	case <-ctx.Done():
		return unknown("confirm", ctx.Err())
	}
}

// quiet is how long nothing comes when all has been consumed.
const quiet = time.Second

// ReadBack implements target: it waits until nothing more comes.
func (t *amqpTarget) ReadBack(ctx context.Context) ([]string, error) {
	return settled(ctx, func() []string {
		t.mu.Lock()
		defer t.mu.Unlock()
		return append([]string(nil), t.got...)
	})
}

// settled returns what has come when nothing more comes.
func settled(ctx context.Context, got func() []string) ([]string, error) {
	for before := got(); ; {
		select {
		case <-ctx.Done():
			return before, nil
		case <-time.After(quiet):
		}
		now := got()
		if len(now) == len(before) {
			return now, nil
		}
		before = now
	}
}

// Notes implements target.
func (t *amqpTarget) Notes() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return []string{fmt.Sprintf("redelivered %d", t.redelivered), fmt.Sprintf("connections %d", t.connects)}
}

// Close implements target.
func (t *amqpTarget) Close() {
	if t.stop != nil {
		t.stop()
	}
}
