package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// mqttOptions are the options of both clients of a broker.
type mqttOptions struct {
	url       string
	topic     string
	qos       int
	keepAlive time.Duration
	ping      time.Duration
	dial      time.Duration
	retry     time.Duration
}

func (o *mqttOptions) flags(f *flag.FlagSet) {
	f.StringVar(&o.url, "url", "tcp://127.0.0.1:1883", "where the broker is")
	f.StringVar(&o.topic, "topic", "words", "the topic")
	f.IntVar(&o.qos, "qos", 1, "0: at most once, 1: at least once, 2: exactly once")
	f.DurationVar(&o.keepAlive, "keep-alive", 10*time.Second, "of silence until a client asks the broker")
	f.DurationVar(&o.ping, "ping-timeout", 5*time.Second, "for the broker's answer")
	f.DurationVar(&o.dial, "connect-timeout", 5*time.Second, "of a connection")
	f.DurationVar(&o.retry, "retry-delay", 500*time.Millisecond, "the longest time before a lost connection is made again")
}

// mqttTarget is a topic of an MQTT broker: one client publishes, and another
// has subscribed. The driver reconnects by itself and repeats what was not
// confirmed.
type mqttTarget struct {
	mqttOptions
	out, in mqtt.Client

	mu       sync.Mutex
	got      []string
	connects int
}

func openMQTT(o mqttOptions) *mqttTarget {
	t := &mqttTarget{mqttOptions: o}
	t.out = mqtt.NewClient(t.options("publisher"))
	in := t.options("subscriber")
	in.OnConnect = func(c mqtt.Client) {
		t.count()
		c.Subscribe(t.topic, byte(t.qos), t.take)
	}
	t.in = mqtt.NewClient(in)
	return t
}

func (t *mqttTarget) options(name string) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().AddBroker(t.url).SetClientID(name).SetCleanSession(false).
		SetKeepAlive(t.keepAlive).SetPingTimeout(t.ping).SetConnectTimeout(t.dial).
		SetAutoReconnect(true).SetMaxReconnectInterval(t.retry)
	o.OnConnect = func(mqtt.Client) { t.count() }
	return o
}

func (t *mqttTarget) count() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.connects++
}

func (t *mqttTarget) take(_ mqtt.Client, m mqtt.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.got = append(t.got, string(m.Payload()))
}

// Prepare implements target.
func (t *mqttTarget) Prepare(ctx context.Context) error {
	for _, c := range []mqtt.Client{t.in, t.out} {
		if c.IsConnected() {
			continue
		}
		if err := outcome(ctx, c.Connect()); err != nil {
			return err
		}
	}
	return outcome(ctx, t.in.Subscribe(t.topic, byte(t.qos), t.take))
}

// Write implements target. Without a connection the driver keeps a message of
// quality 1 or 2 for later, so its outcome is open.
func (t *mqttTarget) Write(ctx context.Context, word string) error {
	err := outcome(ctx, t.out.Publish(t.topic, byte(t.qos), false, word))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mqtt.ErrNotConnected):
		return err
	}
	return unknown("publish", err)
}

// outcome waits for a token.
func outcome(ctx context.Context, token mqtt.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ReadBack implements target.
func (t *mqttTarget) ReadBack(ctx context.Context) ([]string, error) {
	return settled(ctx, func() []string {
		t.mu.Lock()
		defer t.mu.Unlock()
		return append([]string(nil), t.got...)
	})
}

// Notes implements target.
func (t *mqttTarget) Notes() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return []string{fmt.Sprintf("connections %d", t.connects)}
}

// Close implements target.
func (t *mqttTarget) Close() {
	t.out.Disconnect(0)
	t.in.Disconnect(0)
}
