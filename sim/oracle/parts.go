package oracle

import "time"

// parts divides one outage of a client.
type parts struct {
	*Outage
	client  *client
	address *address
	roster  *Roster
	ways    []way
	spans   []span
}

// divide sets the parts of an outage that ends now.
func (o *outages) divide(c *client, out *Outage) {
	p := &parts{Outage: out, client: c, address: c.reach.address, roster: o.scene.roster, ways: c.reach.ways}
	c.reach.hang(out.To)
	p.spans = c.reach.spans
	for i := 0; i < len(p.spans); {
		from := p.spans[i].from
		if p.reached(i) {
			p.serve(i)
			i++
			continue
		}
		for i < len(p.spans) && !p.reached(i) {
			i++
		}
		p.reach(from, i)
	}
}

// add adds what lies within the outage to one of its parts.
func (p *parts) add(part *time.Duration, from, to time.Duration) {
	if from, to = max(from, p.From), min(to, p.To); from < to {
		*part += to - from
	}
}

// until returns when span i begins: the last one is followed by the end of the
// outage.
func (p *parts) until(i int) time.Duration {
	if i < len(p.spans) {
		return p.spans[i].from
	}
	return p.To
}

// reached reports whether the client had reached an owner in a span, which need
// not have served it. If the owner failed the client, another member took the
// address from it, and the client asked that one from then on, then the time
// until the takeover is that of finding out.
func (p *parts) reached(i int) bool {
	here := p.spans[i]
	if here.owner == nil {
		return false
	}
	if !here.failed && !here.hangs {
		return true
	}
	for _, later := range p.spans[i+1:] {
		if later.owner != nil && later.owner != here.owner {
			return later.owner.from < max(here.from, p.client.last) || !here.owner.overlaps(later.owner)
		}
	}
	return true
}

// serve divides a time in which the client's segments reach the owner.
func (p *parts) serve(i int) {
	s, to := p.spans[i], p.until(i+1)
	at := s.from
	for _, failing := range p.failing(s, to, i == len(p.spans)-1) {
		from := max(at, failing[0])
		p.add(&p.Retry, at, from)
		p.add(&p.Service, from, failing[1])
		at = max(at, failing[1])
	}
	p.add(&p.Retry, at, to)
}

// failing returns the times in which the owner failed the client, in order.
func (p *parts) failing(s span, to time.Duration, last bool) (all [][2]time.Duration) {
	if last && p.Open {
		if s.failed {
			s.failTo = to
		}
		if s.failed && s.hangs {
			s.failFrom, s.hangs = min(s.failFrom, s.hangAt), false
		}
	}
	switch {
	case s.failed && s.hangs && s.hangAt <= s.failTo:
		return [][2]time.Duration{{min(s.failFrom, s.hangAt), to}}
	case s.failed && s.hangs:
		return [][2]time.Duration{{s.failFrom, s.failTo}, {s.hangAt, to}}
	case s.failed:
		return [][2]time.Duration{{s.failFrom, s.failTo}}
	case s.hangs:
		return [][2]time.Duration{{s.hangAt, to}}
	}
	return nil
}

// reach divides a time in which the client's segments reach no owner, until
// span i, in which they do.
func (p *parts) reach(from time.Duration, i int) {
	since := p.client.last // what happened before explains nothing
	if from > p.From {
		for _, s := range p.spans[:i] {
			if s.owner != nil && s.from <= from {
				since = max(since, s.from)
			}
		}
	}
	var next *span
	owner := p.address.newest()
	if i < len(p.spans) {
		next = &p.spans[i]
		owner = next.owner
	}
	if owner != nil && owner.from > since {
		p.takeOver(from, since, owner, next)
	} else {
		p.find(from, since, owner, next)
	}
}

// takeOver divides a time in which a new owner took the address.
func (p *parts) takeOver(from, since time.Duration, owner *tenure, next *span) {
	to := p.To
	if next != nil {
		to = next.from
	}
	elected := min(owner.from, to)
	noticed, found := p.address.noticedIn(since, elected)
	if !found {
		noticed = elected
	}
	announced, found := p.address.announcedIn(elected, to, owner.node)
	if !found {
		announced = elected
		if next == nil && p.Open && owner.entry != nil {
			announced = to
		}
	}
	p.wait(from, elected, noticed, func(at time.Duration) *tenure { return p.address.rival(at, owner) })
	reached := p.arrives(announced, to, owner, next)
	at := max(from, elected)
	for _, part := range []struct {
		until time.Duration
		of    *time.Duration
	}{{announced, &p.Announcement}, {reached, &p.Neighbour}, {to, &p.Retry}} {
		until := max(at, part.until)
		p.add(part.of, at, until)
		at = until
	}
}

