package trial

import (
	"context"
	"errors"
	"slices"
	"syscall"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/testbed/realhost"
	"github.com/cablepull/cablepull/sim/world"
)

// Blame says whose fault it is that a trial came to no verdict.
type Blame string

// Who can be to blame.
const (
	BlameNobody   Blame = ""         // there is a verdict, or nothing was to be played
	BlameScenario Blame = "scenario" // it is invalid, not possible in its world, or its program misbehaves
	BlameMachine  Blame = "machine"  // it lacks something, or refuses it
	BlameBench    Blame = "bench"    // a defect of cablepull, which is worth a report
	BlameSignal   Blame = "signal"   // somebody stopped it
)

// lacks are the errors of a machine on which a run is not possible.
var lacks = []error{
	netns.ErrLimit, netns.ErrPrivilege, netns.ErrUnsupported, netns.ErrGroup, realhost.ErrProgram,
}

// misfits are the errors of a scenario that is not possible in its world.
var misfits = []error{testbed.ErrImpossible, world.ErrReal, scenarios.ErrVariants}

// refusals are the answers of a kernel that has no more room, or whose
// administrator did not give us more.
var refusals = []syscall.Errno{
	syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EACCES, syscall.EPERM,
	syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN,
}

// BlameFor says whose fault an error is that ended a run. What neither scenario
// nor machine can have caused is a defect of the bench.
func BlameFor(err error) Blame {
	var program *realhost.ProgramError
	var errno syscall.Errno
	var worker *WorkerError
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case err == nil:
		return BlameNobody
	case errors.Is(err, context.Canceled):
		return BlameSignal
	case errors.As(err, &worker):
		return BlameBench // whatever the kernel has against it
	case slices.ContainsFunc(lacks, is):
		return BlameMachine
	case slices.ContainsFunc(misfits, is), errors.As(err, &program):
		return BlameScenario
	case errors.As(err, &errno) && slices.Contains(refusals, errno):
		return BlameMachine
	}
	return BlameBench
}

// BlameForWriting is BlameFor for the writing of reports: whatever the kernel has
// against a path, it is the user's to choose another.
func BlameForWriting(err error) Blame {
	var errno syscall.Errno
	if errors.As(err, &errno) || errors.Is(err, reports.ErrOccupied) {
		return BlameMachine
	}
	return BlameFor(err)
}
