package party

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// peer is another member that gets copies of what changes in the store.
type peer struct {
	party *Party
	to    netip.AddrPort
	proc  *sim.Proc // sends
	idle  bool      // it is parked, because there is nothing to send
	queue []string  // transactions that have changed, in this order
}

// copyPause is how long a member waits before it sends a copy again that has
// not arrived.
const copyPause = time.Second

// startReplication begins to send copies, and to take them. What has changed
// since the last copy is not known after a reboot: those changes stay here.
func (y *Party) startReplication() {
	for _, a := range y.cfg.Exchange.Replicate {
		p := &peer{party: y, to: netip.AddrPortFrom(a, topology.ReplicaPort)}
		p.proc = y.host.Go("copies", p.run)
		y.peers = append(y.peers, p)
	}
	if len(y.peers) > 0 {
		y.host.Go("replica", y.takeCopies)
	}
}

// copied has the present state of a transaction sent to all peers.
func (y *Party) copied(id string) {
	for _, p := range y.peers {
		p.queue = append(p.queue, id)
		if p.idle {
			p.proc.Wake()
		}
	}
}

// run sends copies, one after another.
func (p *peer) run(proc *sim.Proc) {
	for {
		for len(p.queue) == 0 {
			p.idle = true
			proc.Park()
			p.idle = false
		}
		t, known := p.party.store.View(p.queue[0])
		if known {
			if _, err := p.party.post(p.to, topology.ExchangeCopy, "", web.Body{Text: t.Marshal(), Type: b2b.StatusType}); err != nil {
				proc.Sleep(copyPause)
				continue
			}
		}
		p.queue = p.queue[1:]
	}
}

// replicaBacklog is how many connections of peers wait to be accepted.
const replicaBacklog = 16

// takeCopies listens for copies of other members.
func (y *Party) takeCopies(p *sim.Proc) {
	l, err := y.host.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), topology.ReplicaPort), replicaBacklog)
	if err != nil {
		return // another party of the machine takes them
	}
	server := &web.Server{Node: y.host.Name(), Go: y.host.Go, Service: replica{y}}
	_ = server.Serve(p, l) // until the machine crashes
}

// replica is a store as a server of copies.
type replica struct{ party *Party }

// Ready implements web.Service.
func (replica) Ready(*sim.Proc) {}

// Open implements web.Service.
func (r replica) Open(*sim.Proc, web.Conn) web.Session { return r }

// Close implements web.Session.
func (replica) Close() {}

// Serve implements web.Session.
func (r replica) Serve(_ *sim.Proc, x *web.Exchange) {
	_ = r.party.takeCopy(x) // an answer that cannot be sent is lost
}

// takeCopy takes one copy.
func (y *Party) takeCopy(x *web.Exchange) error {
	if x.TakeBody(documentMax) != nil || x.Request.Body == nil {
		return plain(x, http.StatusBadRequest, "want a copy\n")
	}
	t, err := b2b.ParseCopy([]byte(x.Request.Body.Text))
	if err != nil {
		return plain(x, http.StatusBadRequest, err.Error()+"\n")
	}
	action, forgotten := y.store.Copy(t, y.host.Now())
	y.changed(forgotten, "full")
	switch action {
	case b2b.Refuse:
		return plain(x, http.StatusServiceUnavailable, "no room for documents\n")
	case b2b.Confirm, b2b.GiveUp:
		own, _ := y.store.View(t.ID)
		y.ended(own)
		y.schedule()
	}
	return plain(x, http.StatusOK, "")
}
