package client

import (
	"fmt"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/topology"
)

// BenchmarkClient is the cost of one request of a client through real stacks,
// with every event logged and digested; also among thousands of idle
// connections.
func BenchmarkClient(b *testing.B) {
	for _, mode := range []string{topology.ModeNew, topology.ModeKeepAlive, topology.ModeLongLived} {
		for _, connections := range []int{100, 5000} {
			if mode != topology.ModeLongLived && connections > 100 {
				continue
			}
			b.Run(fmt.Sprintf("mode=%s/connections=%d", mode, connections), func(b *testing.B) {
				b.ReportAllocs()
				const rate = 1000
				l := newLab(b)
				l.serve(topology.Backend{})
				l.ask(topology.Client{Rate: rate, Mode: mode, Connections: connections})
				l.Run(10 * time.Second) // all connections are open
				before, _ := hosttest.Bodies[answered](l.Lab, "")
				b.ResetTimer()
				l.Run(10*time.Second + time.Duration(b.N)*time.Second/rate)
				b.StopTimer()
				after, _ := hosttest.Bodies[answered](l.Lab, "")
				if got := len(after) - len(before); got < b.N-1 || got > b.N+1 {
					b.Errorf("%d answers, want %d", got, b.N)
				}
			})
		}
	}
}
