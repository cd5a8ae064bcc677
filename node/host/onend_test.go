package host_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// TestOnEnd: who waits for the end of a connection is called once, by FIN and
// by RST, though nobody reads, but not by bytes; and at once if it has come
// already.
func TestOnEnd(t *testing.T) {
	const ended = 2900 * time.Millisecond // 3 s after it was dialled, which takes 100 ms
	for name, end := range map[string]func(*host.Conn){
		"fin": func(c *host.Conn) { c.Close() },
		"rst": (*host.Conn).Abort,
	} {
		l, _, client := streamLab(t, func(p *sim.Proc, conn *host.Conn) {
			p.Sleep(time.Second)
			conn.Write([]byte("ab"))
			p.Sleep(2 * time.Second)
			end(conn)
		})
		conn := l.dial(t, client, "10.0.0.1:80")
		start := client.Now()
		var called []time.Duration
		call := func() { called = append(called, (client.Now() - start).Round(100*time.Millisecond)) }
		conn.OnEnd(call)
		l.Run(start + 10*time.Second)
		if want := []time.Duration{ended}; !slices.Equal(called, want) {
			t.Errorf("%s: called at %v, want %v", name, called, want)
		}
		conn.OnEnd(call)
		l.Run(start + 20*time.Second)
		if want := []time.Duration{ended, 10 * time.Second}; !slices.Equal(called, want) {
			t.Errorf("%s: called at %v, want %v", name, called, want)
		}
		conn.OnEnd(call)
		conn.OnEnd(nil)
		l.Run(start + 30*time.Second)
		if len(called) != 2 {
			t.Errorf("%s: called at %v, want nobody called any more", name, called)
		}
	}
}
