package host

import "time"

// Gauge measures how busy a class of work keeps a machine.
type Gauge struct {
	pool *pool
	used float64 // value of pool.used at the last reading
	at   time.Duration
	last float64
}

// Gauge returns a gauge that starts now.
func (c *CPU) Gauge(class Class) *Gauge {
	p := c.pools[class]
	p.advance()
	return &Gauge{pool: p, used: p.used, at: p.at}
}

// Busy returns the share of the machine's processors, 0..1, that hogs and work
// of the class have used since the last reading, by the machine's own clock. A
// frozen machine uses nothing. Two readings in one instant are equal.
func (g *Gauge) Busy() float64 {
	p := g.pool
	p.advance()
	if p.at > g.at {
		g.last = (p.used - g.used) / float64(p.at-g.at)
		g.used, g.at = p.used, p.at
	}
	return g.last
}
