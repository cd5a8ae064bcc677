//go:build linux

package process

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed/attachment"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Run is what all node processes of a run share. It never changes.
type Run struct {
	Bed      *attachment.Bed
	Topology topology.Topology // with its defaults filled in
	Seed     uint64
	Version  string // of the build; a node process of another one is refused
	Patience Patience
}

// Node is the coordinator's side of a node with our own stack: its attachment
// to the fabric, and its current process. Only the loop uses its fields.
type Node struct {
	*attachment.Attachment
	run   Run
	saved world.Saved // configuration that a reboot finds
	boots int
	disk  *os.File // of all its processes

	process  *process
	killed   *process // killed, and not reaped yet
	killedAt time.Duration
	next     *boot    // to be started once that one is reaped
	spare    *process // for the next boot of a machine that is off

	number     int // of the last fault sent
	unanswered int // pings without an answer
	powering   *sim.Timer
	watching   *sim.Timer
}

// boot is a start of the machine that waits for its process.
type boot struct{ at, takes time.Duration }

// NewNode attaches a node and starts its process, without waiting for it.
func NewNode(run Run, name string, cfg topology.Node) (*Node, error) {
	a, err := attachment.Attach(run.Bed, name, cfg)
	if err != nil {
		return nil, err
	}
	disk, err := newDisk()
	if err != nil {
		a.Detach()
		return nil, err
	}
	r := &Node{Attachment: a, run: run, saved: world.Saved{Node: cfg}, disk: disk}
	r.powering = r.Bed.Loop.NewTimer(sim.Func(r.PowerOn))
	r.watching = r.Bed.Loop.NewTimer(sim.Func(r.watch))
	if err := r.launch(cfg); err != nil {
		r.Destroy()
		return nil, err
	}
	return r, nil
}

// startProcess starts a process that waits for its configuration.
func (r *Node) startProcess() (*process, error) {
	p, err := spawn(r.Namespace.Namespace, r.disk)
	if err != nil {
		return nil, err
	}
	go func() {
		p.listen(r.run.Version, r.hear, r.Bed.Journal.Add)
		r.Bed.Loop.Post(sim.Func(func() { r.gone(p) }))
	}()
	// It is idle until it is configured, so nothing of it escapes the group.
	return p, r.Namespace.Group.Add(p.cmd.Process.Pid)
}

// launch has a process get ready for the next boot. It does not wait for it.
func (r *Node) launch(cfg topology.Node) (err error) {
	p := r.spare
	if p == nil {
		p, err = r.startProcess()
	}
	r.process, r.spare, r.number, r.unanswered = p, nil, 0, 0
	if err != nil {
		return err
	}
	r.boots++
	t := r.run.Topology
	t.Nodes = map[string]topology.Node{}
	for name, other := range r.run.Topology.Nodes { // order: copies a map
		t.Nodes[name] = other
	}
	t.Nodes[r.Node] = cfg
	c := configuration{Name: r.Node, Topology: t, Seed: r.run.Seed}
	if r.boots > 1 {
		c.Reboot = &world.Reboot{Boots: r.boots - 1, Set: r.saved.Set, Files: r.saved.Files}
	}
	return p.send(order{Configure: &c}, r.run.Patience.Order)
}

// hear takes a notice of the run. It is called on the listening goroutine.
func (r *Node) hear(n notice) {
	switch {
	case n.Stall != nil:
		r.Bed.Noise.Add(r.Node, *n.Stall)
	case n.Saved != nil:
		r.Bed.Loop.Post(sim.Func(func() { r.save(*n.Saved) }))
	case n.Accepts != nil:
		r.Bed.Loop.Post(sim.Func(func() { r.Accept(n.Accepts.Interface, n.Accepts.Addresses) }))
	}
}

// CatchUp enters in the journal what the process has reported so far.
func (r *Node) CatchUp() {
	for _, p := range []*process{r.killed, r.process} {
		if p == nil {
			continue
		}
		if err := p.events.read(r.Bed.Journal.Add); err != nil {
			r.Fail(err)
		}
	}
}

// Await waits until the process is configured.
func (r *Node) Await() error {
	if err := r.Join(); err != nil {
		return err
	}
	return r.process.await(r.run.Patience.Ready)
}

// PID returns the number of the current process, 0 if the machine is off.
func (r *Node) PID() int {
	if r.process == nil {
		return 0
	}
	return r.process.cmd.Process.Pid
}

// save notes what a reboot finds. Start and boot time stay what they were:
// those of the process are what was left of them when it started.
func (r *Node) save(s world.Saved) {
	s.Node.Start, s.Node.Boot = r.saved.Node.Start, r.saved.Node.Boot
	r.saved = s
}

// Begin sends the process the wall time of instant 0, and starts watching it.
func (r *Node) Begin() {
	r.order(order{Begin: &beginning{Zero: r.Bed.Clock.Zero()}})
	r.watching.Reset(r.run.Patience.Ping)
}

// order sends an order to the current process. One that is gone gets none, and
// that is no error here: listen will say why it is gone.
func (r *Node) order(o order) {
	err := r.process.send(o, r.run.Patience.Order)
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		r.Fail(r.process.withLastWords(err))
	}
}

