package sim

import "time"

// Task is something the loop runs at an instant. Frequent tasks are pooled
// structs with a Run method; occasional ones are a Func.
type Task interface{ Run() }

// Func adapts a function to Task. The conversion does not allocate.
type Func func()

// Run calls f.
func (f Func) Run() { f() }

// event is a task with its place in the order of events.
type event struct {
	when       time.Duration
	seq        uint64
	task       Task
	scope      *Scope
	generation uint32 // the scope's generation when it was posted
	index      int32  // place in the heap, or one of the values below
	owned      bool   // embedded in a Timer; never returned to the pool
}

const (
	idle    int32 = -1 // neither queued nor due
	waiting int32 = -2 // in the queue of the current instant or in a frozen scope
)

// node keeps the key next to the pointer, so that a comparison touches one
// cache line.
type node struct {
	when time.Duration
	seq  uint64
	ev   *event
}

func (n node) before(o node) bool {
	return n.when < o.when || n.when == o.when && n.seq < o.seq
}

// queue is a four-ary heap ordered by (when, seq): flatter than a binary one,
// and twice as fast with the thousands of retransmission timers of a world.
type queue []node

func (q *queue) push(ev *event) {
	*q = append(*q, node{ev.when, ev.seq, ev})
	q.up(len(*q) - 1)
}

func (q *queue) pop() *event {
	ev := (*q)[0].ev
	q.removeAt(0)
	return ev
}

// remove takes ev out of the heap.
func (q *queue) remove(ev *event) { q.removeAt(int(ev.index)) }

func (q *queue) removeAt(i int) {
	h := *q
	last := len(h) - 1
	h[i].ev.index = idle
	moved := h[last]
	h[last] = node{}
	*q = h[:last]
	if i == last {
		return
	}
	h[i] = moved
	moved.ev.index = int32(i)
	if !q.down(i) {
		q.up(i)
	}
}

func (q queue) up(i int) {
	n := q[i]
	for i > 0 {
		parent := (i - 1) / 4
		if !n.before(q[parent]) {
			break
		}
		q[i] = q[parent]
		q[i].ev.index = int32(i)
		i = parent
	}
	q[i] = n
	n.ev.index = int32(i)
}

// down moves the node at i towards the leaves and reports whether it moved.
func (q queue) down(i int) bool {
	start, n := i, q[i]
	for {
		child := 4*i + 1
		if child >= len(q) {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, len(q)); c++ {
			if q[c].before(q[least]) {
				least = c
			}
		}
		if !q[least].before(n) {
			break
		}
		q[i] = q[least]
		q[i].ev.index = int32(i)
		i = least
	}
	q[i] = n
	n.ev.index = int32(i)
	return i != start
}

// ring is the queue of the current instant: first in, first out. Events posted
// for now bypass the heap.
type ring struct {
	items []*event
	head  int
}

func (r *ring) push(ev *event) { r.items = append(r.items, ev) }

func (r *ring) empty() bool { return r.head == len(r.items) }

// before reports whether the first event of the ring comes before n.
func (r *ring) before(n node) bool {
	if r.empty() {
		return false
	}
	ev := r.items[r.head]
	return node{ev.when, ev.seq, ev}.before(n)
}

func (r *ring) pop() *event {
	ev := r.items[r.head]
	r.items[r.head] = nil
	r.head++
	if r.empty() {
		r.items, r.head = r.items[:0], 0
	}
	return ev
}
