package text

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/cablepull/cablepull/sim/oracle"
)

// balancedStatus is DataPower's SelfBalancedStatus at the end of the run, as
// the active members show it; as all members do, if none is active.
func balancedStatus(all []oracle.BalancedStatus) *table {
	t := newTable("SelfBalancedStatus at the end",
		"<by", "<service", "<name", "<server", "<target", "weight", "active", "inactive", "<quiesce", "<gets none")
	for _, s := range all {
		if !shownByActive(s, all) {
			continue
		}
		how := plain
		if s.Weight == 0 {
			how = warn
		}
		t.inked([]span{
			{s.Node, plain}, {s.Address(), plain}, {s.ServiceName, plain}, {s.RealServer, plain}, {s.TargetState, plain}, {strconv.Itoa(int(s.Weight)), how},
			{strconv.FormatUint(uint64(s.ActiveConns), 10), plain}, {strconv.FormatUint(uint64(s.InactiveConns), 10), plain},
			{onOff(s.Quiesce), plain}, {cmp.Or(s.Reason, absent), how},
		})
	}
	return t
}

// shownByActive reports whether an active member shows the row, or nobody shows
// the service as active.
func shownByActive(s oracle.BalancedStatus, all []oracle.BalancedStatus) bool {
	active := func(o oracle.BalancedStatus) bool { return o.Local && o.TargetState == "active" && o.VIP == s.VIP }
	return !slices.ContainsFunc(all, active) ||
		slices.ContainsFunc(all, func(o oracle.BalancedStatus) bool { return active(o) && o.Node == s.Node && o.Interface == s.Interface })
}

// balancedTable is DataPower's SelfBalancedTable at the end of the run: the
// services of each member itself.
func balancedTable(all []oracle.BalancedStatus) *table {
	t := newTable("SelfBalancedTable at the end", "<member", "<service", "<ssl", "<kind", "<name", "<gets no connections")
	for _, s := range all {
		if s.Local {
			t.row(s.Node+"."+s.Interface, s.Address(), onOff(s.TLS), s.ServiceKind, s.ServiceName, cmp.Or(s.Reason, absent))
		}
	}
	return t
}

// balanceCounters is what the members have counted.
func balanceCounters(all []oracle.BalanceCounters) *table {
	t := newTable("Self-balancing: segments, the forwarding table, reports sent/received, and messages refused",
		"<member", "local", "forwarded", "passed on", "unknown", "entries", "evicted", "full", "reports",
		"malformed", "newer", "auth", "replayed")
	for _, c := range all {
		row := []span{{c.Node + "." + c.Interface, plain}}
		for _, n := range []uint64{c.Local, c.Forwarded, c.Passed} {
			row = append(row, span{strconv.FormatUint(n, 10), plain})
		}
		row = append(row, refused(c.Unknown), span{strconv.Itoa(c.Entries), plain}, refused(c.Evicted), refused(c.Full),
			span{strconv.FormatUint(c.Reports, 10) + "/" + strconv.FormatUint(c.ReportsReceived, 10), plain})
		for _, n := range []uint64{c.Malformed, c.NewerVersions, c.AuthFailures, c.Replayed} {
			row = append(row, refused(n))
		}
		t.inked(row)
	}
	return t
}

// refused is a count that should be zero.
func refused(n uint64) span {
	cell := span{strconv.FormatUint(n, 10), plain}
	if n > 0 {
		cell.ink = bad
	}
	return cell
}
