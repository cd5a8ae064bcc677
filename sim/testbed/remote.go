//go:build linux

package testbed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// remote is the coordinator's side of a node: where it hangs on the fabric, and
// its process of the moment.
type remote struct {
	*attachment
	bed   *Testbed
	name  string
	saved topology.Node // configuration that a reboot finds
	boots int

	process  *process
	begun    bool // the process has been told when instant 0 is
	frozen   bool
	lift     func() // of the rule that loses frames to a frozen machine
	held     []held
	number   int // of the last fault sent
	powering *sim.Timer
	finished chan struct{}
}

// held is a virtual IP that the node has said it holds.
type held struct{ iface, vip string }

// newRemote makes namespace and cables of a node, and starts its process.
func newRemote(b *Testbed, w *world.World, name string, cfg topology.Node) (*remote, error) {
	a, err := attach(b, w, name, cfg.NICs, ownStack)
	if err != nil {
		return nil, err
	}
	r := &remote{attachment: a, bed: b, name: name, saved: cfg}
	r.powering = w.Loop().NewTimer(sim.Func(r.PowerOn))
	if err := r.launch(cfg); err != nil {
		r.Destroy()
		return nil, err
	}
	return r, nil
}

// launch starts a process for the next boot and listens to it.
func (r *remote) launch(cfg topology.Node) error {
	p, err := spawn(r.space, r.bed.verb)
	if err != nil {
		return err
	}
	r.boots++
	r.process, r.begun, r.number = p, false, 0
	r.finished = make(chan struct{})
	t := r.bed.topology
	t.Nodes = map[string]topology.Node{}
	for name, other := range r.bed.topology.Nodes { // order: copies a map
		t.Nodes[name] = other
	}
	t.Nodes[r.name] = cfg
	ready := make(chan error, 1)
	go r.listen(p, r.finished, ready)
	if err := p.out.Encode(order{Configure: &configuration{Name: r.name, Topology: t, Seed: r.bed.seed, Boot: r.boots}}); err != nil {
		return r.broken(p, err)
	}
	select {
	case err := <-ready:
		return err
	case <-time.After(readyWithin):
		return fmt.Errorf("node process is not ready after %v; it said: %s", readyWithin, p.lastWords())
	}
}

// readyWithin is how long a node process may take until it is configured.
const readyWithin = 15 * time.Second

// listen takes a process's notices until its control socket ends. The first
// thing on ready is nil once it is configured, or why it will never be.
func (r *remote) listen(p *process, finished chan<- struct{}, ready chan<- error) {
	defer close(finished)
	isReady := false
	fail := func(err error) {
		if !isReady {
			ready <- err
			return
		}
		r.bed.Loop().Post(sim.Func(func() { r.lost(p, err) }))
	}
	for {
		var n notice
		if err := p.in.Decode(&n); err != nil {
			fail(r.broken(p, err))
			return
		}
		switch {
		case n.Hello != nil && n.Hello.Version != r.bed.version:
			fail(fmt.Errorf("node process is of version %s, the coordinator of %s", n.Hello.Version, r.bed.version))
			return
		case n.Failed != "":
			fail(errors.New(n.Failed))
			return
		case n.Ready:
			isReady = true
			ready <- nil
		case n.Finished:
			return
		case n.Saved != nil:
			saved := *n.Saved
			r.bed.Loop().Post(sim.Func(func() { r.saved = saved }))
		case n.Event != nil:
			r.hear(n.Event)
		}
	}
}

// broken says why a control socket has ended.
func (r *remote) broken(p *process, err error) error {
	if errors.Is(err, io.EOF) {
		err = errors.New("the node process has ended")
	}
	if words := p.lastWords(); words != "" {
		return fmt.Errorf("%w; it said: %s", err, words)
	}
	return err
}

// lost is the end of a process that nobody ended: the run is worth nothing.
func (r *remote) lost(p *process, err error) {
	if r.process == p {
		r.bed.Loop().Fail(fmt.Errorf("testbed: node %s: %w", r.name, err))
	}
}

// hear enters a node's event into the journal.
func (r *remote) hear(line json.RawMessage) {
	e, err := event.ParseJSON(line)
	if err != nil {
		r.bed.Loop().Fail(fmt.Errorf("testbed: node %s: %w", r.name, err))
		return
	}
	r.bed.journal(r, e)
}

// note follows which virtual IPs the node holds: a crash takes them from it
// without a word. It runs with the journal's lock held.
func (r *remote) note(e event.Event) {
	switch what := e.What.(type) {
	case event.VIPGained:
		r.held = append(r.held, held{what.Interface, what.VIP})
	case event.VIPLost:
		for i, h := range r.held {
			if h == (held{what.Interface, what.VIP}) {
				r.held = append(r.held[:i], r.held[i+1:]...)
				break
			}
		}
	}
}

// begin tells the process when instant 0 is or was.
func (r *remote) begin() {
	if r.process == nil || r.begun || !r.bed.began {
		return
	}
	r.begun = true
	r.order(order{Begin: &beginning{Zero: r.bed.zero}})
}

func (r *remote) order(o order) {
	if err := r.process.out.Encode(o); err != nil {
		r.bed.Loop().Fail(fmt.Errorf("testbed: node %s: %w", r.name, r.broken(r.process, err)))
	}
}

