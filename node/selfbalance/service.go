package selfbalance

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// service is a virtual service that at least one member offers.
type service struct {
	Service
	index     int // in the table's counts
	scheduler Scheduler
	members   Destinations
}

// servicesMax bounds the records of services, which are never forgotten.
const servicesMax = 4096

// serviceOf returns what is known of a service, and begins a record of a new
// one; nil if there are too many.
func (m *Machine) serviceOf(s Service) *service {
	if known := m.services[s]; known != nil || len(m.order) == servicesMax {
		return known
	}
	v := &service{Service: s, index: len(m.order), scheduler: NewScheduler(m.cfg.Algorithm)}
	v.members.Counts = m.table.Counts(v.index)
	m.services[s] = v
	m.order = append(m.order, v)
	return v
}

// offer notes the services of the own machine. If a report is due, it waits for
// the Tick, which also brings the load of the CPU.
func (m *Machine) offer(now time.Duration, offers []LocalService) {
	m.offers = slices.Clone(offers)
	if !m.ReportDue(now) {
		m.report(now)
	}
}

// local returns the own service at an address.
func (m *Machine) local(s Service) (LocalService, bool) {
	i := slices.IndexFunc(m.offers, func(o LocalService) bool { return o.has(s) })
	if i < 0 {
		return LocalService{}, false
	}
	return m.offers[i], true
}

// fixed returns why a service of the own machine is not balanced; empty: it is,
// or there is none.
func (m *Machine) fixed(s Service) string {
	o, _ := m.local(s)
	return o.Fixed
}

// sample takes the CPU load of a report interval into the weight.
func (m *Machine) sample(busy float64) {
	m.busy = busy
	if m.cfg.Weight == 0 {
		m.weight = m.weigher.Sample(busy)
	}
}

// weightOf returns the weight of an own service, and why it is what it is.
func (m *Machine) weightOf(o LocalService) (weight uint16, reason string) {
	switch {
	case !m.running:
		return 0, "link down"
	case m.quiesce:
		return 0, "quiesce"
	case !o.Listening:
		return 0, "not listening"
	case m.weight == 0:
		return 0, "cpu at 100 %"
	}
	return m.weight, "cpu"
}

// report sends a report of the own services. Before the start it only updates
// the own weights.
func (m *Machine) report(now time.Duration) {
	r := &balance.Report{Owner: m.owner, Quiesce: m.quiesce, Busy: uint8(100 * m.busy), BusyExact: uint16(100 * 100 * m.busy)}
	for _, o := range m.offers {
		if o.Fixed != "" {
			continue
		}
		weight, reason := m.weightOf(o)
		m.noteWeight(o.Service, weight, reason)
		r.Services = append(r.Services, balance.ServiceReport{
			Address: o.Service.Address(), Weight: weight, Listening: o.Listening, Quiesce: m.quiesce,
			Active: uint32(o.Connections),
		})
	}
	m.peers[Self].offers = r.Services
	m.reweigh()
	if !m.running {
		return
	}
	m.reportAt = now + m.cfg.ReportTime
	r.Header = m.header(balance.KindReport, m.epoch)
	m.counters.ReportsSent++
	m.do(Send{Message: r})
}

// noteWeight tells the shell of a weight that has changed noticeably.
func (m *Machine) noteWeight(s Service, weight uint16, reason string) {
	const noticeable = 5
	self := m.peers[Self]
	i := slices.IndexFunc(self.told, func(t WeightChanged) bool { return t.Service == s })
	if i < 0 { // nothing is said until it can serve for the first time
		i = len(self.told)
		self.told = append(self.told, WeightChanged{s, 0, reason})
	}
	before := self.told[i]
	moved := max(before.Weight, weight) - min(before.Weight, weight)
	if moved >= noticeable || moved > 0 && min(before.Weight, weight) == 0 {
		self.told[i] = WeightChanged{s, weight, reason}
		m.do(self.told[i])
	}
}

// reweigh brings the destinations of all services up to date.
func (m *Machine) reweigh() {
	byAddress := slices.SortedFunc(slices.Values(m.peers), func(a, b *peer) int { return a.address.Compare(b.address) })
	fresh := map[*service]*Destinations{}
	for _, p := range byAddress {
		for _, o := range p.offers {
			v := m.serviceOf(ServiceOf(o.Address))
			if v == nil || !p.alive && p.slot != Self {
				continue
			}
			d := fresh[v]
			if d == nil {
				d = &Destinations{}
				fresh[v] = d
			}
			d.Order = append(d.Order, p.slot)
			d.Weights[p.slot] = usable(o)
		}
	}
	for _, v := range m.order {
		d := fresh[v]
		if d == nil {
			d = &Destinations{}
		}
		v.update(m.peers, d)
	}
}

// usable returns the weight by which a member of a service may get connections.
func usable(o balance.ServiceReport) uint16 {
	if !o.Listening || o.Quiesce {
		return 0
	}
	return o.Weight
}

// update takes over the members and weights, if they differ.
func (v *service) update(peers []*peer, d *Destinations) {
	if slices.Equal(v.members.Order, d.Order) && v.members.Weights == d.Weights {
		return
	}
	v.members.Order, v.members.Weights = d.Order, d.Weights
	for _, slot := range d.Order {
		v.members.IDs[slot] = binary.BigEndian.Uint32(peers[slot].address.AsSlice())
	}
	v.members.Version++
}
