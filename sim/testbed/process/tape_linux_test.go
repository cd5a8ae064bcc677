package process

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// powered is an event that differs by node and instant.
func powered(node string, at time.Duration) event.Event {
	return event.Event{At: at, Node: node, What: event.PowerChanged{State: event.PowerCrashed}}
}

// newPlayback returns the playback of an empty tape.
func newPlayback(t *testing.T) playback {
	t.Helper()
	file, err := newTape()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return playback{file: file}
}

// heardFrom reads what is new on a tape.
func heardFrom(t *testing.T, p *playback) (events []event.Event) {
	t.Helper()
	if err := p.read(func(e event.Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return events
}

// TestTape: each read yields the events since the last one, however many there
// are, and gives the memory that they took back.
func TestTape(t *testing.T) {
	p := newPlayback(t)
	tape := recorder{fd: int(p.file.Fd())}
	for _, count := range []int{0, 1, 3, 5000, 0, 2} { // 5000 are more than a read takes at once
		var want []event.Event
		for i := range count {
			e := powered(fmt.Sprint("node", i), time.Duration(count+i))
			if err := tape.write(e); err != nil {
				t.Fatal(err)
			}
			want = append(want, e)
		}
		if got := heardFrom(t, &p); !slices.Equal(got, want) {
			t.Fatalf("got %d events, want the %d that were written", len(got), len(want))
		}
	}
	info, err := p.file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Size < 200<<10 || s.Blocks*512 > 8<<10 {
		t.Errorf("the tape of %d bytes takes %d of memory, want two pages at most", s.Size, s.Blocks*512)
	}
}

// TestTapeOfAKilledProcess: what was being written at the end is not an event,
// and no error either; it is one once its end is there.
func TestTapeOfAKilledProcess(t *testing.T) {
	p := newPlayback(t)
	line := string(event.AppendJSON(nil, powered("a", 1))) + "\n"
	for _, c := range []struct {
		written string
		want    []event.Event
	}{
		{line + line[:20], []event.Event{powered("a", 1)}},
		{line[20:40], nil},
		{line[40:] + line, []event.Event{powered("a", 1), powered("a", 1)}},
		{line[:len(line)-1], nil},
	} {
		if _, err := p.file.WriteString(c.written); err != nil {
			t.Fatal(err)
		}
		if got := heardFrom(t, &p); !slices.Equal(got, c.want) {
			t.Errorf("after %q: got %v, want %v", c.written, got, c.want)
		}
	}
}

// TestTapeWithNonsense: a line that is no event is an error that shows it, and
// so is a tape that cannot be written.
func TestTapeWithNonsense(t *testing.T) {
	p := newPlayback(t)
	if _, err := p.file.WriteString("nonsense\n"); err != nil {
		t.Fatal(err)
	}
	err := p.read(func(e event.Event) { t.Errorf("got %v from nonsense", e) })
	if err == nil || !strings.Contains(err.Error(), "event") {
		t.Errorf("got %v, want an error about an event", err)
	}
	closed := recorder{fd: -1}
	if err := closed.write(powered("a", 1)); err == nil || err.Error() != "netns: file in memory: bad file descriptor" {
		t.Errorf("got %v, want that the descriptor is bad", err)
	}
}
