package bench

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/reports/pcapng"
	"github.com/cablepull/cablepull/scenarios"
)

// Incident runs an incident of the library to its verdict, with a capture that
// is written and thrown away.
func Incident(name string, seed uint64) (*scenarios.Outcome, error) {
	s, err := scenarios.Find(name)
	if err != nil {
		return nil, err
	}
	c := capture{writer: pcapng.NewWriter(io.Discard, "bench", "")}
	o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: seed, Capture: &c})
	if err != nil {
		return nil, err
	}
	if err := c.writer.Close(); err != nil {
		return nil, err
	}
	return o, nil
}

// Trials runs an incident with the seeds 1..trials on so many goroutines, and
// returns how much time passed in all of them together.
func Trials(name string, goroutines, trials int) (simulated time.Duration, err error) {
	seeds := make(chan uint64)
	spans, errs := make([]time.Duration, goroutines), make([]error, goroutines)
	var group sync.WaitGroup
	for i := range goroutines {
		group.Go(func() {
			for seed := range seeds {
				o, err := Incident(name, seed)
				if err != nil {
					errs[i] = errors.Join(errs[i], err)
					continue
				}
				spans[i] += o.Simulated
			}
		})
	}
	for seed := range uint64(trials) {
		seeds <- seed + 1
	}
	close(seeds)
	group.Wait()
	for _, span := range spans {
		simulated += span
	}
	return simulated, errors.Join(errs...)
}

// capture writes every frame.
type capture struct {
	writer *pcapng.Writer
	ifaces []int // of the capture, by number of the port
}

func (c *capture) iface(p *netfab.Port) int {
	for len(c.ifaces) <= int(p.Number()) {
		c.ifaces = append(c.ifaces, -1)
	}
	i := &c.ifaces[p.Number()]
	if *i < 0 {
		*i = c.writer.Interface(p.Name())
	}
	return *i
}

// Sent implements netfab.Observer.
func (c *capture) Sent(now time.Duration, from *netfab.Port, data []byte) {
	c.writer.Frame(now, c.iface(from), data)
}

// Lost implements netfab.Observer.
func (c *capture) Lost(now time.Duration, from, _ *netfab.Port, data []byte, why string) {
	c.writer.Lost(now, c.iface(from), data, why)
}

// MACMoved implements netfab.Observer.
func (c *capture) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}
