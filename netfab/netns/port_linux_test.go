package netns

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestPortsCarryPings covers the whole path: two kernels on separate cables,
// and a switch of twenty lines between two ports.
func TestPortsCarryPings(t *testing.T) {
	need(t, "ping")
	s := newSegment(t, false)
	ports := s.join(t)
	out, err := output(s.nodes[0], "ping", "-c", "5", "-i", "0.05", "-W", "2", "192.0.2.2")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, " 0% packet loss") {
		t.Errorf("pings were lost:\n%s", out)
	}
	for i, p := range ports {
		// Five pings or answers, and ARP once or twice in each direction.
		if s := p.Stats(); s.Received < 6 || s.Received > 9 || s.Lost != 0 || s.Refused != 0 {
			t.Errorf("port %d: %+v, want 6 to 9 frames received, none lost or refused", i, s)
		}
	}
}

// TestPortKeepsFrames sends frames of all sizes and some unusual kinds through
// a cable, and expects every byte, in order. Method: a port at each end, as for
// a node with its own stack.
func TestPortKeepsFrames(t *testing.T) {
	s := newSegment(t, true)
	node, fabric := openPort(t, s.nodes[0], "eth0"), s.open(t, 0)
	arrived := frames(t, fabric)
	random := rand.New(rand.NewPCG(1, 1))
	var want [][]byte
	for size := 14; size <= 14+mtu; size += 1 + random.IntN(9) {
		frame := make([]byte, size)
		for i := range frame {
			frame[i] = byte(random.Uint32())
		}
		frame[0] &^= 1
		switch size % 5 { // kinds that the kernel looks into
		case 0:
			if size >= 20 { // a tag; without the whole of it the kernel drops the frame
				copy(frame[12:], []byte{0x81, 0x00, 0x00, 0x07, 0x08, 0x00})
			}
		case 1:
			copy(frame[12:], []byte{0x08, 0x00}) // IPv4 that is none
		case 2:
			copy(frame, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
		}
		want = append(want, frame)
		node.Send(frame)
	}
	node.Flush()
	for i, frame := range want {
		got := within(t, 5*time.Second, "frame", arrived)
		if !bytes.Equal(got, frame) {
			t.Fatalf("frame %d of %d bytes: got %d bytes\n% x\nwant\n% x", i, len(frame), len(got), got, frame)
		}
	}
	if got, count := node.Stats(), uint64(len(want)); got.Sent != count || got.Received != 0 {
		t.Errorf("sender %+v: want %d sent and nothing received, least of all its own frames", got, count)
	}
}

// TestPortRefusesFrames: a frame that exceeds the MTU is counted, and does not
// affect others in its batch.
func TestPortRefusesFrames(t *testing.T) {
	s := newSegment(t, true)
	node, fabric := openPort(t, s.nodes[0], "eth0"), s.open(t, 0)
	arrived := frames(t, fabric)
	good := append(bytes.Repeat([]byte{2}, 12), bytes.Repeat([]byte{0x88}, 50)...)
	node.Send(good)
	node.Send(make([]byte, 14+mtu+1))
	node.Send(nil)
	node.Send([]byte{1, 2, 3}) // not even a header
	node.Send(make([]byte, 1<<20))
	node.Send(good)
	node.Flush()
	for range 2 {
		if got := within(t, time.Second, "good frame", arrived); !bytes.Equal(got, good) {
			t.Errorf("got % x, want % x", got, good)
		}
	}
	if got := node.Stats(); got.Sent != 2 || got.Refused != 4 {
		t.Errorf("%+v: want 2 sent and 4 refused", got)
	}
}

// TestPortCountsLostFrames fills the ring of a port that is not read.
func TestPortCountsLostFrames(t *testing.T) {
	s := newSegment(t, true)
	node, fabric := openPort(t, s.nodes[0], "eth0"), s.open(t, 0)
	const extra = 100
	for range slotCount + extra {
		node.Send(make([]byte, 60))
		node.Flush()
	}
	if got := node.Stats(); got.Sent != slotCount+extra {
		t.Fatalf("sender %+v: want %d sent", got, slotCount+extra)
	}
	var lost uint64
	for range 100 { // the last frames may still be on their way
		if lost = fabric.Stats().Lost; lost >= extra {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	if lost != extra {
		t.Errorf("%d frames lost, want %d", lost, extra)
	}
	arrived := frames(t, fabric)
	for range slotCount {
		within(t, time.Second, "a frame that was not lost", arrived)
	}
	if again := fabric.Stats().Lost; again != extra {
		t.Errorf("asked again, %d frames lost, want still %d", again, extra)
	}
}

// TestPortEnds: a closed port, or one whose interface was removed, receives
// nothing and refuses frames without a panic.
func TestPortEnds(t *testing.T) {
	s := newSegment(t, true)
	node, fabric := openPort(t, s.nodes[0], "eth0"), s.open(t, 0)
	node.Send(make([]byte, 60))
	node.Flush()
	for range 100 {
		if fabric.Ready() {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	if !fabric.Ready() {
		t.Fatal("no frame has arrived within a second")
	}
	if err := errors.Join(fabric.Close(), fabric.Close()); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if got := fabric.Collect(make([][]byte, 0, 1)); fabric.Ready() || len(got) != 0 {
		t.Errorf("a closed port has %d frames, ready: %t", len(got), fabric.Ready())
	}
	fabric.Release()
	fabric.Send(make([]byte, 60)) // into the void
	fabric.Flush()
	if got := fabric.Stats(); got != (PortStats{}) {
		t.Errorf("%+v of a closed port, want nothing sent or refused", got)
	}
	if err := s.cables[0].Close(); err != nil {
		t.Fatal(err)
	}
	node.Send(make([]byte, 60))
	node.Flush()
	if got := node.Stats(); got.Refused != 1 || node.Ready() {
		t.Errorf("%+v after the interface was removed, want 1 frame refused", got)
	}
}

func TestOpenNamesWhatIsMissing(t *testing.T) {
	_, err := Open(newNamespace(t), "eth9")
	if err == nil || !strings.Contains(err.Error(), "port on eth9") {
		t.Errorf("got %v, want an error that names eth9", err)
	}
}
