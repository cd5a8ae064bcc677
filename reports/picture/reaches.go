package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/sim/event"
)

// reachesMax is how many lanes the picture of neighbours has.
const reachesMax = 40

// reaches draws, for each machine that asks a virtual IP on its own segment,
// which machine its entry for that address leads to, and when that is not the
// owner.
func reaches(_ *Record, s *scene) []Figure {
	n := newNeighbours(s)
	if len(n.asked) == 0 {
		return nil
	}
	lanes, omitted := n.most()
	c := &canvas{width: pictureWidth}
	x := newScale(s.lanes.Total)
	bottom := 8 + laneHeight*float64(len(lanes)) + 8
	c.shade(x, s.lanes.Faults, 4, bottom)
	c.axis(x, 4, bottom)
	used := map[string]bool{}
	wrong := map[verdict]bool{}
	for i, a := range lanes {
		y := 8 + laneHeight*float64(i)
		c.text("lane", gutter-10, y+barHeight-2, atEnd, shorten(n.label(a), gutter-14))
		for _, e := range a.spans {
			used[e.owner], wrong[e.verdict] = true, true
			c.entry(x, y, n.class(e.owner), n.label(a), e)
		}
	}
	var keys []key
	for i, owner := range n.owners {
		if used[owner] {
			keys = append(keys, key{name: owner, class: machineClass(i)})
		}
	}
	for v := stale; v <= unheard; v++ {
		if wrong[v] {
			keys = append(keys, key{v.String(), "wrong-key wrong-" + v.class(), "M-6 0h12"})
		}
	}
	height := c.legend(keys, bottom+axisHeight+14)
	about := "Which machine the MAC address belongs to that each machine has for a virtual IP in its neighbour cache: that is where its packets go. A line below the bar says that they go wrong."
	if omitted > 0 {
		about += fmt.Sprintf(" %d lanes to which less happened are left out.", omitted)
	}
	return []Figure{{
		Name: "neighbours", Title: "Who reaches the address by which MAC", About: about,
		Drawing: c.html(height, "neighbour entries for the virtual IPs over time"),
		Table:   n.table(lanes),
	}}
}

// verdict says whether an entry leads to the right machine.
type verdict uint8

const (
	right   verdict = iota
	stale           // the machine has given the address up, or never had it
	unheard         // it has the address, or had it, and cannot answer
)

// String is the verdict in words.
func (v verdict) String() string {
	return [...]string{"the owner", "not the owner", "packets are lost"}[v]
}

func (v verdict) class() string { return [...]string{"", "stale", "lost"}[v] }

// asker is a machine and the address that it asks.
type asker struct {
	node, ip string
	entries  []entry
	lost     []entry // of a client: why what it sends is lost; mac is the reason
	spans    []reached
}

// entry is a change of a neighbour cache.
type entry struct {
	at  time.Duration
	mac string
}

// reached is a time in which an entry leads to one machine.
type reached struct {
	from, to time.Duration
	mac      string
	owner    string // empty: nobody knows whose MAC address that is
	verdict  verdict
	why      string
}

// neighbours are the entries of all machines for virtual IPs.
type neighbours struct {
	scene  *scene
	asked  []*asker // in the order of the file
	holds  map[string][]entry
	owners []string           // in the order of the file
	power  map[string][]entry // of machines: mac is the state of power that keeps it from answering
	vips   map[string]*lane.Lane
}

