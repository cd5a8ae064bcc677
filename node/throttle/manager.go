package throttle

import (
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/jms"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Manager decides which keys are throttled, during one boot of its machine.
type Manager struct {
	host    *host.Host
	cfg     topology.ThrottleManager
	clients []*jms.Client
	keys    []string // over their limit
	names   []string // of the publishers
	numbers []uint64 // of the last decision, by publisher
}

// NewManager starts a traffic manager on a running machine; it ends with the
// machine. cfg must be complete.
func NewManager(h *host.Host, cfg topology.ThrottleManager) *Manager {
	m := &Manager{
		host: h, cfg: cfg, keys: slices.Clone(cfg.Keys), names: topology.Names(cfg.Publishers), numbers: make([]uint64, len(cfg.Publishers)),
	}
	for _, name := range m.names {
		m.clients = append(m.clients, jms.New(h, "publisher "+name, cfg.Publishers[name]))
	}
	if cfg.Control.IsValid() {
		h.Go("throttle policies", m.load)
	}
	if cfg.Threads == topology.ThreadsOwn {
		for i := range m.clients {
			h.Go("throttle publisher "+m.names[i], func(p *sim.Proc) { m.decide(p, i) })
		}
		return m
	}
	all := make([]int, len(m.clients))
	for i := range all {
		all[i] = i
	}
	h.Go("throttle publishers", func(p *sim.Proc) { m.decide(p, all...) })
	return m
}

// Set says whether a key is over its limit from now on.
func (m *Manager) Set(key string, over bool) {
	at := slices.Index(m.keys, key)
	switch {
	case over && at < 0:
		m.keys = append(m.keys, key)
	case !over && at >= 0:
		m.keys = slices.Delete(m.keys, at, at+1)
	}
}

// decide publishes what there is to say about each key, again and again, by
// some of the publishers. Those that share a thread wait for each other.
func (m *Manager) decide(p *sim.Proc, publishers ...int) {
	for {
		began := m.host.Scope().Elapsed()
		for _, key := range slices.Clone(m.keys) {
			for _, i := range publishers {
				m.publish(p, i, key)
			}
		}
		if wait := began + m.cfg.Every - m.host.Scope().Elapsed(); wait > 0 {
			p.Sleep(wait)
		}
	}
}

// publish sends one decision. What cannot be sent is lost: the client says so,
// and the next decision comes soon.
func (m *Manager) publish(p *sim.Proc, i int, key string) {
	now := m.host.Scope().Local()
	d := Decision{Key: key, Made: now, Until: now + m.cfg.Window}
	m.numbers[i]++
	_ = m.clients[i].Send(p, queue.Address{Topic: true, Name: m.cfg.Topic}, queue.Message{
		Publisher: m.host.Name() + "-" + strconv.Itoa(m.host.Boots()) + "-" + m.names[i], Number: m.numbers[i], Text: d.String(),
	})
}

// load asks the control plane for the policies, once or until it has them.
func (m *Manager) load(p *sim.Proc) {
	for {
		keys, why := m.ask()
		m.host.Log(event.PoliciesLoaded{Policies: len(keys), Reason: why})
		if why == "" {
			m.keys = keys
			return
		}
		if m.cfg.Retry == 0 {
			return
		}
		p.Sleep(m.cfg.Retry)
	}
}

// policyTime is how long the control plane may take.
const policyTime = 5 * time.Second

// ask asks once. It returns why there is no answer, in a few words.
func (m *Manager) ask() (keys []string, why string) {
	link, err := session.Dial(m.host, m.cfg.Control, policyTime)
	if err != nil {
		return nil, inWords(err)
	}
	defer link.Close()
	link.Post(session.New("policies"))
	answer, err := link.Receive(policyTime)
	if err != nil {
		return nil, inWords(err)
	}
	return answer.Fields, ""
}

// inWords names what went wrong with a connection.
func inWords(err error) string {
	if known := host.Failure(err); known != "" {
		return known
	}
	return "closed"
}