// watch is the watchdog: it pings the process, and ends the run if that has not
// answered for too long.
func (r *Node) watch() {
	p := r.process
	if p == nil {
		return // the next launch begins anew
	}
	r.watching.Reset(r.run.Patience.Ping)
	if r.Frozen() || p.answered.Swap(false) {
		r.unanswered = 0
	}
	if !r.Frozen() {
		r.unanswered++
	}
	silent := time.Duration(r.unanswered-1) * r.run.Patience.Ping
	switch {
	case !p.isReady() && silent >= r.run.Patience.Ready:
		r.Fail(p.late(silent))
	case p.isReady() && silent >= r.run.Patience.Silence:
		r.Fail(p.withLastWords(fmt.Errorf("the node process has not answered its control socket for %v", silent)))
	case p.isReady() && !r.Frozen():
		r.order(order{Ping: true})
	}
}

// gone is called when a process has sent its last notice. If nobody killed it,
// the run fails.
func (r *Node) gone(p *process) {
	switch p {
	case r.process, r.spare:
		r.Fail(cmp.Or(p.outcome, errEarly))
	case r.killed:
		r.reap()
	}
}

// errEarly is the outcome of a process that finished before it was asked to.
var errEarly = errors.New("the node process has finished too early")

// PowerOn implements world.Machine: links come up. The process does the rest,
// at the same instant, by its own clock.
func (r *Node) PowerOn() { r.SetPower(true) }

// Present implements world.Machine. What only the node can know, such as what
// it is configured to be by now, it will say itself, and the run ends.
func (r *Node) Present() fault.Present {
	return fault.Present{Up: r.process != nil, Node: r.run.Topology.Nodes[r.Node]}
}

// Apply implements world.Machine. Power and a frozen machine are the
// coordinator's; everything else the node does to itself, by the code of the
// virtual world.
func (r *Node) Apply(f fault.Fault) (undo func() bool, err error) {
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
			r.Freeze(false)
			return r.Thaw, nil
		}
	case fault.Thaw:
		if r.Thaw() {
			return nil, nil
		}
	}
	if r.process == nil {
		return nil, fault.ErrDown
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

// crash kills the process. The machine is off the network at once; the crash
// enters the journal when the last notice of the process has been read.
func (r *Node) crash() {
	r.powering.Stop()
	r.next = nil
	if r.process == nil {
		return
	}
	r.killed, r.process, r.killedAt = r.process, nil, r.Bed.Loop.Now()
	r.killed.kill()
	r.Unfreeze()
	r.SetPower(false)
}

// finishKilled waits for the end of the killed process, and enters the crash in
// the journal, which the process could not report itself.
func (r *Node) finishKilled() {
	r.killed.reap()
	r.killed = nil
	r.Bed.Journal.Killed(r.Node, r.killedAt)
}

// reap finishes the killed process, then starts the pending boot. If none is
// pending, it starts a spare process, so that the next boot need not wait for
// one.
func (r *Node) reap() {
	r.finishKilled()
	if next := r.next; next != nil {
		r.next = nil
		r.start(*next)
		return
	}
	var err error
	if r.spare, err = r.startProcess(); err != nil {
		r.Fail(err)
	}
}

// headStart is how much of a boot time may pass before the process has started.
const headStart = 200 * time.Millisecond

// boot starts the machine again, and reports whether it was down. Its links
// come up late in the boot time, so that the process has time to start.
func (r *Node) boot() bool {
	if r.process != nil || r.next != nil {
		return false
	}
	dark := min(headStart, r.saved.Node.Boot)
	r.start(boot{at: r.Bed.Loop.Now() + dark, takes: r.saved.Node.Boot - dark})
	return true
}

// start launches the process of a boot, as soon as the one before is reaped.
func (r *Node) start(b boot) {
	r.powering.Reset(max(0, b.at-r.Bed.Loop.Now()))
	if r.killed != nil {
		r.next = &b
		return
	}
	cfg := r.saved.Node
	cfg.Start, cfg.Boot = b.at, b.takes
	if err := r.launch(cfg); err != nil {
		r.Fail(fmt.Errorf("boot: %w", err))
		return
	}
	r.Begin()
}

// reboot kills the process and starts the next one so that its control plane
// runs once the machine has been down for the fault's span.
func (r *Node) reboot(f fault.Reboot) error {
	if err := fault.InRealTime(f); err != nil {
		return err
	}
	down := f.Down
	if down == 0 {
		down = r.saved.Node.Boot
	}
	r.crash()
	takes := min(r.saved.Node.Boot, down)
	r.start(boot{at: r.Bed.Loop.Now() + down - takes, takes: takes})
	return nil
}

// Finish asks the node for its last log entries of the run.
func (r *Node) Finish() {
	if r.process != nil && !r.Frozen() {
		r.order(order{Finish: true})
	}
}

// Finished waits until the node has said it.
func (r *Node) Finished() error {
	if r.killed != nil {
		r.finishKilled()
	}
	if r.process == nil || r.Frozen() {
		return nil
	}
	select {
	case <-r.process.heard:
		return r.process.outcome
	case <-time.After(r.run.Patience.Finish):
		return r.process.withLastWords(fmt.Errorf("the node process has not finished within %v", r.run.Patience.Finish))
	}
}

// Destroy implements world.Machine.
func (r *Node) Destroy() {
	r.powering.Stop()
	r.watching.Stop()
	all := slices.DeleteFunc([]*process{r.process, r.killed, r.spare}, func(p *process) bool { return p == nil })
	for _, p := range all {
		p.kill()
	}
	r.Unfreeze()
	for _, p := range all {
		p.reap()
	}
	r.process, r.killed, r.spare = nil, nil, nil
	r.disk.Close()
	r.Detach()
}

var _ world.Machine = (*Node)(nil)
