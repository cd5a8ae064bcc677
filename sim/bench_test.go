package sim

import (
	"fmt"
	"testing"
	"time"
)

// ticker posts itself again until it has run often enough.
type ticker struct {
	loop *Loop
	left int
	gap  time.Duration
}

func (t *ticker) Run() {
	if t.left--; t.left > 0 {
		t.loop.After(t.gap, t)
	}
}

// BenchmarkPostRun is the cost of one event: posting, ordering, running. The
// limit is 60 ns and no allocation.
func BenchmarkPostRun(b *testing.B) {
	for _, gap := range []time.Duration{0, time.Microsecond} {
		b.Run(fmt.Sprintf("after=%v", gap), func(b *testing.B) {
			loop := New(1)
			loop.spin.limit = b.N + 1
			loop.Post(&ticker{loop: loop, left: b.N, gap: gap})
			b.ReportAllocs()
			b.ResetTimer()
			if err := loop.Run(time.Hour * 24 * 365); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkTimerReset moves one retransmission timer among few and among many.
func BenchmarkTimerReset(b *testing.B) {
	for _, others := range []int{0, 1000} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) {
			loop := New(1)
			for i := range others {
				loop.NewTimer(Func(func() {})).Reset(time.Duration(i) * time.Millisecond)
			}
			timer := loop.NewTimer(Func(func() {}))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				timer.Reset(time.Second + time.Duration(i%1000))
			}
		})
	}
}

// BenchmarkTenThousandTimers is a world of 10,000 connections: each event
// resets its timer, with spans as varied as those of retransmission timers.
func BenchmarkTenThousandTimers(b *testing.B) {
	const timers = 10_000
	loop := New(1)
	random := loop.Stream("bench")
	left := b.N
	for range timers {
		var timer *Timer
		timer = loop.NewTimer(Func(func() {
			if left--; left > 0 {
				timer.Reset(time.Duration(random.Int64N(int64(time.Second))))
			}
		}))
		timer.Reset(time.Duration(random.Int64N(int64(time.Second))))
	}
	b.ReportAllocs()
	b.ResetTimer()
	if err := loop.Run(time.Hour * 24 * 365); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkProcSwitch is one Wake and Park: from the loop to a proc and back.
func BenchmarkProcSwitch(b *testing.B) {
	loop := New(1)
	scope := loop.NewScope("bench")
	loop.spin.limit = 2*b.N + 2
	scope.Go("switch", func(p *Proc) {
		for range b.N {
			p.Wake()
			p.Park()
		}
	})
	b.ReportAllocs()
	b.ResetTimer()
	if err := loop.Run(0); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkProcSleep is a program that waits: timer, wake, switch.
func BenchmarkProcSleep(b *testing.B) {
	loop := New(1)
	scope := loop.NewScope("bench")
	scope.Go("sleep", func(p *Proc) {
		for range b.N {
			p.Sleep(time.Millisecond)
		}
	})
	b.ReportAllocs()
	b.ResetTimer()
	if err := loop.Run(time.Hour * 24 * 3650); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkDigest takes in a full-size frame and a hello.
func BenchmarkDigest(b *testing.B) {
	for _, size := range []int{62, 1514} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			digest, frame := NewDigest(), make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				digest.AddFrame(time.Second, 1, frame)
			}
		})
	}
}

// BenchmarkFramesAmongTimers is a world of 1,000 connections: each has a frame
// on its way, which takes as long as all others, and two timers.
func BenchmarkFramesAmongTimers(b *testing.B) {
	const connections = 1000
	loop := New(1)
	random := loop.Stream("bench")
	for range 2 * connections {
		loop.NewTimer(Func(func() {})).Reset(24*365*time.Hour + time.Duration(random.Int64N(int64(time.Second))))
	}
	for i := range connections {
		loop.After(time.Duration(i), &ticker{loop: loop, left: b.N/connections + 1, gap: 100 * time.Microsecond})
	}
	b.ReportAllocs()
	b.ResetTimer()
	if err := loop.Run(24 * 365 * time.Hour); err != nil {
		b.Fatal(err)
	}
}
