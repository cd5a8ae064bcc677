package sim

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// knock is an event that names itself.
type knock struct {
	loop  *Loop
	again Task
}

func (k *knock) Run() { k.loop.Post(k.again) }

func (*knock) String() string { return "knock" }

// unnamed is an event without a name.
type unnamed struct{ loop *Loop }

func (u *unnamed) Run() { u.loop.Post(u) }

// TestLivelockNamesTheSpinners: two events and a proc that post each other
// endlessly are named, the most frequent first.
func TestLivelockNamesTheSpinners(t *testing.T) {
	loop := New(1)
	scope := loop.NewScope("a")
	defer scope.Kill()
	k := &knock{loop: loop}
	k.again = Func(func() {
		loop.Post(k)
		loop.Post(Func(func() {}))
	})
	loop.At(time.Second, k)
	loop.At(time.Second, &unnamed{loop})
	scope.Go("spinning", func(p *Proc) {
		p.Sleep(time.Second)
		for {
			p.Wake()
			p.Park()
		}
	})
	var got *LivelockError
	err := loop.Run(time.Minute)
	if !errors.As(err, &got) {
		t.Fatalf("Run: got %v, want a LivelockError", err)
	}
	if got.At != time.Second || loop.Now() != time.Second {
		t.Errorf("instant: got %v, the clock at %v, want 1s", got.At, loop.Now())
	}
	total := 0
	for i, s := range got.Events {
		total += s.Count
		if i > 0 && s.Count > got.Events[i-1].Count {
			t.Errorf("not ordered by count: %v", got.Events)
		}
	}
	if total != spinSample {
		t.Errorf("events named: got %d, want %d", total, spinSample)
	}
	for _, want := range []string{"livelock at 1s", "x knock", "x proc spinning", "x *sim.unnamed", "TestLivelockNamesTheSpinners.func1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("report lacks %q: %v", want, err)
		}
	}
}

// TestBusyIsNotLivelock: the same number of events spread over two instants is
// not a livelock.
func TestBusyIsNotLivelock(t *testing.T) {
	loop := New(1)
	for at := range 2 {
		loop.At(time.Duration(at)*time.Second, Func(func() {
			for range SpinLimit - 1 {
				loop.Post(Func(func() {}))
			}
		}))
	}
	run(t, loop, time.Second)
	if got := loop.Count(); got != 2*SpinLimit {
		t.Errorf("Count: got %d, want %d", got, 2*SpinLimit)
	}
}
