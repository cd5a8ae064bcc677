//go:build linux

package testbed

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// remote is the coordinator's side of a node with a stack of its own: where it
// hangs on the fabric, and its process of the moment. Its fields are the loop's.
type remote struct {
	*attachment
	saved world.Saved // configuration that a reboot finds
	boots int

	process  *process
	dying    *process // killed, and not buried yet
	killedAt time.Duration
	next     *boot    // to be started once that one is buried
	spare    *process // for the next boot of a machine that is off

	number   int // of the last fault sent
	silence  int // pings without an answer
	powering *sim.Timer
	watching *sim.Timer
}

// boot is a start of the machine that waits for its process.
type boot struct{ at, takes time.Duration }

// newRemote makes namespace and cables of a node, and starts its process.
func newRemote(b *Testbed, w *world.World, name string, cfg topology.Node) (*remote, error) {
	a, err := attach(b, w, name, cfg)
	if err != nil {
		return nil, err
	}
	r := &remote{attachment: a, saved: world.Saved{Node: cfg}}
	r.powering = w.Loop().NewTimer(sim.Func(r.PowerOn))
	r.watching = w.Loop().NewTimer(sim.Func(r.watch))
	if err := r.launch(cfg); err != nil {
		r.Destroy()
		return nil, err
	}
	return r, nil
}

// hire starts a process that waits for its configuration.
func (r *remote) hire() (*process, error) {
	p, err := spawn(r.space, NodePart)
	if err != nil {
		return nil, err
	}
	go func() {
		p.listen(r.bed.version, r.hear)
		r.bed.Loop().Post(sim.Func(func() { r.gone(p) }))
	}()
	// It is idle until it is configured, so nothing of it escapes the group.
	return p, r.group.Add(p.cmd.Process.Pid)
}

// launch has a process get ready for the next boot. It does not wait for it.
func (r *remote) launch(cfg topology.Node) (err error) {
	p := r.spare
	if p == nil {
		p, err = r.hire()
	}
	r.process, r.spare, r.number, r.silence = p, nil, 0, 0
	if err != nil {
		return err
	}
	r.boots++
	t := r.bed.topology
	t.Nodes = map[string]topology.Node{}
	for name, other := range r.bed.topology.Nodes { // order: copies a map
		t.Nodes[name] = other
	}
	t.Nodes[r.node] = cfg
	c := configuration{Name: r.node, Topology: t, Seed: r.bed.seed}
	if r.boots > 1 {
		c.Again = &world.Again{Boots: r.boots - 1, Off: r.saved.Off}
	}
	return p.send(order{Configure: &c}, r.bed.patience.order)
}

// hear takes a notice of the run. It is called on the listening goroutine.
func (r *remote) hear(n notice) error {
	switch {
	case n.Stall != nil:
		r.bed.noise.hear(r.node, *n.Stall)
	case n.Saved != nil:
		r.bed.Loop().Post(sim.Func(func() { r.save(*n.Saved) }))
	case n.Event != nil:
		e, err := event.ParseJSON(n.Event)
		if err != nil {
			return err
		}
		r.bed.journal.hear(e)
	}
	return nil
}

// name implements resident.
func (r *remote) name() string { return r.node }

// await implements resident: it waits until the process is configured.
func (r *remote) await(within time.Duration) error {
	if err := r.join(); err != nil {
		return err
	}
	return r.process.await(within)
}

// save notes what a reboot finds. How long boots take is the machine's, not the
// process's: that one was told what was left of it.
func (r *remote) save(s world.Saved) {
	s.Node.Start, s.Node.Boot = r.saved.Node.Start, r.saved.Node.Boot
	r.saved = s
}

// begin tells the process when instant 0 is or was, and begins to watch it.
func (r *remote) begin() {
	r.order(order{Begin: &beginning{Zero: r.bed.zero}})
	r.watching.Reset(r.bed.patience.ping)
}

// order sends an order to the process of the moment. To one that is gone it
// sends nothing: why it is gone will be heard.
func (r *remote) order(o order) {
	err := r.process.send(o, r.bed.patience.order)
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		r.fail(r.process.withLastWords(err))
	}
}

