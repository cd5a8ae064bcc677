package lbgroup

import (
	"fmt"
	"slices"
	"time"
)

// SetMembers replaces the list of members and their weights, such as after a
// poll of a WebSphere cell. Members are the same if their names are: those that
// stay keep their state, administrative state and connections, whatever
// Disabled says. New ones begin like those of a Config. The connections of a
// member that leaves no longer count, even if it comes back.
//
// A weight of 0 is what a cell gives a server that is to take no new sessions.
// Its member is up if it was, keeps the sessions that it has by affinity, and
// counts as not up for all other requests, whatever the algorithm: if no other
// is up, it is tried as the properties about that say (ours; what DataPower
// does with a weight of 0 is not documented).
//
// If the list is not valid nothing changes, and the error wraps ErrConfig.
func (g *Group) SetMembers(now time.Duration, list []Member) error {
	g.Advance(now)
	if err := checkMembers(list, 0); err != nil {
		return fmt.Errorf("set members: %w", err)
	}
	g.replace(now, list)
	return nil
}

// replace replaces the list of members. An equal list has no effect, so that
// frequent polls do not disturb weighted-round-robin.
func (g *Group) replace(now time.Duration, list []Member) {
	if slices.Equal(list, g.cfg.Members) {
		return
	}
	g.cfg.Members = slices.Clone(list)
	g.removeAllBut(list)
	g.epoch++
	g.order = g.order[:0]
	g.marks, g.clones = make(map[string]uint16, len(list)), make(map[string]uint16, len(list))
	var added []uint16
	for i := range list {
		slot, stays := g.slots[list[i].Server]
		if !stays {
			slot = g.occupy(list[i].Server)
			added = append(added, slot)
		}
		g.describe(slot, &list[i])
		g.order = append(g.order, slot)
	}
	g.rank()
	for _, slot := range added {
		cause := CauseAdded
		if list[g.position[slot]].Disabled {
			cause = CauseAdminDisabled
		}
		g.apply(now, slot, cause, "")
	}
	g.schedule()
}

// removeAllBut removes the members that are not in a list.
func (g *Group) removeAllBut(list []Member) {
	stay := make(map[string]bool, len(list))
	for i := range list {
		stay[list[i].Server] = true
	}
	for _, slot := range g.order {
		m := &g.members[slot]
		if stay[m.server] {
			continue
		}
		g.changes = append(g.changes, Change{Server: m.server, From: m.state.reported(), To: Absent, Cause: CauseRemoved})
		delete(g.slots, m.server)
		*m = member{}
	}
}

// occupy gives a new member the first free slot.
func (g *Group) occupy(server string) uint16 {
	slot := 0
	for g.members[slot].epoch != 0 {
		slot++
	}
	g.members[slot] = member{server: server, dampDue: Never, epoch: g.epoch}
	g.slots[server] = uint16(slot)
	g.claim[slot] = hashText(server)
	g.members[slot].mark = fmt.Sprintf("%016x", g.claim[slot])
	return uint16(slot)
}

// describe applies what a list says about a member that is in a slot.
func (g *Group) describe(slot uint16, from *Member) {
	m := &g.members[slot]
	m.cloneID = from.CloneID
	g.weight[slot] = int32(from.Weight)
	g.setActive(slot, m.active)
	g.marks[m.mark] = slot
	if _, taken := g.clones[m.cloneID]; !taken && m.cloneID != "" {
		g.clones[m.cloneID] = slot
	}
}

// setActive sets the number of connections of a member.
func (g *Group) setActive(slot uint16, active int32) {
	g.members[slot].active = active
	if g.cfg.Algorithm == WeightedLeastConnections {
		// Different quotients stay different: weights are below 2^16, so two of them
		// differ by more than 2^-32.
		g.load[slot] = uint64(active) << 32 / uint64(max(1, g.weight[slot]))
		return
	}
	g.load[slot] = uint64(active)
}
