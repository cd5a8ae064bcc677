package expect

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Need is something that must be in the evidence, or an expectation would be
// judged on none: a client that never asked has no outage, and a group that
// never had an Active has no time with two. It returns what is missing, or
// nil.
type Need func(Evidence) error

// errNotRun is the error for a world that has not been played at all.
var errNotRun = errors.New("the run has not begun")

// Missing returns why the evidence says nothing about an expectation, or nil.
func Missing(x Expectation, e Evidence) error {
	if e.Duration <= 0 {
		return errNotRun
	}
	for _, need := range x.Needs() {
		if err := need(e); err != nil {
			return err
		}
	}
	return nil
}

// anyGiven reports whether a scenario expects any of the figures.
func anyGiven(figures ...form.Range[int]) bool {
	return slices.ContainsFunc(figures, func(r form.Range[int]) bool { return r.Given })
}

// NeedRequests is the need for requests of a client before a window ends;
// without a name, of every client. A window of zero is the whole run.
func NeedRequests(client string, w Window) Need {
	return func(e Evidence) error {
		clients := []string{client}
		if client == "" {
			clients = topology.Names(e.Clients)
		}
		if len(clients) == 0 && len(e.Measures.Requests) == 0 {
			return errors.New("there was no client")
		}
		for _, c := range clients {
			if !e.asked(c) {
				return fmt.Errorf("%s sent no request", c)
			}
		}
		return needStarted(clients, w, e)
	}
}

// needStarted returns an error if no request of any of the clients was due yet
// when a window ended.
func needStarted(clients []string, w Window, e Evidence) error {
	p, err := w.Resolve(e)
	if err != nil {
		return err
	}
	first, starts := "", time.Duration(0)
	for _, c := range clients {
		if start := e.Clients[c].Start; first == "" || start < starts {
			first, starts = c, start
		}
	}
	if starts > p.to {
		return fmt.Errorf("%s sends nothing before %s, and the window ends at %s", first, form.Text(starts), form.Text(p.to))
	}
	return nil
}

// asked reports whether a client tried to send a request. If none of its
// connections was ever established, only its outage says so.
func (e Evidence) asked(client string) bool {
	return slices.ContainsFunc(e.Measures.Requests, func(r oracle.Requests) bool { return r.Client == client && r.Sent > 0 }) ||
		slices.ContainsFunc(e.Measures.Outages, func(o oracle.Outage) bool { return o.Client == client && o.Open && o.Duration > 0 })
}

// NeedMember is the need for a member that took part in its group before a
// window ends; without a node, for any member. A window of zero is the whole
// run.
func NeedMember(m Member, w Window) Need {
	return func(e Evidence) error {
		p, err := w.Resolve(e)
		if err != nil {
			return err
		}
		for ev, c := range event.From[event.StandbyChanged](e.Events) {
			if p.MayHold(max(ev.At, p.from)) && (m.Node == "" || m.chooses(ev.Node, c)) {
				return nil
			}
		}
		who := "no member ever"
		if m.Node != "" {
			who = m.String() + " never"
		}
		if w.To != 0 {
			return fmt.Errorf("%s took part in a group until %s", who, form.Text(p.to))
		}
		return fmt.Errorf("%s took part in a group", who)
	}
}

// NeedGroup is the need for the group of a virtual IP; without one, for any.
func NeedGroup(vip netip.Addr) Need {
	return func(e Evidence) error {
		if len(groupsOf(e, vip)) == 0 {
			return errors.New("there was no group")
		}
		return nil
	}
}

// NeedOwner is the need for a group that had an owner at some time; without a
// virtual IP, for all groups to have had one.
func NeedOwner(vip netip.Addr) Need {
	return func(e Evidence) error {
		if err := NeedGroup(vip)(e); err != nil {
			return err
		}
		for _, g := range groupsOf(e, vip) {
			if !g.HadActive {
				return fmt.Errorf("nobody ever had %s", g.VIP)
			}
		}
		return nil
	}
}

// NeedFault is the need for a fault that was applied; without a cause, for any.
func NeedFault(after Cause) Need {
	return func(e Evidence) error {
		_, err := firstApplied(e, after)
		return err
	}
}

// NeedConnections is the need for connections that were established when a
// fault was applied, and that had something to do afterwards; without a cause,
// when the first one was.
func NeedConnections(after Cause) Need {
	return func(e Evidence) error {
		c, err := connectionsAfter(e, after)
		switch {
		case err != nil:
			return err
		case c.Established == 0:
			return fmt.Errorf("no connection was established when %s was applied, at %s", c.Fault, form.Text(c.At))
		case c.Kept+c.Lost+c.LostOtherwise == 0:
			return fmt.Errorf("nothing was due on the %d connections that %s found", c.Established, c.Fault)
		}
		return nil
	}
}

// Need is the need for a window that begins before the run ends.
func (w Window) Need(e Evidence) error {
	_, err := w.Resolve(e)
	return err
}

// beyond is the error for a part of the run that begins after its end.
func beyond(what string, at, end time.Duration) error {
	return fmt.Errorf("%s is at %s, and the run ends at %s", what, form.Text(at), form.Text(end))
}