// watch is the watchdog: it asks the process whether it lives, and ends the run
// if it has not answered for too long.
func (r *remote) watch() {
	p := r.process
	if p == nil {
		return // the next launch begins anew
	}
	r.watching.Reset(r.bed.patience.ping)
	if r.frozen || p.answered.Swap(false) {
		r.silence = 0
	}
	if !r.frozen {
		r.silence++
	}
	silent := time.Duration(r.silence-1) * r.bed.patience.ping
	switch {
	case !p.isReady() && silent >= r.bed.patience.ready:
		r.fail(p.late(silent))
	case p.isReady() && silent >= r.bed.patience.silence:
		r.fail(p.withLastWords(fmt.Errorf("the node process has not answered its control socket for %v", silent)))
	case p.isReady() && !r.frozen:
		r.order(order{Ping: true})
	}
}

// gone is the end of what a process had to say. If nobody killed it, the run is
// worth nothing.
func (r *remote) gone(p *process) {
	switch p {
	case r.process, r.spare:
		r.fail(cmp.Or(p.fate, errEarly))
	case r.dying:
		r.bury()
	}
}

// errEarly is the fate of a process that finished before it was told to.
var errEarly = errors.New("the node process has finished too early")

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

// Apply implements world.Machine. Power and a frozen machine are the
// coordinator's; everything else the node does to itself, by the code of the
// virtual world.
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
		if !f.Process {
			r.freeze(false)
			return r.thaw, nil
		}
	case fault.Thaw:
		if r.thaw() {
			return nil, nil
		}
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

// crash kills the process. The machine is dark at once; what the dead had to say
// is entered when all of it has been heard.
func (r *remote) crash() {
	r.powering.Stop()
	r.next = nil
	if r.process == nil {
		return
	}
	r.dying, r.process, r.killedAt = r.process, nil, r.bed.Now()
	r.dying.kill()
	r.melt()
	r.setPower(false)
}

// mourn says for the dead what it cannot say itself.
func (r *remote) mourn() {
	r.dying.bury()
	r.dying = nil
	r.bed.journal.died(r.node, r.killedAt)
}

// bury mourns the dead, and starts what waits for its place. If nothing does yet, a process is hired that will not have to be
// waited for.
func (r *remote) bury() {
	r.mourn()
	if next := r.next; next != nil {
		r.next = nil
		r.start(*next)
		return
	}
	var err error
	if r.spare, err = r.hire(); err != nil {
		r.fail(err)
	}
}

// headStart is how much of a boot time the start of the process may use up.
const headStart = 200 * time.Millisecond

// boot starts the machine again, and reports whether it was down. The part of
// its boot time in which it is dark covers the start of the process.
func (r *remote) boot() bool {
	if r.process != nil || r.next != nil {
		return false
	}
	dark := min(headStart, r.saved.Node.Boot)
	r.start(boot{at: r.bed.Now() + dark, takes: r.saved.Node.Boot - dark})
	return true
}

// start launches the process of a boot, as soon as the one before is buried.
func (r *remote) start(b boot) {
	r.powering.Reset(max(0, b.at-r.bed.Now()))
	if r.dying != nil {
		r.next = &b
		return
	}
	cfg := r.saved.Node
	cfg.Start, cfg.Boot = b.at, b.takes
	if err := r.launch(cfg); err != nil {
		r.fail(fmt.Errorf("boot: %w", err))
		return
	}
	r.begin()
}

// reboot kills the process and starts the next one such that its control plane
// runs once the machine has been down for the fault's span.
func (r *remote) reboot(f fault.Reboot) error {
	if f.Warm {
		return errWarm
	}
	down := f.Down
	if down == 0 {
		down = r.saved.Node.Boot
	}
	r.crash()
	takes := min(r.saved.Node.Boot, down)
	r.start(boot{at: r.bed.Now() + down - takes, takes: takes})
	return nil
}

// finish asks the node for what it logs at the end of a run.
func (r *remote) finish() {
	if r.process != nil && !r.frozen {
		r.order(order{Finish: true})
	}
}

// finished waits until the node has said it.
func (r *remote) finished() error {
	if r.dying != nil {
		r.mourn()
	}
	if r.process == nil || r.frozen {
		return nil
	}
	select {
	case <-r.process.heard:
		return r.process.fate
	case <-time.After(r.bed.patience.finish):
		return r.process.withLastWords(fmt.Errorf("the node process has not finished within %v", r.bed.patience.finish))
	}
}

// Destroy implements world.Machine.
func (r *remote) Destroy() {
	r.powering.Stop()
	r.watching.Stop()
	all := slices.DeleteFunc([]*process{r.process, r.dying, r.spare}, func(p *process) bool { return p == nil })
	for _, p := range all {
		p.kill()
	}
	r.melt()
	for _, p := range all {
		p.bury()
	}
	r.process, r.dying, r.spare = nil, nil, nil
	r.attachment.close()
}

var _ resident = (*remote)(nil)
