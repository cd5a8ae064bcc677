package balancer

import (
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/node/check"
	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// idleMembers is how many idle connections a balancer keeps to each member,
// with mode http.
const idleMembers = 64

// The states of the service, as events name them.
const (
	listening = "listening"
	failed    = "failed"
	stopped   = "stopped"
)

// Balancer is a load balancer during one boot of its machine.
type Balancer struct {
	host   *host.Host
	memory topology.Memory // memory used by connections and requests
	cfg    topology.Balancer
	pool   *Pool

	proc     *sim.Proc // binds and accepts; nil: stopped
	listener *host.Listener
	server   *web.Server        // of mode http
	servers  *forward.Forwarder // likewise
	checker  *check.Checker     // nil: members are not checked

	carried [][]aborter // by member: what ends when its connections are cut
	waiting []*sim.Proc // for a member that is not full, in their order
}

// aborter is a connection that can be reset.
type aborter interface{ Abort() }

// New starts a balancer on a running machine; it ends with the machine. cfg
// must be complete. memory is what connections and requests use.
func New(h *host.Host, cfg topology.Balancer, memory topology.Memory) (*Balancer, error) {
	b := &Balancer{host: h, memory: memory, cfg: cfg, pool: NewPool(cfg), carried: make([][]aborter, len(cfg.Members))}
	if cfg.Mode == topology.BalancerHTTP {
		b.servers = forward.New(h, idleMembers)
		b.server = &web.Server{Node: h.Name(), Go: h.Go, Service: requests{b}, Patience: web.Patience{
			First: cfg.ClientIdle, Next: cfg.ClientIdle,
			Ended: func(client netip.AddrPort, _ bool) { b.timedOut(client.String()) },
		}}
	}
	if cfg.Check != nil {
		var err error
		if b.checker, err = check.New(h, "balancer", cfg.Check.Check); err != nil {
			return nil, err
		}
		for i := range cfg.Members {
			h.Go("balancer check", func(p *sim.Proc) { b.watch(p, i) })
		}
	}
	b.start()
	return b, nil
}

// StartService makes a stopped balancer listen again. Its only service is
// topology.BalancerService.
func (b *Balancer) StartService(name string) error {
	if err := b.knows(name); err != nil {
		return err
	}
	b.start()
	return nil
}

// StopService makes the balancer stop listening. Connections that there are go
// on; those that carry requests end with their next answer.
func (b *Balancer) StopService(name string) error {
	if err := b.knows(name); err != nil {
		return err
	}
	if b.proc == nil {
		return nil
	}
	b.proc = nil
	if b.listener != nil {
		b.listener.Close()
		b.listener = nil
	}
	if b.server != nil {
		b.server.Retire()
	}
	b.log(event.ServiceChanged{Service: topology.BalancerService, State: stopped, Reason: b.cfg.Listen.String()})
	return nil
}

func (b *Balancer) knows(name string) error {
	if name != topology.BalancerService {
		return fmt.Errorf("balancer: service on %s: got %q, want %s", b.host.Name(), name, topology.BalancerService)
	}
	return nil
}

// SetMember sets the administrative state of a member: ready, drain or maint.
func (b *Balancer) SetMember(name, admin string) error {
	i := b.pool.index(name)
	if i == nobody {
		return fmt.Errorf("balancer: member on %s: got %q, want one that there is", b.host.Name(), name)
	}
	b.changed(b.pool.Administer(b.now(), i, admin))
	return nil
}

// Finish logs the members as they are when the run ends.
func (b *Balancer) Finish() {
	for i := range b.pool.members {
		m := &b.pool.members[i]
		b.log(event.BalancerStatus{
			Member: m.Name, Address: m.Address.String(), State: m.state(), Weight: m.Weight, Connections: m.open, Total: m.total,
		})
	}
}

func (b *Balancer) start() {
	if b.proc == nil {
		b.proc = b.host.Go("balancer", b.run)
	}
}

// run binds and accepts until somebody stops the service.
func (b *Balancer) run(p *sim.Proc) {
	l, err := b.host.ListenEarly(b.cfg.Listen, b.cfg.Backlog)
	if err == nil {
		b.listener = l
		b.log(event.ServiceChanged{Service: topology.BalancerService, State: listening, Reason: b.cfg.Listen.String()})
		if b.server != nil {
			err = b.server.Serve(p, l)
		} else {
			err = b.accept(p, l)
		}
	}
	if b.proc == p { // nobody stopped it
		b.proc, b.listener = nil, nil
		b.log(event.ServiceChanged{Service: topology.BalancerService, State: failed, Reason: err.Error()})
	}
}

// changed logs a change of state, and does what follows from it.
func (b *Balancer) changed(c Change, is bool) {
	if !is {
		return
	}
	m := &b.pool.members[c.Member]
	b.log(event.BalancerMemberChanged{Member: m.Name, State: c.To, Reason: c.Reason})
	if c.To == stateDown || c.To == stateMaintenance {
		if b.servers != nil {
			b.servers.Drop(m.Address)
		}
		if b.cfg.OnDown == topology.OnDownCut {
			b.cut(c.Member)
		}
	}
	b.admit(len(b.waiting)) // who waits may have another member, or none
}

// cut resets the connections of a member.
func (b *Balancer) cut(i int) {
	all := b.carried[i]
	b.carried[i] = nil
	for _, c := range all {
		c.Abort()
	}
}

// carry notes a connection to a member, until drop.
func (b *Balancer) carry(i int, c aborter) { b.carried[i] = append(b.carried[i], c) }

// drop ends what carry began. The order of the others changes, in the same way
// in every run.
func (b *Balancer) drop(i int, c aborter) {
	all := b.carried[i]
	for at := range all {
		if all[at] == c {
			last := len(all) - 1
			all[at], all[last] = all[last], nil
			b.carried[i] = all[:last]
			break
		}
	}
	b.release(i)
}

// release gives a connection of a member to the first who waits.
func (b *Balancer) release(i int) {
	b.pool.Release(i)
	b.admit(1)
}

// admit wakes the first n of those who wait for a member.
func (b *Balancer) admit(n int) {
	n = min(n, len(b.waiting))
	for _, p := range b.waiting[:n] {
		p.Wake()
	}
	b.waiting = append([]*sim.Proc(nil), b.waiting[n:]...)
}

// timedOut logs that a connection is closed because a side of it was idle.
func (b *Balancer) timedOut(client string) {
	b.log(event.ConnTimedOut{Service: topology.BalancerService, Client: client, Timeout: event.IdleTimeout})
}
