package member

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/cluster"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Member is a member of a cluster during one boot of its machine. Its process
// can be stopped and started in that time.
type Member struct {
	host   *host.Host
	cfg    topology.ClusterMember
	name   string // that others know it by
	of     string // in events; empty: it is the only member of its machine
	port   *session.Port
	lives  int // of the process
	life   *life
	change []func()
	letter []func(text string)
}

// life is one process: what it knows is lost when it ends.
type life struct {
	*Member
	self    cluster.Member
	machine cluster.Machine
	timer   *sim.Timer
	armed   time.Duration // when the timer is due
	over    bool

	links   map[netip.AddrPort]*link    // to others
	inbound map[netip.AddrPort]*inbound // from others

	mailbox *cluster.Mailbox
	posted  int            // letters
	last    map[string]int // number of the last letter of each other member's life
}

// New starts the only member of a running machine, which is called like it. The
// member ends with the machine. cfg must be complete.
func New(h *host.Host, cfg topology.ClusterMember) *Member {
	return start(&Member{host: h, cfg: cfg, name: h.Name()}, topology.ClusterService)
}

// NewOf starts one of several members of a machine, each with a name and a
// service of its own.
func NewOf(h *host.Host, cfg topology.ClusterMember, name, service string) *Member {
	return start(&Member{host: h, cfg: cfg, name: name, of: name}, service)
}

func start(m *Member, name string) *Member {
	m.begin()
	m.port = session.Listen(m.host, name, m.cfg.Local(), service{m})
	return m
}

// begin begins a life.
func (m *Member) begin() {
	m.lives++
	self := cluster.Member{
		Address: m.cfg.Local(), Name: m.name,
		ID: fmt.Sprintf("%s/%d.%d", m.name, m.host.Boots(), m.lives),
	}
	l := &life{
		Member: m, self: self, machine: cluster.New(configOf(m.cfg, self)), armed: -1,
		links: map[netip.AddrPort]*link{}, inbound: map[netip.AddrPort]*inbound{},
		mailbox: cluster.NewMailbox(), last: map[string]int{},
	}
	m.life = l
	l.timer = m.host.Scope().NewTimer(sim.Func(func() { l.step(cluster.Tick{}) }))
	l.log(event.ClusterStateChanged{State: "joining", Instance: l.of})
	l.step(cluster.Start{})
	l.every(m.cfg.Activities, "activities", l.execute)
	l.every(m.cfg.Messages, "messages", func(n int) { l.send("entry " + strconv.Itoa(n)) })
	l.clean()
}

// configOf returns the machine's configuration.
func configOf(k topology.ClusterMember, self cluster.Member) cluster.Config {
	return cluster.Config{
		Self: self, WellKnown: k.WellKnown(),
		Heartbeat: k.Heartbeat, MaxNoHeartbeat: k.MaxNoHeartbeat,
		Confirmation: k.Confirmation, MaxNoConfirmation: k.MaxNoConfirm, Publish: k.Publish,
		MergeFirst: k.MergeFirst, MergeNext: k.MergeNext,
		WaitJoin: k.WaitJoin, MaxWaitJoin: k.MaxWaitJoin, MaxJoin: k.MaxJoin, Connect: k.ConnectTimeout,
	}
}

// StopService kills the process: others see their connections closed. The name
// is that of topology.Cluster.ServiceOf.
func (m *Member) StopService(name string) error {
	if err := m.port.StopService(name); err != nil {
		return err
	}
	m.kill("")
	return nil
}

// StartService starts a new process.
func (m *Member) StartService(name string) error {
	if m.life == nil {
		m.begin()
	}
	return m.port.StartService(name)
}

// kill ends the process. Without a reason it is silent.
func (m *Member) kill(reason string) {
	l := m.life
	if l == nil {
		return
	}
	m.life, l.over = nil, true
	l.timer.Stop()
	for _, at := range l.addresses() {
		l.disconnect(at)
	}
	if reason != "" {
		l.log(event.ClusterStateChanged{State: "stopped", Reason: reason, Instance: l.of})
	}
	if l.machine.Coordinator() {
		l.log(event.ClusterCoordinatorChanged{Instance: l.of})
	}
}

