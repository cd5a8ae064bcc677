package perfetto

import "time"

// samplesMax is how many values of a counter a trace has at most: more than a
// screen has columns.
const samplesMax = 4096

// counter is the values of something that is counted, over time. Of too many
// values it keeps the highest of each stretch of time, and the last one.
type counter struct {
	node, name string
	unit       uint64

	samples []sample
	apart   time.Duration // stretch of time of which one value is kept
	pending *sample       // a value within the stretch of the last sample
	now     int64
}

type sample struct {
	at    time.Duration
	value int64
}

// set notes a value, unless it is what it was.
func (c *counter) set(at time.Duration, value int64) {
	if len(c.samples) > 0 && value == c.now {
		return
	}
	c.now = value
	n := len(c.samples)
	if n > 0 && at-c.samples[n-1].at < max(c.apart, 1) {
		if last := &c.samples[n-1]; value > last.value {
			last.value, c.pending = value, nil
		} else {
			c.pending = &sample{at, value}
		}
		return
	}
	c.flush()
	c.samples = append(c.samples, sample{at, value})
	if len(c.samples) >= samplesMax {
		c.thin()
	}
}

// flush keeps the value with which a stretch of time ended.
func (c *counter) flush() {
	if c.pending != nil {
		c.samples = append(c.samples, *c.pending)
		c.pending = nil
	}
}

// thin keeps the higher one of each two neighbouring samples, and makes the
// stretches longer, so that the rest of the run has room.
func (c *counter) thin() {
	span := c.samples[len(c.samples)-1].at - c.samples[0].at
	kept := c.samples[:0]
	for i := 0; i+1 < len(c.samples); i += 2 {
		higher := c.samples[i]
		higher.value = max(higher.value, c.samples[i+1].value)
		kept = append(kept, higher)
	}
	if last := c.samples[len(c.samples)-1]; kept[len(kept)-1].value != last.value {
		kept = append(kept, last)
	}
	c.samples, c.apart = kept, max(2*c.apart, 2*span/samplesMax)
}
