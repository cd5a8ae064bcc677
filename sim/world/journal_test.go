package world

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// memory is a disk that outlives worlds.
type memory struct {
	entries map[string][][]byte
	fails   error
}

func (m *memory) Write(program string, entry []byte) error {
	m.entries[program] = append(m.entries[program], entry)
	return m.fails
}

func (m *memory) Read(program string) ([][]byte, error) { return m.entries[program], m.fails }

// shop is a machine with programs that keep something: a broker with its
// publisher, and a party whose documents nobody receives.
func shop() topology.Topology {
	brokers := topology.Brokers{List: []topology.BrokerAddress{{Host: "localhost"}}}
	return topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{"shop": {
			NICs:      map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.11/24")}},
			Broker:    &topology.Broker{},
			Publisher: &topology.Publisher{Queue: "orders", Brokers: brokers, Rate: 2},
			Partner:   &topology.Partner{Exchange: topology.Exchange{To: netip.MustParseAddrPort("192.0.2.99:4080"), Rate: 1, Phase: time.Second / 2}},
			Database:  &topology.Database{},
		}},
	}
}

// boot plays a machine for a while in a process of its own.
func boot(t *testing.T, d Disk, boots int, span time.Duration) (*World, error) {
	t.Helper()
	top, reboot := shop(), &Reboot{Boots: boots}
	if boots == 0 {
		reboot = nil
	}
	w, err := BuildOne(top, OnlyNode{Name: "shop", Reboot: reboot, Disk: d}, Options{Seed: 1})
	if err != nil {
		return nil, err
	}
	t.Cleanup(w.Close)
	if err := w.Run(span); err != nil {
		return w, err
	}
	w.Finish()
	return w, nil
}

func last[B event.Body](w *World) (last B, count int) {
	for _, b := range event.Of[B](w.Log().Events()) {
		last, count = b, count+1
	}
	return last, count
}

// TestRebootKeepsWhatProgramsWrote: the next process of a machine finds the
// messages of its broker, the number of its publisher and its business
// documents; without the disk it finds nothing.
func TestRebootKeepsWhatProgramsWrote(t *testing.T) {
	disk := &memory{entries: map[string][][]byte{}}
	first, err := boot(t, disk, 0, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	published, n := last[event.MessagePublished](first)
	status, _ := last[event.BrokerStatus](first)
	store, _ := last[event.StoreStatus](first)
	if _, restarted := last[event.BrokerRestarted](first); restarted > 0 || n < 18 || published.Number != uint64(n) || status.Messages != n || store.Documents < 9 {
		t.Fatalf("first: %d published up to %+v, %+v, %+v, restarted %d", n, published, status, store, restarted)
	}

	again, err := boot(t, disk, 1, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if r, times := last[event.BrokerRestarted](again); times != 1 || r.Kept != n || r.Lost != 0 {
		t.Errorf("restarted %d times with %+v, want once with %d messages", times, r, n)
	}
	next := uint64(n)
	for _, p := range event.Of[event.MessagePublished](again.Log().Events()) {
		if next++; p.Number != next {
			t.Fatalf("the next message has number %d, want %d", p.Number, next)
		}
	}
	if next < 36 {
		t.Errorf("published up to %d, want what comes due in 20 s", next)
	}
	if status, _ := last[event.BrokerStatus](again); status.Messages != int(next) {
		t.Errorf("got %+v at the end, want %d messages", status, next)
	}
	known := map[string]bool{}
	for _, w := range []*World{first, again} {
		for _, d := range event.Of[event.DocumentSent](w.Log().Events()) {
			known[d.Message] = true
		}
	}
	if got, _ := last[event.StoreStatus](again); got.Documents != len(known) || len(known) < store.Documents+18 {
		t.Errorf("got %+v at the end, want the %d documents of both boots", got, len(known))
	}

	forgetful, err := boot(t, nil, 1, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, restarted := last[event.BrokerRestarted](forgetful); restarted > 0 {
		t.Error("without a disk the broker has restarted, want a new one")
	}
}

// TestBadDisk: a disk that cannot be read or written, or holds something else,
// ends the run, which names the machine.
func TestBadDisk(t *testing.T) {
	for program, c := range map[string]struct{ entry, want string }{ // order: worlds apart
		"broker":      {`{"Kind":"x"}`, `world: shop: disk: broker: change: got "x"`},
		"publisher":   {`"x"`, "world: shop: disk: json"},
		"b2b/partner": {`1`, "world: shop: disk: json"},
		"database":    {`1`, "world: shop: disk: json"},
		"no program":  {`1`, ""},
	} {
		_, err := boot(t, &memory{entries: map[string][][]byte{program: {[]byte(c.entry)}}}, 0, 3*time.Second)
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", program, err, c.want)
		}
	}
	disk := &memory{entries: map[string][][]byte{}, fails: errors.New("broken")}
	if _, err := boot(t, disk, 0, 3*time.Second); !errors.Is(err, disk.fails) {
		t.Errorf("a disk that cannot be read: got %v", err)
	}
	disk.fails = nil
	w, err := boot(t, disk, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	disk.fails = errors.New("full")
	if err := w.Run(3 * time.Second); !errors.Is(err, disk.fails) || !strings.Contains(err.Error(), "world: shop: full") {
		t.Errorf("a disk that cannot be written: got %v", err)
	}
}
