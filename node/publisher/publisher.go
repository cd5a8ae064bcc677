// Package publisher sends numbered messages to a queue or a topic at a rate:
// the program of a machine around a client of package jms. What it knows after
// a loss of power, the number of its next message, is in a Disk. It must not
// know who gets the messages. Everything is in publisher.go.
package publisher

import (
	"errors"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/jms"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Disk is what a publisher keeps through a loss of power. The zero Disk is that
// of one that has never sent.
type Disk struct {
	// OnChange is told the number of the last message that the publisher has done
	// with, so that Redo can repeat it on an empty disk; nil: nobody is.
	OnChange func(done uint64)
	done     uint64
}

// Redo repeats a change.
func (d *Disk) Redo(done uint64) { d.done = done }

func (d *Disk) change(done uint64) {
	d.done = done
	if d.OnChange != nil {
		d.OnChange(done)
	}
}

// Publisher is a publisher during one boot of its machine.
type Publisher struct {
	host   *host.Host
	cfg    topology.Publisher
	disk   *Disk
	client *jms.Client
	to     queue.Address
}

// New starts a publisher on a running machine; it ends with the machine. cfg
// must be complete.
func New(h *host.Host, cfg topology.Publisher, disk *Disk) *Publisher {
	p := &Publisher{host: h, cfg: cfg, disk: disk, client: jms.New(h, "publisher", cfg.Brokers)}
	p.to = queue.Address{Name: cfg.Queue}
	if cfg.Topic != "" {
		p.to = queue.Address{Topic: true, Name: cfg.Topic}
	}
	h.Go("publisher", p.run)
	return p
}

// run sends what comes due. The schedule is that of the world's first instant,
// by the machine's clock: what comes due while the machine is off is sent
// later.
func (p *Publisher) run(proc *sim.Proc) {
	text := strings.Repeat("x", int(p.cfg.Size))
	interval := p.cfg.Rate.Interval()
	for {
		n := p.disk.done + 1
		due := p.cfg.Start + time.Duration(n-1)*interval
		if p.cfg.Stop > 0 && due > p.cfg.Stop {
			return
		}
		if wait := due - p.host.Scope().Elapsed(); wait > 0 {
			proc.Sleep(wait)
		}
		p.send(proc, queue.Message{Publisher: p.host.Name(), Number: n, Persistent: *p.cfg.Persistent, Text: text})
		p.disk.change(n)
	}
}

// send sends a message until it is done with: the broker has it, or it is given
// up.
func (p *Publisher) send(proc *sim.Proc, m queue.Message) {
	if !*p.cfg.Confirm {
		_ = p.client.Send(proc, p.to, m) // it is lost then, and the client says so
		return
	}
	for {
		err := p.client.Publish(proc, p.to, m, p.cfg.Timeout)
		switch {
		case err == nil, errors.Is(err, jms.ErrGivenUp), p.client.GivenUp():
			return
		case !errors.Is(err, jms.ErrLost):
			proc.Sleep(p.cfg.Brokers.ReconnectDelay)
		}
	}
}
