package sighting_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/facts"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/sighting"
)

// field shows a watcher frames that are made of a table of what real routers
// said, as it would read a capture: a port is whoever sent, a segment is a
// virtual IP's, and everybody who named a virtual IP may own it.
func field(t *testing.T, table string) (events []string) {
	t.Helper()
	all, err := facts.Load(table)
	if err != nil {
		t.Fatal(err)
	}
	w := sighting.New(sighting.Config{Ageing: 300 * time.Second}, func(at time.Duration, node string, what event.Body) {
		events = append(events, strings.TrimSpace(fmt.Sprintf("%.3f %s %v", at.Seconds(), node, what)))
	})
	ports := map[string]*sighting.Port{}
	for _, f := range all {
		if f.Opcode == wire.OpAdvertise {
			continue
		}
		node := f.From.String()
		if ports[node] == nil {
			ports[node] = w.AddPort(node, "lan", f.Message.VirtualIP.String())
			w.MayOwn(f.Message.VirtualIP, node)
		}
		frame, err := f.Frame()
		if err != nil {
			t.Fatal(err)
		}
		w.Sent(f.At, ports[node], frame)
	}
	return events
}

// TestFailoverInTheField: of three routers the active falls silent, and the
// next one claims the address from the same virtual MAC.
func TestFailoverInTheField(t *testing.T) {
	got := field(t, facts.Failover)
	want := []string{
		"0.000 192.168.0.10 {192.168.0.1 192.168.0.1 hello}",
		"20.273  {192.168.0.1 00:00:0c:07:ac:01 192.168.0.10.lan 192.168.0.30.lan}",
		"20.273 192.168.0.30 {192.168.0.1 192.168.0.1 hello}",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// TestCampusInTheField: of five groups three change hands four times each. A
// takeover is claimed by a hello, a return by a Coup, and the virtual MAC moves
// with each. All five have the same virtual MAC, on segments of their own.
func TestCampusInTheField(t *testing.T) {
	claims := map[string][]string{}
	moves := map[string]int{}
	for _, e := range field(t, facts.Campus) {
		_, what, _ := strings.Cut(e, "{")
		words := strings.Fields(strings.TrimSuffix(what, "}"))
		segment := words[0]
		if words[1] == wire.VirtualMAC(1).String() {
			moves[segment]++
			continue
		}
		node := strings.Fields(e)[1]
		claims[segment] = append(claims[segment], node[strings.LastIndex(node, "."):]+" "+words[2])
	}
	for segment, want := range map[string]string{
		"172.16.1.1": ".3 hello, .4 hello, .3 coup, .4 hello, .3 coup", "172.16.10.1": ".3 hello, .4 hello, .3 coup, .4 hello, .3 coup",
		"172.16.20.1": ".3 hello, .4 hello, .3 coup, .4 hello, .3 coup", "172.16.30.1": ".4 hello", "172.16.40.1": ".4 hello",
	} {
		if got := strings.Join(claims[segment], ", "); got != want {
			t.Errorf("%s: claimed by %s, want %s", segment, got, want)
		}
		if got, want := moves[segment], strings.Count(want, ","); got != want {
			t.Errorf("%s: the virtual MAC moved %d times, want %d", segment, got, want)
		}
	}
	if len(claims) != 5 || len(moves) != 3 {
		t.Errorf("got claims %v and moves %v, want those of five and three groups", claims, moves)
	}
}
