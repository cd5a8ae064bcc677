package netns

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// waits returns how long a Wait takes.
func waits(t *testing.T, p *Poller, timeout time.Duration) time.Duration {
	t.Helper()
	since := time.Now()
	if err := p.Wait(timeout); err != nil {
		t.Fatal(err)
	}
	return time.Since(since)
}

// silent waits until the kernel reports nothing more about an interface.
func silent(t *testing.T, p *Poller, idle time.Duration) {
	t.Helper()
	var got []time.Duration
	for range 4 {
		got = append(got, waits(t, p, idle))
		if got[len(got)-1] >= idle {
			return
		}
	}
	t.Errorf("it never falls silent: it waits for %v, want %v", got, idle)
}

// TestPollerWakes: frames, Wake before or during it, and the timeout each end a
// Wait; nothing else does, and what ended one does not end the next.
func TestPollerWakes(t *testing.T) {
	t.Run("runtime", func(t *testing.T) { testPollerWakes(t, func(*Poller) {}) })
	t.Run("thread", func(t *testing.T) { testPollerWakes(t, (*Poller).KeepThread) })
}

func testPollerWakes(t *testing.T, prepare func(*Poller)) {
	const short, long = 20 * time.Millisecond, 10 * time.Second
	s := newSegment(t, true)
	node, fabric := openPort(t, s.nodes[0], "eth0"), s.open(t, 0)
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	prepare(p)
	if err := p.Add(fabric); err != nil {
		t.Fatal(err)
	}
	idle := func(after string) {
		t.Helper()
		if got := waits(t, p, short); got < short {
			t.Errorf("after %s it waits for %v, want %v", after, got, short)
		}
	}
	idle("nothing")
	if got := waits(t, p, -time.Second); got > long/2 {
		t.Errorf("a timeout that has passed: waits for %v", got)
	}

	node.Send(make([]byte, 60))
	node.Flush()
	if got := waits(t, p, long); got > long/2 || !fabric.Ready() {
		t.Errorf("with a frame it waits for %v, ready: %t", got, fabric.Ready())
	}
	if got := waits(t, p, long); got > long/2 {
		t.Errorf("with a frame that nobody took it waits for %v", got)
	}
	if got := fabric.Collect(make([][]byte, 0, 8)); len(got) != 1 {
		t.Errorf("got %d frames, want 1", len(got))
	}
	fabric.Release()
	idle("a frame")

	p.Wake()
	p.Wake()
	if got := waits(t, p, long); got > long/2 {
		t.Errorf("woken before, it waits for %v", got)
	}
	idle("a wake before it")

	begun := time.Now()
	time.AfterFunc(short, p.Wake)
	if got := waits(t, p, long); got > long/2 || time.Since(begun) < short {
		t.Errorf("woken after %v, it waits for %v, until %v", short, got, time.Since(begun))
	}
	idle("a wake while it waits")

	// An interface that goes down leaves an error with the socket.
	if err := s.cables[0].SetCarrier(false); err != nil {
		t.Fatal(err)
	}
	silent(t, p, short)
	if err := s.cables[0].Close(); err != nil {
		t.Fatal(err)
	}
	silent(t, p, short)

	p.Forget(fabric)
	p.Forget(fabric)
	idle("forgetting its port")
}

// TestPollerOutlastsSignals: the runtime's signals neither end a Wait nor
// restart it.
func TestPollerOutlastsSignals(t *testing.T) {
	const timeout, gap, patience = 100 * time.Millisecond, 5 * time.Millisecond, 10 * time.Second
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.KeepThread()
	thread, over := unix.Gettid(), make(chan struct{})
	sent := make(chan int, 1)
	go func() {
		count := 0
		for since := time.Now(); time.Since(since) < patience; count++ {
			select {
			case <-over:
				sent <- count
				return
			case <-time.After(gap):
				_ = unix.Tgkill(unix.Getpid(), thread, unix.SIGURG) // the thread is there until over
			}
		}
		sent <- count
	}()
	got := waits(t, p, timeout)
	close(over)
	if n := <-sent; got < timeout || got > patience/2 || n == 0 {
		t.Errorf("with %d signals it waits for %v, want %v", n, got, timeout)
	}
}

// TestPollerIsIdle: waiting costs no processor time, whatever has happened to
// the ports.
func TestPollerIsIdle(t *testing.T) {
	t.Run("runtime", func(t *testing.T) { testPollerIsIdle(t, func(*Poller) {}) })
	t.Run("thread", func(t *testing.T) { testPollerIsIdle(t, (*Poller).KeepThread) })
}

func testPollerIsIdle(t *testing.T, prepare func(*Poller)) {
	s := newSegment(t, true)
	fabric := s.open(t, 0)
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	prepare(p)
	if err := p.Add(fabric); err != nil {
		t.Fatal(err)
	}
	if err := s.cables[0].SetCarrier(false); err != nil {
		t.Fatal(err)
	}
	before := processorTime(t)
	rounds := 0
	for until := time.Now().Add(300 * time.Millisecond); time.Now().Before(until); rounds++ {
		waits(t, p, 50*time.Millisecond)
	}
	if spent := processorTime(t) - before; rounds > 20 || spent > 50*time.Millisecond {
		t.Errorf("in 300 ms it waited %d times and used %v of processor time", rounds, spent)
	}
}

// processorTime is the processor time that the process has used.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
