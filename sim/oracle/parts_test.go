package oracle

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// TestPartsAddUp holds whatever the log says, in whatever order.
func TestPartsAddUp(t *testing.T) {
	bodies := []event.Body{
		turn("Standby", "Active", standby.CauseActiveTimer), turn("Active", "Speak", standby.CauseHigherActive),
		turn("Listen", "Speak", standby.CauseActiveTimer), event.PowerChanged{State: "crashed"},
		event.PowerChanged{State: "frozen"}, event.PowerChanged{State: "thawed"},
		event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: macA}, event.VIPAnnounced{Interface: "lan", VIP: vip, MAC: macB},
		event.NeighbourChanged{IP: vip, MAC: macA}, event.NeighbourChanged{IP: vip, MAC: macB},
		event.FaultApplied{Fault: "crash a"},
		event.RequestAnswered{Request: 1, Status: 200}, event.RequestAnswered{Request: 2, Status: 200},
		event.PathChanged{IP: vip, Via: "c1", To: "a"}, event.PathChanged{IP: vip, Via: "c1", To: "b", PreviousAt: 40 * time.Second},
		event.PathChanged{IP: vip, Via: "c1", To: "a", Lost: "out", PreviousAt: 50 * time.Second},
		event.ConnOpened{Conn: 1}, event.ConnEstablished{Conn: 1}, event.ConnClosed{Conn: 1, How: "refused"},
		event.RequestSent{Request: 1, Conn: 1}, event.RequestSent{Request: 2, Conn: 1},
		event.RequestFailed{Request: 1, Failure: "timeout"}, event.RequestFailed{Request: 2, Failure: "status-503"},
	}
	rapid.Check(t, func(t *rapid.T) {
		l := &log{}
		for range rapid.IntRange(0, 100).Draw(t, "events") {
			node := rapid.SampledFrom([]string{"a", "b", "c1", "c1"}).Draw(t, "node")
			l.at(float64(rapid.IntRange(0, 100).Draw(t, "at")), node, rapid.SampledFrom(bodies).Draw(t, "body"))
		}
		f := paper(100 * time.Second)
		f.Clients[0].Interval = rapid.SampledFrom([]time.Duration{0, ms, 3 * time.Second}).Draw(t, "interval")
		if rapid.Bool().Draw(t, "fixed") {
			f.Members, f.Clients[0].Server = nil, "a"
		}
		m := Measure(l.in(), f)
		for _, o := range append(m.Outages, m.Gaps...) {
			parts := []time.Duration{o.Detection, o.Election, o.Announcement, o.Neighbour, o.Service, o.Retry}
			sum := time.Duration(0)
			for _, p := range parts {
				sum += p
			}
			if sum != o.Duration || o.To-o.From != o.Duration || slices.Min(parts) < 0 {
				t.Fatalf("parts %v of %v do not add up", parts, o)
			}
		}
	})
}
