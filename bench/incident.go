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
	"github.com/cablepull/cablepull/scenarios/incidents"
)

// Incident runs an incident of the library to its verdict, with a capture that
// is written and discarded.
func Incident(name string, seed uint64) (*scenarios.Outcome, error) {
	s, err := incidents.Find(name)
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

// Work is the total work of several trials.
type Work struct {
	Simulated time.Duration
	Frames    uint64 // sent
	Steps     uint64 // events of the loop
}

func (w *Work) add(simulated time.Duration, frames, steps uint64) {
	w.Simulated, w.Frames, w.Steps = w.Simulated+simulated, w.Frames+frames, w.Steps+steps
}

// Trials runs an incident with the seeds 1..trials on the given number of
// goroutines.
func Trials(name string, goroutines, trials int) (all Work, err error) {
	seeds := make(chan uint64)
	done, errs := make([]Work, goroutines), make([]error, goroutines)
	var group sync.WaitGroup
	for i := range goroutines {
		group.Go(func() {
			for seed := range seeds {
				o, err := Incident(name, seed)
				if err != nil {
					errs[i] = errors.Join(errs[i], err)
					continue
				}
				done[i].add(o.Simulated, o.Frames, o.Steps)
			}
		})
	}
	for seed := range uint64(trials) {
		seeds <- seed + 1
	}
	close(seeds)
	group.Wait()
	for _, w := range done {
		all.add(w.Simulated, w.Frames, w.Steps)
	}
	return all, errors.Join(errs...)
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
