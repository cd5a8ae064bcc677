//go:build linux

package realhost

import (
	"io"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/attachment"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Host is a node that runs real programs on the stack of a kernel. Only the
// loop uses it; what the kernel and the programs report comes on other
// goroutines and goes into the journal.
//
// This file is its start, boot and end.
type Host struct {
	*attachment.Attachment
	run       Run
	cfg       topology.Node
	workspace workspace
	recorders map[string]*recorder // of what the programs say, by program

	power    power
	programs map[string]*program // of this boot
	ready    *readiness          // of this boot's programs; nil: nobody waits for it
	hogs     map[string]*burner  // by class
	fills    int                 // how often something was done to the disk
	watch    *kernelWatch        // of the namespace
	liftDrop func()              // ends the loss of a booting machine's frames
	rising   *sim.Timer          // the end of the boot time
	powering *sim.Timer          // the end of a time without power
	bootTime time.Duration       // of the boot that begins then
	renewal  *renewal            // of the kernel, after a crash; nil: there is none
	plan     *boot               // to begin once the kernel is renewed
}

// boot is a boot that began at an instant, and how long it takes.
type boot struct{ at, takes time.Duration }

// power is the life of a machine.
type power int

const (
	off power = iota
	booting
	up
)

// Run is what all real hosts of a run share. It never changes.
type Run struct {
	Bed *attachment.Bed
	// Output says where the output of a real program goes, whose file is called
	// NODE.PROGRAM.log; nil: nowhere. It is called once for each, from any
	// goroutine.
	Output     func(name string) (io.Writer, error)
	Workspaces *Workspaces
}

// New makes files of a real host and attaches it. Programs that are not
// installed are an error.
func New(run Run, name string, cfg topology.Node) (*Host, error) {
	h := &Host{run: run, cfg: cfg, recorders: map[string]*recorder{}, hogs: map[string]*burner{}}
	var err error
	if h.workspace, err = run.Workspaces.add(name, cfg); err != nil {
		return nil, err
	}
	if h.Attachment, err = attachment.Attach(run.Bed, name, cfg); err != nil {
		return nil, err
	}
	h.powering = h.Bed.Loop.NewTimer(sim.Func(h.powered))
	h.rising = h.Bed.Loop.NewTimer(sim.Func(h.bootEnded))
	h.OnCarrier(h.carrier)
	if h.watch, err = h.watchKernel(h.Namespace); err != nil {
		h.Destroy()
		return nil, err
	}
	return h, nil
}

// Await waits until the host has its cables: then it can be switched on.
func (h *Host) Await() error { return h.Join() }

// Begin does nothing: a kernel has no instant 0.
func (h *Host) Begin() {}

// PowerOn implements world.Machine.
func (h *Host) PowerOn() { h.powerOn(h.cfg.Boot) }

// powerOn begins a boot. If the kernel is being renewed, the boot waits for
// that.
func (h *Host) powerOn(takes time.Duration) {
	h.power = booting
	if takes > 0 {
		h.Log(event.PowerChanged{State: event.PowerBooting})
	}
	if h.renewal != nil {
		h.plan = &boot{at: h.Bed.Loop.Now(), takes: takes}
		return
	}
	h.link(takes)
}

// link brings up the links. The machine neither receives nor sends until the
// rest of its boot time is over.
func (h *Host) link(rest time.Duration) {
	h.liftDrop = h.Bed.Fabric.Install(attachment.DropAll(h.Node, "boots"))
	h.SetPower(true)
	if rest <= 0 {
		h.bootEnded()
		return
	}
	h.rising.Reset(rest)
}

// bootEnded is the end of a boot: the kernel is there, and the programs start.
func (h *Host) bootEnded() {
	h.power, h.programs = up, map[string]*program{}
	h.liftDrop()
	h.Log(event.PowerChanged{State: event.PowerUp})
	for _, name := range h.cfg.Exec.Programs() {
		h.start(name)
	}
}

// start starts a program that does not run. The start of the main one begins
// the wait for readiness.
func (h *Host) start(name string) {
	if p := h.programs[name]; p != nil && !p.over() {
		return
	}
	p, err := h.launch(name)
	if err != nil {
		h.Fail(programError(name, err))
		return
	}
	h.programs[name] = p
	h.Log(event.ServiceChanged{Service: name, State: "starting"})
	if name == h.cfg.Exec.Name {
		h.ready = h.awaitReady(p)
	}
}

// placed is called when a program has replaced its launcher, or could not.
func (h *Host) placed(p *program, err error) {
	switch {
	case p.mute.Load() || h.programs[p.name] != p:
	case err != nil:
		p.mute.Store(true) // the launcher's end is not the program's
		h.Fail(programError(p.name, err))
	case h.ready != nil && h.ready.main == p:
		h.ready.placed()
	}
}

// stop asks a program to end, and kills it if it does not end in time.
func (h *Host) stop(name string) {
	p := h.programs[name]
	if p == nil || p.over() {
		return
	}
	if h.ready != nil && h.ready.main == p {
		h.ready.cancel()
	}
	p.ask(h.cfg.Exec.Stop.Signal)
	h.Bed.Loop.After(h.cfg.Exec.Stop.Within, sim.Func(p.kill))
}

// ended is called when a program has ended that was not killed with its
// machine. That is an event. It fails the run only if the programs were not
// ready yet.
func (h *Host) ended(p *program) {
	if h.programs[p.name] == p && h.ready != nil {
		h.ready.ended(p)
	}
}

// carrier copies the port's carrier to the interface.
func (h *Host) carrier(iface string, up bool) {
	h.SetCarrier(iface, up)
	h.Log(event.LinkChanged{Interface: iface, Up: up})
}

// Finish asks the programs to end, so that their output has its end, too. The
// run is over: none of it is an event.
func (h *Host) Finish() {
	h.stopEvents()
	if h.power == up && !h.Frozen() {
		for _, p := range h.programs { // order: they are asked at the same time
			p.ask(h.cfg.Exec.Stop.Signal)
		}
	}
}

// CatchUp does nothing: what its programs do is entered as it happens.
func (h *Host) CatchUp() {}

// Finished waits until they have ended, but no longer than they are given to
// stop.
func (h *Host) Finished() error {
	if h.power != up || h.Frozen() {
		return nil
	}
	patience := time.After(h.cfg.Exec.Stop.Within)
	for _, name := range topology.Names(h.programs) {
		select {
		case <-h.programs[name].ended:
			h.programs[name].said.end()
		case <-patience:
			return nil // Destroy kills what is left
		}
	}
	return nil
}

// stopEvents ends the watches of kernel and programs: what they do from now on
// is no event.
func (h *Host) stopEvents() {
	if h.watch != nil {
		h.watch.stop()
		h.watch = nil
	}
	if h.ready != nil {
		h.ready.cancel()
	}
	for _, p := range h.programs { // order: each is told the same
		p.mute.Store(true)
	}
}

// Destroy implements world.Machine.
func (h *Host) Destroy() {
	h.powering.Stop()
	h.rising.Stop()
	h.plan = nil
	h.stopEvents()
	h.Unfreeze()
	if h.renewal != nil {
		h.Namespace, _ = h.renewal.await()
	}
	h.Detach()
	for _, name := range topology.Names(h.programs) {
		h.programs[name].reap()
	}
	for _, b := range h.hogs { // order: the group is gone, and they with it
		b.reap()
	}
}

var _ world.Machine = (*Host)(nil)
