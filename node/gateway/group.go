package gateway

import (
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/lbgroup"
	"github.com/cablepull/cablepull/node/name"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// idleMembers is how many idle connections a gateway keeps to each member of a
// group.
const idleMembers = 64

// group is the shell of a load-balancer group: it carries the requests of the
// services that forward to it.
type group struct {
	gateway  *Gateway
	name     string
	cfg      topology.LBGroup
	machine  *lbgroup.Group
	members  map[string]topology.LBServer
	servers  *forward.Forwarder
	damp     *sim.Timer
	health   *health     // nil: members are not checked
	cell     *membership // nil: the members are those of the configuration
	requests int         // in progress
}

func newGroup(g *Gateway, name string, cfg topology.LBGroup) *group {
	machine, err := lbgroup.New(groupConfig(cfg))
	must(err)
	gr := &group{
		gateway: g, name: name, cfg: cfg, machine: machine,
		members: map[string]topology.LBServer{}, servers: forward.New(g.host, idleMembers),
	}
	for _, s := range cfg.Servers {
		gr.members[s.Name] = s
	}
	gr.damp = g.host.Scope().NewTimer(sim.Func(func() {
		machine.Advance(gr.now())
		gr.changed()
	}))
	if cfg.HealthCheck != nil {
		gr.health = newHealth(gr, *cfg.HealthCheck)
	}
	if cfg.RetrieveInfo {
		gr.cell = newMembership(gr)
	}
	return gr
}

// start begins what a group does by itself.
func (g *group) start() {
	if g.cell != nil {
		g.cell.start()
	}
	if g.health != nil {
		g.health.start()
	}
}

// has reports whether a group has a member, or had it in its configuration.
func (g *group) has(member string) bool {
	_, listed := g.members[member]
	return listed || g.cell != nil && g.cell.configured[member].Name != ""
}

// now is the instant by the clock of the machine, in whose time the group
// counts.
func (g *group) now() time.Duration { return g.gateway.host.Scope().Elapsed() }

// changed logs the members whose state has changed, and sets the timer of damp.
func (g *group) changed() {
	changes := g.machine.Changes()
	if len(changes) == 0 {
		return
	}
	for _, c := range changes {
		reason := c.Cause.String()
		if c.Detail != "" {
			reason += ": " + c.Detail
		}
		g.gateway.log(event.LBMemberChanged{
			Group: g.name, Member: c.Server, From: stateName(c.From), To: stateName(c.To), Reason: reason,
		})
		if c.To != lbgroup.Up {
			g.drop(c.Server)
		}
	}
	if change := g.gateway.onGroup; change != nil {
		change()
	}
	g.schedule()
}

// schedule sets the timer of damp. Damp may begin anew without a change.
func (g *group) schedule() {
	if due := g.machine.NextAt(); due != lbgroup.Never {
		g.damp.Reset(max(0, due-g.now()))
	} else {
		g.damp.Stop()
	}
}

// drop closes the idle connections to a member that is not up.
func (g *group) drop(member string) {
	for _, at := range g.addresses(member) {
		g.servers.Drop(at)
	}
}

// adopt takes another list of members, which the machine has already. Idle
// connections to those that are somewhere else now, or nowhere, are closed.
func (g *group) adopt(list []topology.LBServer) {
	next := map[string]topology.LBServer{}
	for _, s := range list {
		next[s.Name] = s
	}
	for _, name := range topology.Names(g.members) {
		if before, now := g.members[name], next[name]; before.Address != now.Address || before.Host != now.Host || before.MappedPort != now.MappedPort {
			g.drop(name)
		}
	}
	g.members = next
	g.changed()
	if g.health != nil {
		g.health.watch()
	}
}

// setAdminState enables or disables a member. One that a cell does not list at
// the moment has the state when it comes back.
func (g *group) setAdminState(member string, enabled bool) {
	if g.cell != nil {
		g.cell.setAdminState(member, enabled)
	}
	g.machine.SetAdminState(g.now(), member, enabled)
	g.changed()
}

// forward has a member answer a request, or answers with an error.
func (g *group) forward(s *session, x *web.Exchange) error {
	g.requests++
	defer func() { g.requests-- }()
	cookies := x.Request.Cookie
	tx := g.machine.Begin(g.request(x))
	attempts := 0
	for {
		choice := tx.Next(g.now())
		if choice.Server == "" {
			return g.refuse(s, x, attempts, choice.Why.String())
		}
		attempts++
		c, err := g.open(s, x, choice.Server)
		if err == nil {
			tx.Connected()
			err = g.exchange(s, x, c, choice.Server, cookies)
			tx.Released()
			if err == nil || x.Answered() {
				return err
			}
			g.failed(x, choice.Server, event.StageAnswer, err)
			return g.refuse(s, x, attempts, "the member did not answer")
		}
		if errors.Is(err, host.ErrDown) {
			return err
		}
		tx.Failed(g.now(), failureOf(err))
		g.failed(x, choice.Server, event.StageConnect, err)
		g.changed()
		g.schedule()
	}
}

// open opens a connection to a member, whose name it looks up first if it has
// one.
func (g *group) open(s *session, x *web.Exchange, member string) (forward.Connection, error) {
	server := g.members[member]
	to, err := g.gateway.resolve(server.Host, server.At(s.service.cfg.Forward))
	if err != nil {
		return forward.Connection{}, err
	}
	return g.servers.Open(g.attempt(s, x, member, to))
}

// request is what the choice of a member depends on.
func (g *group) request(x *web.Exchange) lbgroup.Request {
	var r lbgroup.Request
	if g.cfg.Affinity != nil {
		r.Affine, _ = g.machine.Affine(g.now(), x.Request.Cookie)
	}
	if g.cfg.Algorithm == lbgroup.Hash.String() {
		r.Hash = lbgroup.HashClient(x.Client().Addr())
		if g.cfg.HashHeader != "" {
			r.Hash = lbgroup.HashHeader(x.Header(g.cfg.HashHeader))
		}
	}
	return r
}

// attempt is a request as a member gets it. It waits as long as the user agent
// does, whose timeout is that of the connection and of the answer.
func (g *group) attempt(s *session, x *web.Exchange, member string, to netip.AddrPort) forward.Attempt {
	s.request = x.Request
	s.request.Host = member
	if g.cfg.Masquerade {
		s.request.Host = g.name
	}
	patience := g.gateway.userAgent
	return forward.Attempt{
		To: to, Request: &s.request, Alone: !*s.service.cfg.Persistent,
		Limits: forward.Limits{Connect: patience, Answer: patience},
	}
}

// exchange carries a request over a connection to a member. A member that has
// accepted the connection and does not answer stays up: only a connection that
// fails makes it softdown (spec/failover.md §6.4).
func (g *group) exchange(s *session, x *web.Exchange, c forward.Connection, member, cookies string) error {
	answer, err := c.Ask()
	if err != nil {
		return err
	}
	if g.cfg.Affinity != nil {
		if cookie := g.machine.Insertion(cookies, member, answer.Cookies()); cookie != "" {
			x.SetCookie(cookie)
		}
	}
	return answer.Relay(x)
}

// failed logs an attempt that failed.
func (g *group) failed(x *web.Exchange, member, stage string, err error) {
	g.gateway.log(event.LBAttemptFailed{Group: g.name, Member: member, Request: x.Request.ID, Stage: stage, Failure: failureOf(err)})
}

// failureOf names why an attempt has failed.
func failureOf(err error) string {
	var failed *forward.Error
	var unknown *name.Error
	switch {
	case errors.As(err, &unknown):
		return nameFailure
	case host.Failure(err) != "":
		return host.Failure(err)
	case errors.As(err, &failed) && failed.Malformed():
		return "not HTTP"
	}
	return "closed"
}

// refuse answers a request that no member has answered, as the product does:
// with 500, whatever the reason.
func (g *group) refuse(s *session, x *web.Exchange, attempts int, reason string) error {
	g.gateway.log(event.LBRefused{Group: g.name, Request: x.Request.ID, Attempts: attempts, Reason: reason})
	return x.Answer(http.StatusInternalServerError, s.service.cfg.Size)
}

// finish logs the members as they are at the end of the run.
func (g *group) finish() {
	for _, m := range g.machine.Status() {
		admin, health := topology.LBServerEnabled, stateName(m.State)
		if m.State == lbgroup.Disabled {
			admin, health = topology.LBServerDisabled, stateName(lbgroup.Down)
		}
		server := g.members[m.Server]
		g.gateway.log(event.LBStatus{
			Group: g.name, Server: m.Server, Port: int(server.At(g.target()).Port()),
			Health: health, Weight: m.Weight, AdminState: admin, Connections: m.Active,
		})
	}
}

// target is where the first service that uses the group forwards.
func (g *group) target() topology.Forward {
	for _, s := range g.gateway.services {
		if s.cfg.Forward.Group == g.name {
			return s.cfg.Forward
		}
	}
	return topology.Forward{Group: g.name}
}

// stateName is a state as events name it.
func stateName(s lbgroup.State) string {
	if s == lbgroup.Absent {
		return ""
	}
	return s.String()
}

// addresses lists where a member listens, for each service that uses it.
func (g *group) addresses(member string) []netip.AddrPort {
	var all []netip.AddrPort
	server, listed := g.members[member]
	for _, s := range g.gateway.services {
		if listed && s.cfg.Forward.Group == g.name {
			all = append(all, server.At(s.cfg.Forward))
		}
	}
	return all
}
