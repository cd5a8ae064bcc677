package sim

import "time"

// agenda is the events of later instants, in order. Those that were posted
// equally far ahead come due in the order in which they were posted, so they
// need no heap: most events are frames, and most frames of a world take equally
// long. The heap holds timers, and what finds no free lane.
type agenda struct {
	heap  queue
	lanes [4]lane

	// The first event, if it is known, and the lane that holds it; nil: the heap.
	known bool
	next  node
	from  *lane
}

// lane is a queue of events that were posted the same span ahead.
type lane struct {
	span  time.Duration
	items []node
	head  int
}

// push adds an event that was posted span ahead of now.
func (a *agenda) push(ev *event, span time.Duration) {
	n := node{ev.when, ev.seq, ev}
	var to *lane
	if !ev.owned { // a timer may be stopped, which only the heap can do
		to = a.lane(span)
	}
	if to != nil {
		to.push(n)
	} else {
		a.heap.push(ev)
	}
	if a.known && (a.next.ev == nil || n.before(a.next)) {
		a.next, a.from = n, to
	}
}

// lane returns the lane of a span, or else an empty one for it, or nil.
func (a *agenda) lane(span time.Duration) *lane {
	var free *lane
	for i := range a.lanes {
		switch l := &a.lanes[i]; {
		case l.empty():
			free = l
		case l.span == span:
			return l
		}
	}
	if free != nil {
		free.span = span
	}
	return free
}

// first returns the first event; its ev is nil if there is none.
func (a *agenda) first() node {
	if a.known {
		return a.next
	}
	a.known, a.next, a.from = true, node{}, nil
	if len(a.heap) > 0 {
		a.next = a.heap[0]
	}
	for i := range a.lanes {
		l := &a.lanes[i]
		if !l.empty() && (a.next.ev == nil || l.items[l.head].before(a.next)) {
			a.next, a.from = l.items[l.head], l
		}
	}
	return a.next
}

// pop removes the first event.
func (a *agenda) pop() *event {
	ev := a.first().ev
	if a.from != nil {
		a.from.pop()
	} else {
		a.heap.pop()
	}
	ev.index = idle
	a.known = false
	return ev
}

// remove takes a timer's event out.
func (a *agenda) remove(ev *event) {
	a.heap.remove(ev)
	a.known = a.known && a.next.ev != ev
}

func (l *lane) empty() bool { return l.head == len(l.items) }

func (l *lane) push(n node) {
	if len(l.items) == cap(l.items) && l.head > len(l.items)/2 {
		kept := copy(l.items, l.items[l.head:])
		clear(l.items[kept:])
		l.items, l.head = l.items[:kept], 0
	}
	n.ev.index = waiting
	l.items = append(l.items, n)
}

func (l *lane) pop() {
	l.items[l.head] = node{}
	l.head++
	if l.empty() {
		l.items, l.head = l.items[:0], 0
	}
}
