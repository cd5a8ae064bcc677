package host_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// TestGauge: figures calculated by hand, of a gauge and of a meter. A job uses
// at most one core, hogs use their share of all, and together they never use
// more than the machine has.
func TestGauge(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		cores int
		do    func(*cpuLab)
		want  []float64 // of each second
	}{
		"idle":                   {2, func(*cpuLab) {}, []float64{0, 0}},
		"one job on two cores":   {2, func(l *cpuLab) { l.job("a", 0, host.Service, 3*s/2) }, []float64{0.5, 0.25, 0}},
		"three jobs on two":      {2, func(l *cpuLab) { l.jobs(3, 0, 1*s) }, []float64{1, 0.5, 0}},
		"a job for half of it":   {1, func(l *cpuLab) { l.job("a", s/4, host.Service, s/2) }, []float64{0.5, 0}},
		"control work":           {1, func(l *cpuLab) { l.job("a", 0, host.Control, 1*s) }, []float64{0, 0}},
		"a hog":                  {4, func(l *cpuLab) { l.host.Hog(host.Service, 0.25) }, []float64{0.25, 0.25}},
		"a full hog":             {3, func(l *cpuLab) { l.host.Hog(host.Service, 1) }, []float64{1, 1}},
		"a full hog and jobs":    {3, func(l *cpuLab) { l.host.Hog(host.Service, 1); l.jobs(9, 0, 1*s) }, []float64{1, 1}},
		"a hog of control":       {1, func(l *cpuLab) { l.host.Hog(host.Control, 1) }, []float64{0, 0}},
		"half a hog and a job":   {4, func(l *cpuLab) { l.host.Hog(host.Service, 0.5); l.jobs(1, 0, 1*s) }, []float64{0.75, 0.5}},
		"half a hog, many jobs":  {4, func(l *cpuLab) { l.host.Hog(host.Service, 0.5); l.jobs(4, 0, 1*s) }, []float64{1, 1, 0.5}},
		"a hog that ends":        {1, func(l *cpuLab) { l.host.Hog(host.Service, 1); l.At(s/2, func() { l.host.Hog(host.Service, 0) }) }, []float64{0.5, 0}},
		"a frozen process":       {1, func(l *cpuLab) { l.jobs(1, 0, 3*s/2); l.freeze(s/2, s) }, []float64{0.5, 1, 0}},
		"a frozen machine, full": {1, func(l *cpuLab) { l.host.Hog(host.Service, 1); l.freeze(s/2, s) }, []float64{0.5, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newCPULab(t, c.cores)
			g, m := l.host.CPU().Gauge(host.Service), l.host.CPU().Meter(host.Service)
			c.do(l)
			var got []float64
			for i := range c.want {
				l.Run(time.Duration(i+1) * s)
				metered := m.Busy() // before the gauge brings everything up to date
				got = append(got, g.Busy())
				if metered != got[i] {
					t.Errorf("the meter reads %v, the gauge %v", metered, got[i])
				}
				if again := g.Busy(); again != got[i] {
					t.Errorf("second reading in one instant: got %v, then %v", got[i], again)
				}
			}
			mean := 0.0
			for _, busy := range c.want {
				mean += busy / float64(len(c.want))
			}
			if all := l.host.CPU().Utilisation(host.Service); math.Abs(all-mean) > 1e-8 {
				t.Errorf("utilisation: got %v, want %v", all, mean)
			}
			for i, want := range c.want {
				if math.Abs(got[i]-want) > 1e-8 || got[i] > 1 {
					t.Errorf("busy: got %v, want %v", got, c.want)
					break
				}
			}
		})
	}
}

// jobs starts several jobs of the service class at once.
func (l *cpuLab) jobs(n int, at, work time.Duration) {
	for i := range n {
		l.job(fmt.Sprint(i), at, host.Service, work)
	}
}

// freeze freezes the process from one instant to another.
func (l *cpuLab) freeze(from, to time.Duration) {
	l.At(from, func() { l.host.Freeze(true) })
	l.At(to, l.host.Thaw)
}

// TestGaugesAreIndependent: each gauge counts from its own last reading, and a
// gauge of one class knows nothing of the other. Reading changes no work.
func TestGaugesAreIndependent(t *testing.T) {
	l := newCPULab(t, 1)
	cpu := l.host.CPU()
	often, seldom, control := cpu.Gauge(host.Service), cpu.Gauge(host.Service), cpu.Gauge(host.Control)
	l.job("a", 0, host.Service, time.Second)
	l.job("b", 0, host.Control, 500*time.Millisecond)
	for range 4 {
		l.Pass(300 * time.Millisecond)
		often.Busy()
	}
	l.Pass(800 * time.Millisecond)
	for name, c := range map[string]struct {
		gauge *host.Gauge
		want  float64
	}{"often": {often, 0}, "seldom": {seldom, 0.5}, "control": {control, 0.25}} {
		if got := c.gauge.Busy(); math.Abs(got-c.want) > 1e-8 {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	l.want(t, 3*time.Second, "b 500ms", "a 1s")
}

// TestGaugeUsesTheMachinesClock: on a machine whose clock runs 10 % fast, one
// second of its own is 1/1.1 s, in which a job gets as much of its CPU time.
func TestGaugeUsesTheMachinesClock(t *testing.T) {
	l := newCPULab(t, 1)
	l.host.Drift(0.1)
	g := l.host.CPU().Gauge(host.Service)
	l.job("a", 0, host.Service, 1100*time.Millisecond) // one second of the world
	var busy float64
	l.host.Go("read", func(p *sim.Proc) {
		p.Sleep(2200 * time.Millisecond) // two of them
		busy = g.Busy()
	})
	l.Run(3 * time.Second)
	if math.Abs(busy-0.5) > 1e-6 {
		t.Errorf("busy: got %v, want 0.5", busy)
	}
}

// TestQueueMax: the most jobs at once, of each class by itself.
func TestQueueMax(t *testing.T) {
	l := newCPULab(t, 2)
	l.jobs(3, 0, time.Second)
	l.jobs(2, 5*time.Second, time.Second)
	l.Run(10 * time.Second)
	if got := l.host.CPU().QueueMax(host.Service); got != 3 {
		t.Errorf("service: got %d, want 3", got)
	}
	if got := l.host.CPU().QueueMax(host.Control); got != 0 {
		t.Errorf("control: got %d, want 0", got)
	}
}
