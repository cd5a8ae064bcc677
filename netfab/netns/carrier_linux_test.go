package netns

import (
	"errors"
	"runtime"
	"testing"
	"time"
)

// change is a call of WatchCarrier.
type change struct {
	iface string
	up    bool
}

// TestCarrierFollowsCable pulls and plugs the cable at the fabric's end and
// expects the node to notice at once. The kernel would take up to a second if
// both ends of the pair had the same index; see nearIndexFirst.
func TestCarrierFollowsCable(t *testing.T) {
	s := newSegment(t, true)
	changes := make(chan change, 100)
	stop, err := WatchCarrier(s.nodes[0], func(iface string, up bool) { changes <- change{iface, up} })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if got := within(t, time.Second, "carrier at the start", changes); got != (change{"eth0", true}) {
		t.Errorf("at the start %+v, want eth0 up", got)
	}
	var slowest time.Duration
	for i := range 20 {
		want := change{"eth0", i%2 == 1}
		since := time.Now()
		if err := s.cables[0].SetCarrier(want.up); err != nil {
			t.Fatal(err)
		}
		if got := within(t, 2*time.Second, "change of carrier", changes); got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		slowest = max(slowest, time.Since(since))
	}
	t.Logf("slowest of 20 changes took %v", slowest)
	if slowest > 500*time.Millisecond {
		t.Errorf("a change took %v to be known, want it at once", slowest)
	}
	if err := s.cables[1].SetCarrier(false); err != nil { // somebody else's
		t.Fatal(err)
	}
	select {
	case got := <-changes:
		t.Errorf("%+v, though nobody touched this cable", got)
	case <-time.After(100 * time.Millisecond):
	}
	s.cables[0].Close()
	if got := within(t, 5*time.Second, "change by removal", changes); got != (change{"eth0", false}) {
		t.Errorf("removed, the interface is %+v, want it without carrier", got)
	}
}

// TestWatchCarrierStops: no call after stop, and no goroutine left.
func TestWatchCarrierStops(t *testing.T) {
	s := newSegment(t, true)
	before := runtime.NumGoroutine()
	changes := make(chan change, 100)
	stop, err := WatchCarrier(s.nodes[0], func(iface string, up bool) { changes <- change{iface, up} })
	if err != nil {
		t.Fatal(err)
	}
	within(t, time.Second, "carrier at the start", changes)
	stop()
	stop()
	if err := s.cables[0].SetCarrier(false); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-changes:
		t.Errorf("%+v after stop", got)
	case <-time.After(100 * time.Millisecond):
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before: the watch left some behind", runtime.NumGoroutine(), before)
}

// TestPortSurvivesPull: a port on a pulled cable loses frames and counts them,
// and carries frames again when the cable is back.
func TestPortSurvivesPull(t *testing.T) {
	s := newSegment(t, true)
	node, fabric := openPort(t, s.nodes[0], "eth0"), s.open(t, 0)
	atFabric, atNode := frames(t, fabric), frames(t, node)
	frame := make([]byte, 60)
	for round := range 3 {
		node.Send(frame)
		node.Flush()
		within(t, time.Second, "frame at the fabric", atFabric)
		fabric.Send(frame)
		fabric.Flush()
		within(t, time.Second, "frame at the node", atNode)

		if err := s.cables[0].SetCarrier(false); err != nil {
			t.Fatal(err)
		}
		fabric.Send(frame)
		fabric.Send(frame)
		fabric.Flush()
		if got := fabric.Stats(); got.Refused != uint64(2*round+2) || got.Sent != uint64(round+1) {
			t.Errorf("%+v: want %d refused and %d sent", got, 2*round+2, round+1)
		}
		node.Send(frame) // into the cable that is out at the far end
		node.Flush()
		if err := s.cables[0].SetCarrier(true); err != nil {
			t.Fatal(err)
		}
		if len(atFabric)+len(atNode) > 0 {
			t.Error("a frame passed a cable that was out")
		}
		if err := errors.Join(s.cables[0].SetCarrier(false), s.cables[0].SetCarrier(true)); err != nil {
			t.Fatal(err) // a pull that no frame met
		}
	}
}
