// Package planted holds the bugs that a hunt must find: each is one line in a
// pure machine, at the place where somebody could write it by mistake. It owns
// their names and which of them is planted, and must not know the machines.
//
// In a program that is built without the tag planted, In is a constant: the
// compiler leaves the lines out, and no user can switch them on. With the tag,
// a test plants one bug at a time for its whole process.
//
// Read this file first; scenarios/hunt/testdata/planted has a scenario for each
// bug, and scenarios/hunt the test that finds them.
package planted

// Bug is one bug, by the name of its scenario.
type Bug string

// The bugs.
const (
	// LostTieBreak compares priorities only, not addresses of equal ones.
	LostTieBreak Bug = "lost-tie-break"
	// NoAnnouncement forgets to announce again after another Active has lost.
	NoAnnouncement Bug = "no-announcement"
	// LowerHelloDiscarded ignores hellos of members with lower priority.
	LowerHelloDiscarded Bug = "lower-hello-discarded"
	// AddressNotReleased keeps the address when the role is lost.
	AddressNotReleased Bug = "address-not-released"
	// HoldNeverExpires keeps a Standby waiting for an Active that is gone.
	HoldNeverExpires Bug = "hold-never-expires"
	// TableNotMerged acknowledges the connections of others, and forgets them.
	TableNotMerged Bug = "table-not-merged"
	// WeightZeroIgnored schedules members of weight 0.
	WeightZeroIgnored Bug = "weight-zero-ignored"
	// DampNeverEnds leaves a member of a group soft down.
	DampNeverEnds Bug = "damp-never-ends"
	// CheckNeverReturns leaves a member of a group down that passes its checks.
	CheckNeverReturns Bug = "check-never-returns"
	// FailWindowNeverEnds leaves a server of a proxy alone for ever.
	FailWindowNeverEnds Bug = "fail-window-never-ends"
	// TwoCoordinators lets a coordinator that joins another cluster go on.
	TwoCoordinators Bug = "two-coordinators"
	// LeaseNeverEnds keeps a lease for a holder that is gone.
	LeaseNeverEnds Bug = "lease-never-ends"
	// LastCommitLost recovers all commits after a crash but the last.
	LastCommitLost Bug = "last-commit-lost"
	// ConnectionNotReleased counts a connection that could not be opened as open.
	ConnectionNotReleased Bug = "connection-not-released"
	// ProcessedAgain takes a document as new whose receipt did not arrive.
	ProcessedAgain Bug = "processed-again"
)

// All lists the bugs.
func All() []Bug {
	return []Bug{
		LostTieBreak, NoAnnouncement, LowerHelloDiscarded, AddressNotReleased, HoldNeverExpires,
		TableNotMerged, WeightZeroIgnored, DampNeverEnds, CheckNeverReturns, FailWindowNeverEnds,
		TwoCoordinators, LeaseNeverEnds, LastCommitLost,
		ConnectionNotReleased, ProcessedAgain,
	}
}
