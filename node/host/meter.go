package host

import "time"

// Meter measures what a Gauge does, for those who watch a machine from outside:
// it changes nothing. A gauge brings its class up to date, which rounds the
// progress of jobs once more, so that a run with another gauge is another run.
type Meter struct {
	pool *pool
	used float64 // value of pool.usedBy at the last reading
	at   time.Duration
}

// Meter returns a meter that starts now.
func (c *CPU) Meter(class Class) *Meter {
	p := c.pools[class]
	now := c.scope.Elapsed()
	return &Meter{pool: p, used: p.usedBy(now), at: now}
}

// Busy returns the share of the machine's processors, 0..1, that hogs and work
// of the class have used since the last reading, by the machine's own clock. A
// second reading in one instant returns 0. A crash forgets what was used since
// the last change of work or hogs.
func (m *Meter) Busy() float64 {
	now := m.pool.cpu.scope.Elapsed()
	if now <= m.at {
		return 0
	}
	used := m.pool.usedBy(now)
	share := (used - m.used) / float64(now-m.at)
	m.used, m.at = used, now
	return share
}

// Utilisation returns the mean share of the machine's processors, 0..1, that
// hogs and work of a class have used since the start of the world, by the
// machine's own clock. A crash forgets what was used since the last change of
// work or hogs. Like a Meter, it changes nothing.
func (c *CPU) Utilisation(class Class) float64 {
	now := c.scope.Elapsed()
	if now <= 0 {
		return 0
	}
	return c.pools[class].usedBy(now) / float64(now)
}

// QueueMax returns the most jobs of a class that there have been at once, those
// that ran included.
func (c *CPU) QueueMax(class Class) int { return c.pools[class].most }

// usedBy is what used will be at an instant before the next change.
func (p *pool) usedBy(now time.Duration) float64 {
	return p.used + float64(p.busy()*float64(now-p.at))
}
