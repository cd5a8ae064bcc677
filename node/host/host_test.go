package host_test

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// exchange is the workload of the benchmarks: connections that start 1 ms
// apart, each making requests for 1,000 bytes.
func exchange(tb testing.TB, connections, requests int) (digest string, frames uint64) {
	l := newLab(tb, 2, nil)
	server, client := l.Hosts[0], l.Hosts[1]
	l.serve(tb, server, 80, 1000)
	done := 0
	for i := range connections {
		client.Go("client", func(p *sim.Proc) {
			p.Sleep(time.Duration(i) * time.Millisecond)
			conn, err := client.Dial(netip.MustParseAddrPort("10.0.0.1:80"), 0)
			if err != nil {
				l.Loop.Fail(err)
				return
			}
			defer conn.Close()
			if _, err := ask(conn, requests, 1000); err != nil {
				l.Loop.Fail(err)
				return
			}
			done++
		})
	}
	l.Run(10 * time.Minute)
	if done != connections {
		tb.Fatalf("done: got %d connections, want %d", done, connections)
	}
	return l.Digest.String(), l.Fabric.Stats().Sent
}

// TestExchangeIsDeterministic: the same seed gives the same frames at the same
// instants, whatever GOMAXPROCS is.
func TestExchangeIsDeterministic(t *testing.T) {
	want, _ := exchange(t, 20, 10)
	for _, procs := range []int{1, 2, 4} {
		before := runtime.GOMAXPROCS(procs)
		got, _ := exchange(t, 20, 10)
		runtime.GOMAXPROCS(before)
		if got != want {
			t.Errorf("digest with GOMAXPROCS=%d: got %s, want %s", procs, got, want)
		}
	}
}

func TestDialFailures(t *testing.T) {
	l := newLab(t, 2, nil)
	client := l.Hosts[1]
	var refused, unreachable, timeout error
	client.Go("client", func(*sim.Proc) {
		_, refused = client.Dial(netip.MustParseAddrPort("10.0.0.1:81"), 0)
		_, unreachable = client.Dial(netip.MustParseAddrPort("10.0.9.9:81"), 0)
		_, timeout = client.Dial(netip.MustParseAddrPort("10.0.9.8:81"), time.Second)
	})
	l.Run(time.Minute)
	for _, c := range []struct{ got, want error }{
		{refused, host.ErrRefused}, {unreachable, host.ErrUnreachable}, {timeout, host.ErrTimeout},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("dial: got %v, want %v", c.got, c.want)
		}
	}
}

func BenchmarkExchange(b *testing.B) {
	for _, connections := range []int{100, 1000} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			b.ReportAllocs()
			var frames uint64
			for b.Loop() {
				_, n := exchange(b, connections, 10000/connections)
				frames += n
			}
			seconds := b.Elapsed().Seconds()
			b.ReportMetric(float64(b.N)*10000/seconds, "requests/s")
			b.ReportMetric(float64(frames)/seconds, "frames/s")
		})
	}
}
