package gateway

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestIdleTimeout: a connection whose client sends no request, or stops in the
// middle of one, ends when its time is over, and not before. Without a timeout
// it stays.
func TestIdleTimeout(t *testing.T) {
	for _, c := range []struct {
		name    string
		service topology.Service
		sent    []string // one second apart
		want    time.Duration
	}{
		{"no request", topology.Service{IdleTimeout: 5 * second}, nil, 5 * second},
		{"half a request", topology.Service{IdleTimeout: 5 * second}, []string{"", "GET / HTTP/1.1\r\n"}, 6 * second},
		{"first request late", topology.Service{IdleTimeout: 5 * second, PersistentTimeout: 2 * second}, []string{"", "", "", "", whole}, 6 * second},
		{"between requests", topology.Service{PersistentTimeout: 2 * second}, []string{whole, whole}, 3 * second},
		{"only the first", topology.Service{IdleTimeout: 5 * second}, []string{whole}, 0},
		{"only between", topology.Service{PersistentTimeout: 5 * second}, nil, 0},
		{"none", topology.Service{}, []string{whole}, 0},
		{"slow answer", topology.Service{IdleTimeout: second, PersistentTimeout: second, Work: 4 * second}, []string{whole}, 5 * second},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, 0)
			l.own()
			l.start(map[string]topology.Service{"web": c.service})
			ended := l.talk(c.sent)
			l.Run(1000 * second)
			if *ended < c.want || *ended > c.want+10*millisecond {
				t.Errorf("the gateway closed after %v, want %v", *ended, c.want)
			}
			want := 1
			if c.want == 0 {
				want = 0
			}
			if n := hosttest.Count[event.ConnTimedOut](l.Lab, "a"); n != want {
				t.Errorf("got %d conn-timed-out, want %d", n, want)
			}
		})
	}
}

const whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

// talk opens a connection, sends these texts one second apart, and returns when
// the server closed it; 0 means not yet.
func (l *lab) talk(texts []string) *time.Duration {
	var ended time.Duration
	l.c1.Go("talk", func(p *sim.Proc) {
		conn, err := l.c1.Dial(mustAddrPort("192.0.2.100:80"), second)
		if err != nil {
			l.TB.Error(err)
			return
		}
		l.c1.Go("write", func(p *sim.Proc) {
			for _, text := range texts {
				if _, err := io.WriteString(conn, text); err != nil {
					l.TB.Error(err)
				}
				p.Sleep(second)
			}
		})
		for b := make([]byte, 4096); ; {
			if _, err := conn.Read(b); err != nil {
				if !errors.Is(err, io.EOF) {
					l.TB.Errorf("got %v, want the end of the connection", err)
				}
				ended = l.Loop.Now()
				return
			}
		}
	})
	return &ended
}

// TestAggressiveTimeout: with a timeout shorter than the pauses of its client,
// each request needs a connection of its own, and none fails.
func TestAggressiveTimeout(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{"web": {PersistentTimeout: second / 2}})
	l.ask(topology.Client{Rate: 1, Mode: topology.ModeLongLived, Stop: 5 * second})
	l.Run(10 * second)
	l.wantOutcomes(map[string]int{"200 by a": 5})
	for e, c := range event.Of[event.ConnTimedOut](l.Log.Events()) {
		if e.Node != "a" || c.Service != "web" || c.Timeout != event.PersistentTimeout {
			t.Errorf("got %v, want the persistent-timeout of web", e)
		}
	}
	if n := hosttest.Count[event.ConnTimedOut](l.Lab, "a"); n != 5 {
		t.Errorf("%d connections timed out, want 5", n)
	}
}
