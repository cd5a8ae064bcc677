package host

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// lab is some machines on one segment.
type lab struct {
	loop   *sim.Loop
	digest *sim.Digest
	fabric *netfab.Fabric
	log    *event.Log
	hosts  []*Host
}

func newLab(tb testing.TB, hosts int, change func(i int, c *Config)) *lab {
	tb.Helper()
	l := &lab{loop: sim.New(42), digest: sim.NewDigest()}
	l.log = event.NewLog(l.digest)
	l.fabric = netfab.New(l.loop, l.digest)
	lan := l.fabric.AddSegment("lan", netfab.SegmentConfig{})
	for i := 1; i <= hosts; i++ {
		cfg := Config{Name: fmt.Sprintf("h%d", i), ARP: ARPLinux, Log: l.log}
		if change != nil {
			change(i, &cfg)
		}
		h := New(l.loop, cfg)
		addr := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 16)
		h.AddNIC("lan", MAC{2, 0, 0, 0, byte(i >> 8), byte(i)}, addr, lan)
		h.PowerOn()
		l.hosts = append(l.hosts, h)
	}
	tb.Cleanup(func() {
		for _, h := range l.hosts {
			h.Destroy()
		}
	})
	return l
}

func (l *lab) run(tb testing.TB, until time.Duration) {
	tb.Helper()
	if err := l.loop.Run(until); err != nil {
		tb.Fatal(err)
	}
}

// serve answers each read with size bytes.
func (l *lab) serve(tb testing.TB, h *Host, port uint16, size int) {
	tb.Helper()
	answer := make([]byte, size)
	h.Go("server", func(*sim.Proc) {
		listener, err := h.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), port), 4096)
		if err != nil {
			l.loop.Fail(err)
			return
		}
		for {
			conn, err := listener.AcceptConn()
			if err != nil {
				return
			}
			h.Go("connection", func(*sim.Proc) {
				defer conn.Close()
				buf := make([]byte, 512)
				for {
					if _, err := conn.Read(buf); err != nil {
						return
					}
					if _, err := conn.Write(answer); err != nil {
						return
					}
				}
			})
		}
	})
}

// ask makes requests on one connection and returns how many were answered.
func ask(conn *Conn, requests, size int) (answered int, err error) {
	request := []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	buf := make([]byte, size)
	for range requests {
		if _, err := conn.Write(request); err != nil {
			return answered, err
		}
		if _, err := io.ReadFull(conn, buf); err != nil {
			return answered, err
		}
		answered++
	}
	return answered, nil
}

// exchange is the workload of the yardstick: connections that start 1 ms apart,
// each making requests for 1,000 bytes.
func exchange(tb testing.TB, connections, requests int) (digest string, frames uint64) {
	l := newLab(tb, 2, nil)
	server, client := l.hosts[0], l.hosts[1]
	l.serve(tb, server, 80, 1000)
	done := 0
	for i := range connections {
		client.Go("client", func(p *sim.Proc) {
			p.Sleep(time.Duration(i) * time.Millisecond)
			conn, err := client.Dial(netip.MustParseAddrPort("10.0.0.1:80"), 0)
			if err != nil {
				l.loop.Fail(err)
				return
			}
			defer conn.Close()
			if _, err := ask(conn, requests, 1000); err != nil {
				l.loop.Fail(err)
				return
			}
			done++
		})
	}
	l.run(tb, 10*time.Minute)
	if done != connections {
		tb.Fatalf("done: got %d connections, want %d", done, connections)
	}
	return l.digest.String(), l.fabric.Stats().Sent
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
	client := l.hosts[1]
	var refused, unreachable, timeout error
	client.Go("client", func(*sim.Proc) {
		_, refused = client.Dial(netip.MustParseAddrPort("10.0.0.1:81"), 0)
		_, unreachable = client.Dial(netip.MustParseAddrPort("10.0.9.9:81"), 0)
		_, timeout = client.Dial(netip.MustParseAddrPort("10.0.9.8:81"), time.Second)
	})
	l.run(t, time.Minute)
	for _, c := range []struct{ got, want error }{
		{refused, ErrRefused}, {unreachable, ErrUnreachable}, {timeout, ErrTimeout},
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