// Coordinator reports whether the member takes itself for the coordinator.
func (m *Member) Coordinator() bool { return m.life != nil && m.life.machine.Coordinator() }

// Members returns the members that it knows, the oldest first; none while it
// looks for a cluster.
func (m *Member) Members() []cluster.Member {
	if m.life == nil {
		return nil
	}
	return m.life.machine.Members()
}

// OnChange calls f after each change of the members or the coordinator.
func (m *Member) OnChange(f func()) { m.change = append(m.change, f) }

// OnMessage calls f with the text of each message of another member. What is
// sent to all is not given to its sender.
func (m *Member) OnMessage(f func(text string)) { m.letter = append(m.letter, f) }

// Send sends a message to all other members. A stopped member sends nothing.
func (m *Member) Send(text string) {
	if m.life != nil {
		m.life.send(text)
	}
}

func (m *Member) log(b event.Body) { m.host.Log(b) }

func (m *Member) now() time.Duration { return m.host.Scope().Elapsed() }

// step gives the machine an event, and does what it says.
func (l *life) step(ev cluster.Event) {
	if l.over {
		return
	}
	next, actions := l.machine.Step(l.now(), ev)
	l.machine = next
	for _, a := range actions {
		l.do(a)
	}
	_, fired := ev.(cluster.Tick)
	if due := next.Deadline(); !l.over && (fired || due != l.armed) {
		l.armed = due
		l.timer.Reset(max(0, due-l.now()))
	}
}

func (l *life) do(a cluster.Action) {
	switch a := a.(type) {
	case cluster.Connect:
		l.connect(a.To)
	case cluster.Send:
		l.post(a.To, session.New(string(a.Message.Kind), a.Message.Fields()...))
	case cluster.Disconnect:
		l.disconnect(a.With)
	case cluster.Joined:
		l.log(event.ClusterStateChanged{State: "joined", Members: namesOf(a.Members), Instance: l.of})
	case cluster.Added:
		l.log(event.ClusterMemberChanged{Member: a.Member.Name, State: "added", Members: namesOf(l.machine.Members()), Instance: l.of})
		l.repeat(a.Member.Address)
	case cluster.Removed:
		l.log(event.ClusterMemberChanged{Member: a.Member.Name, State: "removed", Reason: a.Reason, Members: namesOf(l.machine.Members()), Instance: l.of})
	case cluster.Elected:
		l.log(event.ClusterCoordinatorChanged{Coordinator: a.Coordinator, Instance: l.of})
	case cluster.Merging:
		l.log(event.ClusterStateChanged{State: "merging", Reason: a.Into.String(), Instance: l.of})
	case cluster.Stopped:
		l.kill(a.Reason)
	}
	switch a.(type) {
	case cluster.Added, cluster.Removed, cluster.Elected, cluster.Joined:
		for _, f := range l.change {
			f()
		}
	}
}

func namesOf(all []cluster.Member) string {
	names := make([]string, len(all))
	for i, m := range all {
		names[i] = m.Name
	}
	return strings.Join(names, ", ")
}

// every calls f at each multiple of an interval, with its number, so that all
// machines whose clocks run alike do the same at the same time.
func (l *life) every(r *topology.Recurring, name string, f func(n int)) {
	if r == nil {
		return
	}
	l.host.Go("cluster "+name, func(p *sim.Proc) {
		for !l.over {
			n := l.now()/r.Every + 1
			if r.Stop > 0 && n*r.Every > r.Stop {
				return
			}
			for wait := n*r.Every - l.now(); wait > 0; wait = n*r.Every - l.now() {
				p.Sleep(wait)
			}
			if l.over {
				return
			}
			f(int(n))
		}
	})
}

// execute does an activity, if this is the coordinator.
func (l *life) execute(n int) {
	if l.machine.Coordinator() {
		l.log(event.ClusterActivityExecuted{Activity: uint64(n), Instance: l.of})
	}
}
