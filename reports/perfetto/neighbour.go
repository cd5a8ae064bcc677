package perfetto

import (
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
)

// announced names what an announcement says.
type announced struct{ ip, mac string }

// neighbours draws the announcements of virtual IPs, and the neighbour entries
// of hosts, with an arrow from an announcement to each entry that it moved: one
// that had another address before, and now has the announced one.
func (d *drawing) neighbours(r *reports.Result) {
	last := map[announced]*point{}
	before := map[[3]string]string{} // MAC address by node, interface and address
	var flows uint64
	for _, e := range r.Events {
		switch b := e.What.(type) {
		case event.VIPAnnounced:
			name := "announces " + b.VIP
			last[announced{b.VIP, b.MAC}] = d.instant(d.row(e.Node, "announcements", 0), e.At, name, categoryNeighbour,
				note{"MAC address", b.MAC}, note{"interface", b.Interface})
		case event.NeighbourChanged:
			key := [3]string{e.Node, b.Interface, b.IP}
			old := before[key]
			before[key] = b.MAC
			name := b.IP + " is at " + b.MAC
			if b.MAC == "" {
				name = "forgets " + b.IP
			}
			p := d.instant(d.row(e.Node, "neighbours of "+b.Interface, 0), e.At, name, categoryNeighbour)
			if from := last[announced{b.IP, b.MAC}]; from != nil && old != "" && old != b.MAC {
				flows++
				from.flows, p.ending = append(from.flows, flows), append(p.ending, flows)
			}
		}
	}
}
