package perfetto

import (
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
)

// Announcement is the frame by which a machine learned where an address is.
type Announcement struct {
	From       string // the machine that sent it
	SentAt     time.Duration
	Gratuitous bool // nobody had asked
}

// Announced returns the announcement by which a node learned, at an instant,
// that an IP address is at a MAC address. It reports false if there was none.
type Announced func(node, ip, mac string, at time.Duration) (Announcement, bool)

// sent is an announcement that is drawn once, whoever learns from it.
type sent struct {
	from, ip string
	at       time.Duration
}

// neighbours draws the announcements of virtual IPs, and the neighbour entries
// of hosts, with an arrow to each entry that was moved, one that had another
// MAC address before, from the frame that moved it.
func (d *drawing) neighbours(r *reports.Result, announced Announced) {
	drawn := map[sent]*point{}
	draw := func(s sent, name, mac string) *point {
		if drawn[s] == nil {
			drawn[s] = d.instant(d.row(s.from, "announcements", 0), s.at, name, categoryNeighbour, note{"MAC address", mac})
		}
		return drawn[s]
	}
	before := map[[3]string]string{} // MAC address by node, interface and IP address
	var flows uint64
	for _, e := range r.Events {
		switch b := e.What.(type) {
		case event.VIPAnnounced:
			draw(sent{e.Node, b.VIP, e.At}, "announces "+b.VIP, b.MAC)
		case event.NeighbourChanged:
			row := d.row(e.Node, "neighbours of "+b.Interface, 0)
			if b.MAC == "" {
				d.instant(row, e.At, "forgets "+b.IP, categoryNeighbour)
				continue
			}
			p := d.instant(row, e.At, b.IP+" is at "+b.MAC, categoryNeighbour)
			key := [3]string{e.Node, b.Interface, b.IP}
			old := before[key]
			before[key] = b.MAC
			if old == "" || old == b.MAC {
				continue
			}
			if by, found := announced(e.Node, b.IP, b.MAC, e.At); found {
				name := "answers where " + b.IP + " is"
				if by.Gratuitous {
					name = "announces " + b.IP
				}
				from := draw(sent{by.From, b.IP, by.SentAt}, name, b.MAC)
				flows++
				from.flows, p.ending = append(from.flows, flows), append(p.ending, flows)
			}
		}
	}
}
