package host

import (
	"container/heap"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// Class is the purpose of work. Classes do not compete: a machine whose service
// class is hogged to 100 % is almost dead, yet sends hellos.
type Class string

// The classes. The work of the kernel, the stack, never starves and costs no
// CPU time.
const (
	Control Class = "control" // hellos, elections, reports of members
	Service Class = "service" // requests
)

// ControlWork is the CPU time that one message or timer of the control plane
// costs while a hog occupies its class. While the class is free, the time is
// negligible and counts as zero.
const ControlWork = 200 * time.Microsecond

// CPU is the processors of a machine: for each class a processor-sharing
// server. Jobs share the time that hogs leave; no job runs on more than one
// core.
type CPU struct {
	cores  int
	scope  *sim.Scope
	pools  map[Class]*pool
	frozen bool // no job gets any time
}

func newCPU(s *sim.Scope, cores int) *CPU {
	c := &CPU{cores: cores, scope: s, pools: map[Class]*pool{}}
	for _, class := range []Class{Control, Service} {
		p := &pool{cpu: c, free: 1}
		p.timer = s.NewTimer(sim.Func(p.advance))
		c.pools[class] = p
	}
	return c
}

// freeze stops all work until thaw.
func (c *CPU) freeze() {
	for _, class := range []Class{Control, Service} {
		c.pools[class].advance()
	}
	c.frozen = true
}

func (c *CPU) thaw() {
	for _, class := range []Class{Control, Service} {
		c.pools[class].advance() // at the rate of a frozen machine: none
	}
	c.frozen = false
	for _, class := range []Class{Control, Service} {
		c.pools[class].arm()
	}
}

// reset forgets all work and all hogs, as a crash does: hogs are processes.
func (c *CPU) reset() {
	c.frozen = false
	for _, class := range []Class{Control, Service} {
		p := c.pools[class]
		p.jobs, p.progress, p.at, p.hogged, p.stalls, p.free = nil, 0, c.scope.Elapsed(), 0, nil, 1
		p.timer.Stop()
	}
}

// Hog takes a share, 0..1, of a class until Hog is called again.
func (h *Host) Hog(class Class, share float64) {
	p := h.cpu.pools[class]
	p.hogged = share
	p.load()
	h.Log(event.LoadChanged{Class: string(class), Share: share})
}

// load makes hogs and stalls take effect.
func (p *pool) load() {
	p.advance()
	share := p.hogged
	for _, stall := range p.stalls {
		share += *stall
	}
	p.free = max(0, 1-share)
	p.arm()
}

// Hogged returns the share of a class that hogs take.
func (c *CPU) Hogged(class Class) float64 { return 1 - max(0, 1-c.pools[class].hogged) }

// Use parks p until it has had d of CPU time. If d is 0 and the class is not
// fully hogged, it returns at once.
func (c *CPU) Use(p *sim.Proc, class Class, d time.Duration) {
	pool := c.pools[class]
	if d <= 0 && pool.free > 0 {
		return
	}
	j := &job{proc: p}
	pool.add(d, j)
	for !j.over {
		p.Park()
	}
}

// Do runs t as control work: at once while the class is free, else after
// ControlWork of CPU time.
func (c *CPU) Do(t sim.Task) {
	if c.Idle(Control) {
		t.Run()
		return
	}
	c.pools[Control].add(ControlWork, &job{task: t})
}

// Idle reports whether a class has no hog and no work waiting.
func (c *CPU) Idle(class Class) bool {
	pool := c.pools[class]
	return pool.free == 1 && len(pool.jobs) == 0
}

// pool is a processor-sharing server. All jobs of a pool progress equally, so
// one counter suffices: a job is done when the counter reaches its value at the
// job's start plus the job's work.
type pool struct {
	cpu      *CPU
	hogged   float64       // share that hogs take
	stalls   []*float64    // shares that stalls take
	free     float64       // share that both leave, 0..1
	progress float64       // CPU time so far of a job that never ends, ns
	most     int           // the most jobs at once so far
	used     float64       // time of the whole machine that hogs and jobs have used, ns; see Gauge
	at       time.Duration // instant of both, by the machine's clock
	jobs     jobs
	seq      uint64
	timer    *sim.Timer
}

// job is work for a proc, which waits until it is over, or for a task, which
// runs then.
type job struct {
	done float64 // value of progress at which it is done
	seq  uint64
	proc *sim.Proc
	task sim.Task
	over bool
}

// Run implements sim.Task: the job has had its CPU time.
func (j *job) Run() {
	j.over = true
	if j.proc != nil {
		j.proc.Wake()
		return
	}
	j.task.Run()
}

// rate is the CPU time that each job gets per second.
func (p *pool) rate() float64 {
	if len(p.jobs) == 0 || p.cpu.frozen {
		return 0
	}
	return min(1, float64(p.cpu.cores)*p.free/float64(len(p.jobs)))
}

// busy is the share of the machine that hogs and jobs use at present.
func (p *pool) busy() float64 {
	work := float64(len(p.jobs)) / float64(p.cpu.cores) // no job uses more than one core
	switch {
	case p.cpu.frozen:
		return 0
	case work >= p.free:
		return 1
	}
	return 1 - p.free + work
}

func (p *pool) add(d time.Duration, j *job) {
	p.advance()
	p.seq++
	j.done, j.seq = p.progress+float64(max(d, 0)), p.seq
	heap.Push(&p.jobs, j)
	p.most = max(p.most, len(p.jobs))
	p.arm()
}

// advance credits the time since the last call and runs the jobs that are done,
// each as its own event.
func (p *pool) advance() {
	now := p.cpu.scope.Elapsed()
	span := float64(now - p.at)
	p.progress += float64(p.rate() * span) // rounded: some processors would fuse product and sum
	p.used = p.usedBy(now)
	p.at = now
	const rounding = 0.5 // ns: the timer is set to whole nanoseconds
	for len(p.jobs) > 0 && p.free > 0 && !p.cpu.frozen && p.jobs[0].done <= p.progress+rounding {
		p.cpu.scope.Post(heap.Pop(&p.jobs).(*job))
	}
	p.arm()
}

// arm sets the timer to the end of the next job; if fully hogged, it stops the
// timer.
func (p *pool) arm() {
	rate := p.rate()
	if rate == 0 {
		p.timer.Stop()
		return
	}
	left := (p.jobs[0].done - p.progress) / rate
	const longest = float64(1 << 62)
	p.timer.Reset(time.Duration(min(max(left, 0)+0.5, longest)))
}

// jobs is a heap by end, then by order of arrival.
type jobs []*job

func (j jobs) Len() int { return len(j) }
func (j jobs) Less(a, b int) bool {
	return j[a].done < j[b].done || j[a].done == j[b].done && j[a].seq < j[b].seq
}
func (j jobs) Swap(a, b int) { j[a], j[b] = j[b], j[a] }
func (j *jobs) Push(x any)   { *j = append(*j, x.(*job)) }
func (j *jobs) Pop() any {
	last := len(*j) - 1
	x := (*j)[last]
	(*j)[last] = nil
	*j = (*j)[:last]
	return x
}
