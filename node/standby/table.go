package standby

// cell is one field of the RFC's transition table. The RFC writes the actions
// as letters and the new state after a slash. We write them in the order they
// happen: actions in the old state, the new state, actions in the new state. So
// its CDFI/6 is {"CD", Active, "IF"} here: first the timers, then the change,
// then the announcement and the hello, which carries the new state. The order
// of I and F is our choice; see Action.
//
//	A start the Active timer    D stop the Standby timer    G send a Coup
//	B start the Standby timer   E learn parameters          H send a Resign
//	C stop the Active timer     F send a Hello              I announce (gratuitous ARP)
//
// A and B use the hold time in the Hello of an Active or a Standby when such a
// Hello is the cause, else our own. The zero cell means that the state ignores
// the event.
type cell struct {
	before string
	to     State // 0: no change
	after  string
}

// table has a row per cause and a column per state, as in RFC 2281 §5.7. The
// rows of event a are in turn.start, because the new state depends on whether
// the virtual IP is known.
type table [causeCount][stateCount]cell

// rfcTable is RFC 2281 §5.7, with two more rows that leave the group: both do
// what event b does.
var rfcTable = table{
	CauseStop:        leave,
	CauseReconfigure: leave,
	CauseActiveTimer: { // c
		Listen:  {"AB", Speak, ""},
		Standby: {"CD", Active, "IF"},
	},
	CauseStandbyTimer: { // d
		Listen: {"B", Speak, ""},
		Speak:  {"D", Standby, ""},
	},
	CauseHelloTimer: { // e
		Speak:   {"", 0, "F"},
		Standby: {"", 0, "F"},
		Active:  {"", 0, "F"},
	},
	CauseHigherSpeak: { // f
		Speak:   {"B", Listen, ""},
		Standby: {"B", Listen, ""},
	},
	CauseHigherActive: { // g
		Learn:   {"EAB", Listen, ""},
		Listen:  {"EA", 0, ""},
		Speak:   {"EA", 0, ""},
		Standby: {"EA", 0, ""},
		Active:  {"AB", Speak, ""}, // without a Resign
	},
	CauseLowerActive: { // h, preempt not configured
		Learn:   {"EAB", Listen, ""},
		Listen:  {"A", 0, ""},
		Speak:   {"A", 0, ""},
		Standby: {"A", 0, ""},
		Active:  {"G", 0, ""}, // regardless of preempt: rank alone resolves two Actives
	},
	CausePreempt: { // h, preempt configured
		Learn:   {"EAB", Listen, ""},
		Listen:  {"BG", Active, "IF"},
		Speak:   {"BG", Active, "IF"},
		Standby: {"BG", Active, "IF"},
		Active:  {"G", 0, ""},
	},
	CauseResign: { // i
		Listen:  {"AB", Speak, ""},
		Speak:   {"A", 0, ""},
		Standby: {"C", Active, "IF"}, // the Standby timer keeps running
	},
	CauseCoup: { // j
		Active: {"AB", Speak, "H"},
	},
	CauseHigherStandby: { // k
		Listen:  {"B", 0, ""},
		Speak:   {"B", Listen, ""},
		Standby: {"B", Listen, ""},
		Active:  {"B", 0, ""},
	},
	CauseLowerStandby: { // l
		Listen: {"B", Speak, ""},
		Speak:  {"D", Standby, ""},
		Active: {"B", 0, ""},
	},
	CauseNoActive: { // the correction of spec/failover.md §1.7: c, at once
		Standby: {"CD", Active, "IF"},
	},
	CauseYield: { // ours: as if deposed by a Coup, but without trying to become Standby
		Active: {"AB", Listen, "H"},
	},
}

// leave is event b.
var leave = [stateCount]cell{
	Learn:   {"CD", Initial, ""},
	Listen:  {"CD", Initial, ""},
	Speak:   {"CD", Initial, ""},
	Standby: {"CD", Initial, ""},
	Active:  {"CD", Initial, "H"},
}

// iosTable is what captures of Cisco's routers show (spec/failover.md §1.10).
var iosTable = func() table {
	t := rfcTable
	// A member that waits for a higher one to become Standby restarts its timer at
	// each of that one's hellos. By the RFC it waits one hold time from the first,
	// which ends in the very instant in which the new Standby's hello arrives.
	t[CauseHigherSpeak][Listen] = cell{"B", 0, ""}
	// The Active's timers override those of all others, whatever its rank.
	for _, s := range []State{Listen, Speak, Standby} {
		t[CauseLowerActive][s] = cell{"EA", 0, ""}
	}
	return t
}()

// cellOf returns the cell of a member's table.
func (c *Config) cellOf(cause Cause, s State) cell {
	found := rfcTable[cause][s]
	if c.Profile == IOS {
		found = iosTable[cause][s]
	}
	if s == Active {
		switch cause {
		case CauseHigherActive:
			found.after = resigning(c.ResignOn == ResignOnHello || c.ResignOn == ResignOnBoth)
		case CauseCoup:
			found.after = resigning(c.ResignOn == ResignOnCoup || c.ResignOn == ResignOnBoth)
		}
	}
	return found
}

// resigning is the action H, if the member resigns.
func resigning(resigns bool) string {
	if resigns {
		return "H"
	}
	return ""
}