// wait divides the time until a new owner: while another one could have served,
// and the client was misled, that was not what it waited for.
func (p *parts) wait(from, elected, noticed time.Duration, rival func(time.Duration) *tenure) {
	at := from
	p.eachWay(from, elected, func(w *way, until time.Duration) {
		if other := rival(at); p.misled(w, other) {
			end := until
			if other.ended {
				end = min(end, other.to)
			}
			p.add(&p.Neighbour, at, end)
			at = end
		}
		p.seek(at, until, noticed)
		at = until
	})
}

// seek adds time in which a new owner was sought.
func (p *parts) seek(from, to, noticed time.Duration) {
	p.add(&p.Detection, from, min(to, max(from, noticed)))
	p.add(&p.Election, max(from, noticed), to)
}

// misled reports whether what the client asks goes to another machine than the
// owner, rather than being lost before it.
func (p *parts) misled(w *way, owner *tenure) bool {
	return owner != nil && w != nil && w.To != "" && w.To != owner.node &&
		(w.Lost == "" || p.address.member(p.roster, w.To))
}

// arrives returns when the client's segments would have gone to an owner that
// has announced the address.
func (p *parts) arrives(announced, to time.Duration, owner *tenure, next *span) time.Duration {
	via, last := p.via(next)
	if at, learnt := p.address.learntIn(last, to, via, owner.node); learnt {
		return max(at, announced)
	}
	switch {
	case next != nil && next.via != "" && last >= announced:
		return to // went elsewhere until it went there
	case next == nil && p.Open && len(p.ways) > 0:
		return to
	}
	return announced
}

// via returns the machine that sends the client's segments to the address, and
// when one of them last went elsewhere, as far as the log shows.
func (p *parts) via(next *span) (node string, last time.Duration) {
	if next != nil && next.via != "" {
		return next.via, next.since
	}
	if n := len(p.ways); n > 0 {
		return p.ways[n-1].Via, p.ways[n-1].at
	}
	return p.client.Node, 0
}

// find divides a time in which the client reached no owner although the owner
// stayed the same, or there was none.
func (p *parts) find(from, since time.Duration, owner *tenure, next *span) {
	to := p.To
	if next != nil {
		to = next.from
	}
	if owner != nil {
		since = max(since, owner.from+1) // what made it the owner is no news
	}
	noticed, found := p.address.noticedIn(since, to)
	if !found {
		noticed = to
	}
	at := from
	p.eachWay(from, to, func(w *way, until time.Duration) {
		switch {
		case p.misled(w, owner):
			learnt := max(at, p.corrected(w, until, to, owner, next))
			p.add(&p.Neighbour, at, learnt)
			p.add(&p.Retry, learnt, until)
		case owner != nil && w == nil && next != nil: // asked nothing yet
			p.add(&p.Retry, at, until)
		case owner != nil && w != nil && w.To == owner.node && w.Lost == "":
			p.add(&p.Service, at, until)
		default:
			p.seek(at, until, noticed)
		}
		at = until
	})
}

// corrected returns when the machine that sent the client's segments to another
// member learned better, at the latest when the way ended.
func (p *parts) corrected(w *way, until, to time.Duration, owner *tenure, next *span) time.Duration {
	via, last := w.Via, w.at
	if until == to {
		via, last = p.via(next)
	}
	if at, learnt := p.address.learntIn(last, until, via, owner.node); learnt {
		return at
	}
	return until
}

// eachWay calls f for each way of the client's segments within a span, with the
// instant until which it was in force.
func (p *parts) eachWay(from, to time.Duration, f func(w *way, until time.Duration)) {
	var current *way
	for i := range p.ways {
		w := &p.ways[i]
		if w.at >= to {
			break
		}
		if w.at > from {
			f(current, w.at)
		}
		current = w
	}
	f(current, max(from, to))
}
