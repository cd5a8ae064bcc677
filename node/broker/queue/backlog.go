package queue

// backlog keeps messages in the order in which they came. A message has its
// place until it is acknowledged, whoever has it meanwhile: what comes back is
// the next to go out again.
type backlog struct {
	items []item
	first uint64 // the place of items[0]
	next  uint64 // no message before this place is ready
	count int    // messages that are not done
	most  int    // the most of them so far
}

// item is a message in its place.
type item struct {
	message Message
	count   int           // how often it has been delivered
	to      *subscription // that has it; nil: it is ready, or done
	done    bool
}

// add puts a message at the end.
func (b *backlog) add(i item) {
	b.items = append(b.items, i)
	b.count++
	b.most = max(b.most, b.count)
}

// ready returns the place of the first message that nobody has.
func (b *backlog) ready() (place uint64, ok bool) {
	for ; b.next < b.first+uint64(len(b.items)); b.next++ {
		if i := b.at(b.next); !i.done && i.to == nil {
			return b.next, true
		}
	}
	return 0, false
}

// at returns the message of a place, or nil.
func (b *backlog) at(place uint64) *item {
	if place < b.first || place-b.first >= uint64(len(b.items)) {
		return nil
	}
	return &b.items[place-b.first]
}

// back makes a message ready again.
func (b *backlog) back(place uint64) {
	b.at(place).to = nil
	b.next = min(b.next, place)
}

// remove ends a message, and gives up the places of what has ended before all
// others.
func (b *backlog) remove(place uint64) {
	*b.at(place) = item{done: true}
	b.count--
	n := 0
	for n < len(b.items) && b.items[n].done {
		n++
	}
	b.items, b.first = b.items[n:], b.first+uint64(n)
	b.next = max(b.next, b.first)
}

// kept returns the backlog after a restart: what is persistent, in its order,
// and ready. It also returns how many messages are lost.
func (b *backlog) kept() (after backlog, lost int) {
	for _, i := range b.items {
		switch {
		case i.done:
		case i.message.Persistent:
			after.add(item{message: i.message, count: i.count})
		default:
			lost++
		}
	}
	after.most = b.most
	return after, lost
}
