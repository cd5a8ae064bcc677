package queue

import (
	"maps"
	"slices"
)

// publish takes a message.
func (b *Broker) publish(e Publish) {
	from := origin{e.Message.Publisher, e.To}
	if last := b.numbers[from]; b.cfg.Deduplicate && e.Message.Number <= last {
		b.act(Confirmed{e.Session, e.To, e.Message.Number, true})
		return
	}
	if e.To.Topic {
		b.number(from, e.Message.Number)
		b.act(Confirmed{e.Session, e.To, e.Message.Number, false})
		for _, s := range b.topicOf(e.To.Name).subs {
			s.backlog.add(item{message: e.Message})
			b.trim(s)
			b.fill(s)
		}
		return
	}
	q := b.queueOf(e.To.Name)
	if b.cfg.Depth > 0 && q.count >= b.cfg.Depth {
		b.act(Refused{Session: e.Session, Number: e.Message.Number, What: "publish", Reason: ReasonFull})
		return
	}
	b.number(from, e.Message.Number)
	q.add(item{message: e.Message})
	b.act(Confirmed{e.Session, e.To, e.Message.Number, false})
	b.dispatch(q)
}

// number remembers the last number of a publisher.
func (b *Broker) number(from origin, n uint64) {
	if b.cfg.Deduplicate {
		b.numbers[from] = n
	}
}

// trim drops the oldest messages that a subscription of a topic does not have
// yet, if there are too many.
func (b *Broker) trim(s *subscription) {
	for b.cfg.Depth > 0 && s.backlog.count > b.cfg.Depth {
		place, ok := s.backlog.ready()
		if !ok {
			return
		}
		b.act(Dropped{s.from, s.backlog.at(place).message, DropOverflow})
		s.backlog.remove(place)
	}
}

// subscribe begins a subscription.
func (b *Broker) subscribe(e Subscribe) {
	refuse := func(why string) {
		b.act(Refused{Session: e.Session, Subscription: e.Subscription, What: "subscribe", Reason: why})
	}
	switch {
	case e.Prefetch < 1 || e.From.Topic && e.Token != 0:
		refuse(ReasonBad)
		return
	case b.subscription(e.Session, e.Subscription) != nil:
		refuse(ReasonTwice)
		return
	}
	s := &subscription{session: e.Session, number: e.Subscription, from: e.From, prefetch: e.Prefetch, token: e.Token}
	if e.From.Topic {
		s.backlog = &backlog{}
		t := b.topicOf(e.From.Name)
		t.subs = append(t.subs, s)
	} else {
		q := b.queueOf(e.From.Name)
		if e.Token < q.fence {
			refuse(ReasonToken)
			return
		}
		b.raise(q, e.Token)
		if e.Token != 0 { // its holder has connected again
			b.endTokens(q, func(same uint64) bool { return same == e.Token })
		}
		s.backlog = &q.backlog
		q.subs = append(q.subs, s)
	}
	if b.sessions[e.Session] == nil {
		b.sessions[e.Session] = &session{subs: map[int]*subscription{}, fenced: map[int]bool{}}
	}
	b.sessions[e.Session].subs[e.Subscription] = s
	delete(b.sessions[e.Session].fenced, e.Subscription)
	if !e.From.Topic {
		b.dispatch(b.queueOf(e.From.Name))
	}
}

// raise refuses tokens below one from now on, and ends what has one.
func (b *Broker) raise(q *queue, token uint64) {
	if token > q.fence {
		q.fence = token
		b.endTokens(q, func(old uint64) bool { return old < token })
	}
}

// endTokens ends the subscriptions of a queue whose tokens are chosen.
func (b *Broker) endTokens(q *queue, chosen func(uint64) bool) {
	for _, s := range slices.Clone(q.subs) {
		if chosen(s.token) {
			b.act(Fenced{s.session, s.number, s.from, s.token})
			b.remove(s)
			b.sessions[s.session].fenced[s.number] = true
		}
	}
}

// dispatch gives the messages of a queue to its subscriptions in turn, as far
// as they take them.
func (b *Broker) dispatch(q *queue) {
	for {
		place, ok := q.ready()
		if !ok {
			return
		}
		s := q.taker()
		if s == nil {
			return
		}
		if i := q.at(place); b.cfg.Deliveries > 0 && i.count >= b.cfg.Deliveries {
			b.bury(q, place)
			continue
		}
		b.deliver(s, place)
	}
}