// newNeighbours folds the events of a run.
func newNeighbours(s *scene) *neighbours {
	n := &neighbours{scene: s, holds: map[string][]entry{}, power: map[string][]entry{}, vips: map[string]*lane.Lane{}}
	for _, l := range s.lanes.Addresses {
		n.vips[l.Label] = l
	}
	had := map[[2]string]bool{} // node and address
	for e, b := range event.Of[event.VIPGained](s.Events) {
		had[[2]string{e.Node, b.VIP}] = true
	}
	for _, e := range s.Events {
		switch b := e.What.(type) {
		case event.NeighbourChanged:
			if n.vips[b.IP] != nil && !had[[2]string{e.Node, b.IP}] {
				a := n.asker(e.Node, b.IP)
				a.entries = append(a.entries, entry{e.At, b.MAC})
			}
		case event.PathChanged:
			if n.vips[b.IP] != nil && b.Via == e.Node && !b.Answers {
				a := n.asker(e.Node, b.IP)
				a.lost = append(a.lost, entry{e.At, b.Lost})
			}
		case event.VIPAnnounced:
			n.held(e.At, b.MAC, e.Node)
		case event.MACMoved:
			node, _, _ := strings.Cut(b.To, ".")
			n.held(e.At, b.MAC, node)
		case event.PowerChanged:
			n.powered(e.At, e.Node, b.State)
		}
	}
	n.asked = slices.DeleteFunc(n.asked, func(a *asker) bool { return len(a.entries) == 0 })
	place := map[string]int{}
	for i, node := range s.Nodes {
		place[node] = i - len(s.Nodes)
	}
	slices.SortStableFunc(n.asked, func(a, b *asker) int {
		return cmp.Or(cmp.Compare(place[a.node], place[b.node]), cmp.Compare(a.node, b.node), cmp.Compare(a.ip, b.ip))
	})
	slices.SortFunc(n.owners, func(a, b string) int { return cmp.Or(cmp.Compare(place[a], place[b]), cmp.Compare(a, b)) })
	for _, a := range n.asked {
		n.follow(a)
	}
	return n
}

func (n *neighbours) asker(node, ip string) *asker {
	for _, a := range n.asked {
		if a.node == node && a.ip == ip {
			return a
		}
	}
	n.asked = append(n.asked, &asker{node: node, ip: ip})
	return n.asked[len(n.asked)-1]
}

// held notes which machine has a MAC address.
func (n *neighbours) held(at time.Duration, mac, node string) {
	if !slices.Contains(n.owners, node) {
		n.owners = append(n.owners, node)
	}
	n.holds[mac] = append(n.holds[mac], entry{at, node})
}

// powered notes whether a machine can answer.
func (n *neighbours) powered(at time.Duration, node string, p event.Power) {
	why := ""
	switch {
	case p.Lost():
		why = "has no power"
	case p == event.PowerBooting:
		why = "is booting"
	case p == event.PowerFrozen:
		why = "is frozen"
	}
	n.power[node] = append(n.power[node], entry{at, why})
}

// value is the last entry at an instant.
func value(all []entry, at time.Duration) string {
	i, found := slices.BinarySearchFunc(all, at, func(e entry, at time.Duration) int { return cmp.Compare(e.at, at) })
	for found && i+1 < len(all) && all[i+1].at == at {
		i++
	}
	if !found {
		i--
	}
	if i < 0 {
		return ""
	}
	return all[i].mac
}

// follow finds out where the entry of a machine led over time.
func (n *neighbours) follow(a *asker) {
	var turns []time.Duration
	add := func(all []entry) {
		for _, e := range all {
			turns = append(turns, e.at)
		}
	}
	add(a.entries)
	add(a.lost)
	for _, e := range a.entries {
		add(n.holds[e.mac])
		for _, h := range n.holds[e.mac] {
			add(n.power[h.mac])
		}
	}
	for _, s := range n.vips[a.ip].Steps {
		turns = append(turns, s.At)
	}
	slices.Sort(turns)
	turns = slices.Compact(turns)
	for i, at := range turns {
		to := n.scene.lanes.Total
		if i+1 < len(turns) {
			to = turns[i+1]
		}
		r := n.reached(a, at)
		r.from, r.to = at, to
		if last := len(a.spans) - 1; last >= 0 && a.spans[last].to == at && a.spans[last].like(r) {
			a.spans[last].to = to
		} else if r.mac != "" {
			a.spans = append(a.spans, r)
		}
	}
}

