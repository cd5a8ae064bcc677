package text

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/cablepull/cablepull/sim/oracle"
)

// members is the standby status that an administrator would see at the end of
// the run. A member that is not running shows only why.
func members(all []oracle.MemberStatus) *table {
	t := newTable("Members at the end", "<member", "group", "<vip", "priority", "<preempt", "<mode", "<leader", "<state")
	for _, m := range all {
		priority, preempt, how := "-", "-", plain
		if shows(m) {
			priority, preempt = strconv.Itoa(int(m.Priority)), onOff(m.Preempt)
		}
		switch m.Mode {
		case "active":
			how = good
		case "standby":
		default:
			how = bad
		}
		t.inked([]span{
			{m.Node + "." + m.Interface, plain}, {strconv.Itoa(int(m.Group)), plain}, {cmp.Or(m.VIP, "-"), plain},
			{priority, plain}, {preempt, plain}, {m.Mode, how}, {cmp.Or(m.Leader, "-"), plain}, {cmp.Or(m.State, "-"), dim},
		})
	}
	return t
}

// counters is what the running members have counted.
func counters(all []oracle.MemberStatus) *table {
	t := newTable("Messages sent/received, and refused for their authentication, group or vip",
		"<member", "hello", "coup", "resign", "auth", "group", "vip", "transitions", "last at")
	for _, m := range all {
		if !shows(m) {
			continue
		}
		row := []span{{m.Node + "." + m.Interface, plain}}
		for _, n := range [][2]uint64{
			{m.HellosSent, m.HellosReceived}, {m.CoupsSent, m.CoupsReceived}, {m.ResignsSent, m.ResignsReceived},
		} {
			row = append(row, span{fmt.Sprintf("%d/%d", n[0], n[1]), plain})
		}
		for _, n := range []uint64{m.AuthFailures, m.GroupMismatches, m.VIPMismatches} {
			row = append(row, refused(n))
		}
		t.inked(append(row, span{strconv.FormatUint(m.Transitions, 10), plain}, span{instant(m.ChangedAt), plain}))
	}
	return t
}

// shows reports whether the member runs and so has a status.
func shows(m oracle.MemberStatus) bool { return m.State != "" }

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