// PowerOn implements world.Machine: links come up; the process does the rest at
// the same instant by itself.
func (r *remote) PowerOn() { r.setPower(true) }

// Possible implements world.Machine. What only the node can know it will say
// itself, and the run ends.
func (r *remote) Possible(f fault.Fault) error {
	switch f.(type) {
	case fault.Hog, fault.Fill, fault.Freeze, fault.Set, fault.Yield, fault.Service, fault.Backend:
		if r.process == nil {
			return world.ErrDown
		}
	}
	return nil
}

// Apply implements world.Machine.
func (r *remote) Apply(f fault.Fault) (undo func() bool, err error) {
	switch f := f.(type) {
	case fault.Crash:
		r.crash()
		return r.boot, nil
	case fault.Boot:
		r.boot()
		return nil, nil
	case fault.Reboot:
		return nil, r.reboot(f)
	case fault.Freeze:
		r.freeze(f.Process)
		return r.thaw, nil
	case fault.Thaw:
		r.thaw()
		return nil, nil
	}
	if r.process == nil {
		return nil, world.ErrDown
	}
	r.number++
	number, p := r.number, r.process
	r.order(order{Apply: &application{Number: number, Fault: f.String()}})
	return func() bool {
		if r.process == p {
			r.order(order{Undo: &number})
		}
		return r.process == p
	}, nil
}

// crash kills the process. What the dead cannot say is said for it.
func (r *remote) crash() {
	r.powering.Stop()
	if r.process == nil {
		return
	}
	r.thaw()
	p := r.process
	r.process = nil
	p.kill()
	<-r.finished // its last events are in the journal
	r.setPower(false)
	for _, h := range r.held {
		r.bed.Log().Append(r.bed.Now(), r.name, event.VIPLost{Interface: h.iface, VIP: h.vip})
	}
	r.held = nil
	r.bed.Log().Append(r.bed.Now(), r.name, event.PowerChanged{State: "crashed"})
}

// boot starts the machine again, and reports whether it was down.
func (r *remote) boot() bool {
	if r.process != nil {
		return false
	}
	r.start(r.bed.Now())
	return true
}

// start launches the process of a boot that begins at the instant at.
func (r *remote) start(at time.Duration) {
	cfg := r.saved
	cfg.Start = at
	if err := r.launch(cfg); err != nil {
		r.bed.Loop().Fail(fmt.Errorf("testbed: node %s: boot: %w", r.name, err))
		return
	}
	r.begin()
	r.powering.Reset(at - r.bed.Now())
}

// reboot kills the process and starts the next one such that its control plane
// runs once the machine has been down for the fault's span.
func (r *remote) reboot(f fault.Reboot) error {
	if f.Warm {
		return errors.New("the netns world has no warm reboot: a process that is killed keeps nothing")
	}
	up := r.bed.Now() + f.Down
	r.crash()
	if f.Down == 0 {
		up += r.saved.Boot
	}
	boot := min(r.saved.Boot, f.Down)
	r.start(max(up-boot, r.bed.Now()))
	return nil
}

// freeze stops the process. Frames to a frozen machine are lost; those to a
// frozen process wait in its sockets.
func (r *remote) freeze(process bool) {
	if r.frozen || r.process == nil {
		return
	}
	r.frozen = true
	if err := r.process.signal(syscall.SIGSTOP); err != nil {
		r.bed.Loop().Fail(fmt.Errorf("testbed: freeze %s: %w", r.name, err))
	}
	if !process {
		r.lift = r.bed.Fabric().Install(deafness{r.name})
	}
	r.bed.Log().Append(r.bed.Now(), r.name, event.PowerChanged{State: "frozen"})
}

// thaw lets the process go on, and reports whether it was frozen.
func (r *remote) thaw() bool {
	if !r.frozen {
		return false
	}
	r.frozen = false
	if r.lift != nil {
		r.lift()
		r.lift = nil
	}
	r.bed.Log().Append(r.bed.Now(), r.name, event.PowerChanged{State: "thawed"})
	if err := r.process.signal(syscall.SIGCONT); err != nil {
		r.bed.Loop().Fail(fmt.Errorf("testbed: thaw %s: %w", r.name, err))
	}
	return true
}

// deafness loses the frames to a frozen machine.
type deafness struct{ node string }

// Judge implements netfab.Rule.
func (d deafness) Judge(_ time.Duration, hop netfab.Hop, _ []byte) (netfab.Verdict, bool) {
	if hop.To != nil && hop.To.Node() == d.node {
		return netfab.Lose(d.String()), true
	}
	return netfab.Pass(), false
}

// String implements netfab.Rule.
func (d deafness) String() string { return d.node + " is frozen" }

// finish lets the node log what it logs at the end of a run, and end.
func (r *remote) finish() {
	if r.process == nil || !r.begun || r.frozen {
		return
	}
	r.order(order{Finish: true})
	select {
	case <-r.finished:
	case <-time.After(finishWithin):
		r.bed.Loop().Fail(fmt.Errorf("testbed: node %s did not finish within %v", r.name, finishWithin))
	}
}

// finishWithin is how long a node may take to say its last words.
const finishWithin = 5 * time.Second

// Destroy implements world.Machine.
func (r *remote) Destroy() {
	if p := r.process; p != nil {
		r.process = nil
		p.kill()
	}
	r.attachment.close()
}

var _ world.Machine = (*remote)(nil)