// like reports whether two spans differ in their times only.
func (r reached) like(o reached) bool {
	r.from, r.to = o.from, o.to
	return r == o
}

// reached is where the entry of a machine leads at an instant.
func (n *neighbours) reached(a *asker, at time.Duration) reached {
	r := reached{mac: value(a.entries, at)}
	if r.mac == "" {
		return r
	}
	holds := n.holds[r.mac]
	if r.owner = value(holds, at); r.owner == "" && len(holds) > 0 {
		r.owner = holds[0].mac // it announced itself later
	}
	holders := ""
	for _, s := range n.vips[a.ip].Steps {
		if s.At <= at {
			holders = s.Holder
		}
	}
	power, lost := value(n.power[r.owner], at), value(a.lost, at)
	switch {
	case power != "":
		r.verdict, r.why = unheard, r.owner+" "+power
	case lost != "":
		r.verdict, r.why = unheard, lost
	case !slices.Contains(strings.Split(holders, "+"), r.owner):
		r.verdict, r.why = stale, cmp.Or(r.owner, "this machine")+" does not have the address"
	}
	return r
}

// most returns the lanes that were wrong for longest, in their order, if there
// are too many.
func (n *neighbours) most() (lanes []*asker, omitted int) {
	if len(n.asked) <= reachesMax {
		return n.asked, 0
	}
	wrong := func(a *asker) (t time.Duration) {
		for _, s := range a.spans {
			if s.verdict != right {
				t += s.to - s.from
			}
		}
		return t
	}
	ranked := slices.Clone(n.asked)
	slices.SortStableFunc(ranked, func(a, b *asker) int { return cmp.Compare(wrong(b), wrong(a)) })
	lanes = slices.DeleteFunc(slices.Clone(n.asked), func(a *asker) bool { return !slices.Contains(ranked[:reachesMax], a) })
	return lanes, len(n.asked) - reachesMax
}

// label names a lane: with the address, if there are several.
func (n *neighbours) label(a *asker) string {
	if len(n.vips) > 1 {
		return a.node + " " + a.ip
	}
	return a.node
}

// class is the class of a machine by its place among the owners.
func (n *neighbours) class(owner string) string {
	if i := slices.Index(n.owners, owner); i >= 0 {
		return machineClass(i)
	}
	return "machine-unknown"
}

// machineClasses is how many machines have a colour of their own.
const machineClasses = 6

func machineClass(i int) string { return fmt.Sprintf("machine-%d", i%machineClasses+1) }

// entry draws where an entry leads for a time.
func (c *canvas) entry(x scale, y float64, class, label string, e reached) {
	left, width := x.x(e.from), max(x.x(e.to)-x.x(e.from), 1)
	name := cmp.Or(e.owner, "unknown")
	title := fmt.Sprintf("%s: %s (%s), from %s to %s", label, name, e.mac, text.Instant(e.from), text.Instant(e.to))
	if e.why != "" {
		title += ", " + e.why
	}
	c.rect(class, left, y, width, barHeight-3, title)
	if e.verdict != right {
		c.path("wrong-"+e.verdict.class(), "M"+num(left)+" "+num(y+barHeight)+"h"+num(width), title)
	}
	if wide(name) < width-6 {
		c.text("in "+class+"-text", left+width/2, y+barHeight-5, atMiddle, name)
	}
}

func (n *neighbours) table(lanes []*asker) Table {
	t := Table{Columns: []Column{{"machine", false}, {"address", false}, {"reaches", false}, {"MAC", false}, {"from", true}, {"to", true}, {"for", true}, {"wrong", false}}}
	for _, a := range lanes {
		for _, s := range a.spans {
			t.Rows = append(t.Rows, []string{a.node, a.ip, cmp.Or(s.owner, "unknown"), s.mac, text.Instant(s.from), text.Instant(s.to), text.Short(s.to - s.from), s.why})
		}
	}
	return t.cut()
}
