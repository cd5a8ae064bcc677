package b2b

// list holds transactions in an order, linked through themselves: by age, or
// those that wait by when they are due.
type list struct {
	due         bool
	first, last *Transaction
	length      int
}

// links returns the neighbours of a transaction in this list.
func (l *list) links(t *Transaction) (before, after **Transaction) {
	if l.due {
		return &t.sooner, &t.next
	}
	return &t.before, &t.after
}

// push appends a transaction. Both orders only ever grow: all that waits waits
// equally long.
func (l *list) push(t *Transaction) {
	before, after := l.links(t)
	*before, *after = l.last, nil
	if l.last == nil {
		l.first = t
	} else {
		_, to := l.links(l.last)
		*to = t
	}
	l.last = t
	l.length++
}

func (l *list) remove(t *Transaction) {
	before, after := l.links(t)
	if *before == nil {
		l.first = *after
	} else {
		_, to := l.links(*before)
		*to = *after
	}
	if *after == nil {
		l.last = *before
	} else {
		from, _ := l.links(*after)
		*from = *before
	}
	*before, *after = nil, nil
	l.length--
}
