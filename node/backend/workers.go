package backend

import "github.com/cablepull/cablepull/sim"

// workers is a limit to what is done at the same time. Those that wait get
// their turn in the order in which they came.
type workers struct {
	max     int // 0: no limit
	busy    int
	waiting []*turn
}

// turn is a proc that waits for a worker.
type turn struct {
	proc *sim.Proc
	come bool
}

// take parks until a worker is free. give ends its work.
func (w *workers) take(p *sim.Proc) {
	if w.max == 0 || w.busy < w.max {
		w.busy++
		return
	}
	t := &turn{proc: p}
	w.waiting = append(w.waiting, t)
	for !t.come {
		p.Park()
	}
}

// give lets the next one that waits have the worker. It does not park.
func (w *workers) give() {
	if len(w.waiting) == 0 {
		w.busy--
		return
	}
	next := w.waiting[0]
	w.waiting = w.waiting[1:]
	next.come = true
	next.proc.Wake()
}
