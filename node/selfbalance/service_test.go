package selfbalance

import "testing"

// TestWeightFollowsTheCPU: the shell says what the machine serves just before
// each report is due, and the report takes the CPU of the interval into the
// weight all the same. After three intervals without idle time it is 0.
func TestWeightFollowsTheCPU(t *testing.T) {
	m := newGroup(t, 1, func(c *Config) { c.Weight = 0 }).named("a").machine
	now := m.reportAt
	sent := m.counters.ReportsSent
	for i, want := range []uint16{1, 1, 0} {
		m.Step(now, Offer{m.offers})
		m.Step(now, &Tick{Busy: 1})
		if got := m.Status().Servers[0].Weight; got != want {
			t.Errorf("report %d: got weight %d, want %d", i+1, got, want)
		}
		if got := m.counters.ReportsSent - sent; got != uint64(i+1) {
			t.Errorf("report %d: got %d reports, want one each time", i+1, got)
		}
		now = m.reportAt
	}
}