// taker returns the next subscription that takes a message, or nil.
func (q *queue) taker() *subscription {
	for n := range q.subs {
		at := (q.turn + n) % len(q.subs)
		if s := q.subs[at]; len(s.underWay) < s.prefetch {
			q.turn = (at + 1) % len(q.subs)
			return s
		}
	}
	return nil
}

// bury moves a message to the dead ones.
func (b *Broker) bury(q *queue, place uint64) {
	m := q.at(place).message
	q.remove(place)
	b.act(Dropped{Address{Name: q.name}, m, DropDead})
	dead := b.queueOf(q.name + DeadQueue)
	dead.add(item{message: m})
	b.dispatch(dead)
}

// fill gives a subscription of a topic what it takes.
func (b *Broker) fill(s *subscription) {
	for len(s.underWay) < s.prefetch {
		place, ok := s.backlog.ready()
		if !ok {
			return
		}
		b.deliver(s, place)
	}
}

func (b *Broker) deliver(s *subscription, place uint64) {
	i := s.backlog.at(place)
	i.count++
	i.to = s
	s.underWay = append(s.underWay, place)
	b.act(Delivered{s.session, s.number, place, s.from, i.message, i.count})
}

// acknowledge ends a message.
func (b *Broker) acknowledge(e Acknowledge) {
	s, why := b.holder(e.Session, e.Subscription, e.Delivery)
	if s == nil {
		b.act(Refused{e.Session, e.Subscription, e.Delivery, "acknowledge", why})
		return
	}
	s.forget(e.Delivery)
	s.backlog.remove(e.Delivery)
	b.act(Receipt(e))
	b.more(s)
}

// giveBack makes a message ready again.
func (b *Broker) giveBack(e Return) {
	s, why := b.holder(e.Session, e.Subscription, e.Delivery)
	if s == nil {
		b.act(Refused{e.Session, e.Subscription, e.Delivery, "acknowledge", why})
		return
	}
	s.forget(e.Delivery)
	s.backlog.back(e.Delivery)
	b.more(s)
}

// holder returns the subscription that has a message, or why it has not.
func (b *Broker) holder(of, number int, delivery uint64) (*subscription, string) {
	s := b.subscription(of, number)
	if s == nil {
		if of := b.sessions[of]; of != nil && of.fenced[number] {
			return nil, ReasonToken
		}
		return nil, ReasonGone
	}
	if i := s.backlog.at(delivery); i == nil || i.to != s {
		return nil, ReasonGone
	}
	return s, ""
}

func (s *subscription) forget(place uint64) {
	s.underWay = slices.DeleteFunc(s.underWay, func(p uint64) bool { return p == place })
}

// more delivers what waited for a subscription.
func (b *Broker) more(s *subscription) {
	if s.from.Topic {
		b.fill(s)
		return
	}
	b.dispatch(b.queueOf(s.from.Name))
}

// endSession ends all subscriptions of a connection.
func (b *Broker) endSession(number int) {
	ended := b.sessions[number]
	if ended == nil {
		return
	}
	names := map[string]bool{}
	for _, n := range slices.Sorted(maps.Keys(ended.subs)) {
		s := ended.subs[n]
		if b.remove(s); !s.from.Topic {
			names[s.from.Name] = true
		}
	}
	delete(b.sessions, number)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		b.dispatch(b.queueOf(name))
	}
}

// end ends a subscription, and gives what it had to others.
func (b *Broker) end(s *subscription) {
	b.remove(s)
	if !s.from.Topic {
		b.dispatch(b.queueOf(s.from.Name))
	}
}

// remove takes a subscription away. What it has not acknowledged is ready
// again, unless it was of a topic.
func (b *Broker) remove(s *subscription) {
	own := func(other *subscription) bool { return other == s }
	if s.from.Topic {
		t := b.topicOf(s.from.Name)
		t.subs = slices.DeleteFunc(t.subs, own)
	} else {
		q := b.queueOf(s.from.Name)
		q.subs, q.turn = slices.DeleteFunc(q.subs, own), 0
		for _, place := range s.underWay {
			q.back(place)
		}
	}
	if of := b.sessions[s.session]; of != nil && of.subs[s.number] == s {
		delete(of.subs, s.number)
	}
}
