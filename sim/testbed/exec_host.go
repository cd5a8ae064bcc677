//go:build linux

package testbed

import (
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// execHost is a node that runs real programs on the stack of a kernel. All of it
// is the loop's but what the kernel and the programs say, which comes on other
// goroutines and goes into the journal.
//
// This file is its life: start, boot, end. exec_fault.go is what is done to it,
// renewal.go what becomes of its kernel in a crash, workspace.go its files.
type execHost struct {
	*attachment
	cfg       topology.Node
	workspace workspace
	recorders map[string]*recorder // of what the programs say, by program

	power    power
	programs map[string]*program // of this boot
	ready    *readiness          // of this boot's programs; nil: nobody waits for it
	hogs     map[string]*burner  // by class
	watch    *kernelWatch        // of these quarters
	settle   func()              // lets a booting machine hear and speak
	rising   *sim.Timer          // the end of the boot time
	powering *sim.Timer          // the end of a time without power
	bootTime time.Duration       // of the boot that begins then
	renewal  *renewal            // of the kernel, after a crash; nil: there is none
	plan     *boot               // to begin once the kernel is renewed
}

// power is the life of a machine.
type power int

const (
	off power = iota
	booting
	up
)

// newExecHost makes quarters and files of a real host. Programs that are not
// installed are an error.
func newExecHost(b *Testbed, w *world.World, name string, cfg topology.Node) (*execHost, error) {
	h := &execHost{cfg: cfg, recorders: map[string]*recorder{}, hogs: map[string]*burner{}}
	var err error
	if h.workspace, err = b.newWorkspace(name, cfg); err != nil {
		return nil, err
	}
	if h.attachment, err = attach(b, w, name, cfg); err != nil {
		return nil, err
	}
	h.powering = w.Loop().NewTimer(sim.Func(h.powered))
	h.rising = w.Loop().NewTimer(sim.Func(h.rise))
	for iface, u := range h.uplinks { // order: each gets its own
		u.carrier = func(up bool) { h.carrier(iface, up) }
	}
	if h.watch, err = h.watchKernel(h.quarters); err != nil {
		h.Destroy()
		return nil, err
	}
	return h, nil
}

// name implements resident.
func (h *execHost) name() string { return h.node }

// await implements resident: a real host is ready to be switched on when it has
// its cables.
func (h *execHost) await(time.Duration) error { return h.join() }

// begin implements resident.
func (h *execHost) begin() {}

// PowerOn implements world.Machine.
func (h *execHost) PowerOn() { h.powerOn(h.cfg.Boot) }

// powerOn begins a boot, which waits for the kernel if that is being renewed.
func (h *execHost) powerOn(takes time.Duration) {
	h.power = booting
	if takes > 0 {
		h.log(event.PowerChanged{State: "booting"})
	}
	if h.renewal != nil {
		h.plan = &boot{at: h.bed.Now(), takes: takes}
		return
	}
	h.link(takes)
}

// link brings up the links. The machine neither hears nor speaks until the rest
// of its boot time is over.
func (h *execHost) link(rest time.Duration) {
	h.settle = h.bed.Fabric().Install(standstill{h.node, "boots"})
	h.setPower(true)
	if rest <= 0 {
		h.rise()
		return
	}
	h.rising.Reset(rest)
}

// rise is the end of a boot: the kernel is there, and the programs start.
func (h *execHost) rise() {
	h.power, h.programs = up, map[string]*program{}
	h.settle()
	h.log(event.PowerChanged{State: "up"})
	for _, name := range h.cfg.Exec.Programs() {
		h.start(name)
	}
}

// start starts a program that does not run. From the start of the one that
// counts on, the readiness of all is waited for.
func (h *execHost) start(name string) {
	if p := h.programs[name]; p != nil && !p.over() {
		return
	}
	p, err := h.launch(name)
	if err != nil {
		h.fail(programError(name, err))
		return
	}
	h.programs[name] = p
	h.log(event.ServiceChanged{Service: name, State: "starting"})
	if name == h.cfg.Exec.Name {
		h.ready = h.awaitReady(p)
	}
}

// placed is told that a program has taken the launcher's place, or why not.
func (h *execHost) placed(p *program, err error) {
	switch {
	case p.mute.Load() || h.programs[p.name] != p:
	case err != nil:
		p.mute.Store(true) // the launcher's end is not the program's
		h.fail(programError(p.name, err))
	case h.ready != nil && h.ready.main == p:
		h.ready.placed()
	}
}

// stop asks a program to end, and kills it if it does not in time.
func (h *execHost) stop(name string) {
	p := h.programs[name]
	if p == nil || p.over() {
		return
	}
	if h.ready != nil && h.ready.main == p {
		h.ready.cancel()
	}
	p.ask(h.cfg.Exec.Stop.Signal)
	h.bed.Loop().After(h.cfg.Exec.Stop.Within, sim.Func(p.kill))
}

// ended is told of the end of a program that nobody killed with its machine.
// That is an event, and no failure of the run unless the programs were still to
// become ready.
func (h *execHost) ended(p *program) {
	if h.programs[p.name] == p && h.ready != nil {
		h.ready.ended(p)
	}
}

// carrier follows the port's.
func (h *execHost) carrier(iface string, up bool) {
	h.setCarrier(iface, up)
	h.log(event.LinkChanged{Interface: iface, Up: up})
}

// finish asks the programs to end, so that they say what they say at the end.
// The run is over: nothing of it is an event.
func (h *execHost) finish() {
	h.silence()
	if h.power == up && !h.frozen {
		for _, p := range h.programs { // order: they are asked at the same time
			p.ask(h.cfg.Exec.Stop.Signal)
		}
	}
}

// finished waits until they have ended, or it has been long enough.
func (h *execHost) finished() error {
	if h.power != up || h.frozen {
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

// silence ends what becomes an event by itself.
func (h *execHost) silence() {
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
func (h *execHost) Destroy() {
	h.powering.Stop()
	h.rising.Stop()
	h.plan = nil
	h.silence()
	h.melt()
	if h.renewal != nil {
		h.quarters, _ = h.renewal.await()
	}
	h.attachment.close()
	for _, name := range topology.Names(h.programs) {
		h.programs[name].bury()
	}
	for _, b := range h.hogs { // order: the group is gone, and they with it
		b.bury()
	}
}

var _ resident = (*execHost)(nil)
