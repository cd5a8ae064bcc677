package trial

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"syscall"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/testbed/realhost"
	"github.com/cablepull/cablepull/sim/world"
)

// Blame says whose fault it is that a trial has no verdict.
type Blame string

// Who can be to blame.
const (
	BlameNobody   Blame = ""         // there is a verdict, or the trial was skipped
	BlameScenario Blame = "scenario" // it is invalid, cannot run in its world, or its program misbehaves
	BlameMachine  Blame = "machine"  // it lacks or refuses something, or killed a worker
	BlameBench    Blame = "bench"    // a bug in cablepull, which users should report
	BlameSignal   Blame = "signal"   // somebody stopped the run
)

// lacks are the errors of a machine, or of its settings, that cannot do a run.
var lacks = []error{
	netns.ErrLimit, netns.ErrPrivilege, netns.ErrUnsupported, netns.ErrGroup, realhost.ErrProgram, world.ErrNotRepeatable,
}

// misfits are the errors of a scenario that cannot run in its world, or in any.
var misfits = []error{testbed.ErrImpossible, world.ErrReal, scenarios.ErrVariants, scenarios.ErrInvalid}

// refusals are the answers of a kernel that has no room left or denies
// permission.
var refusals = []syscall.Errno{
	syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EACCES, syscall.EPERM,
	syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN,
}

// killers are the signals that a program does not cause by itself. The kernel
// sends SIGKILL when memory runs out, people and service managers send any.
var killers = []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}

// BlameFor says whose fault it is that a run ended with an error. An error that
// neither the scenario nor the machine can have caused is a bug of the bench.
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
		return worker.blame()
	case slices.ContainsFunc(lacks, is):
		return BlameMachine
	case slices.ContainsFunc(misfits, is), errors.As(err, &program):
		return BlameScenario
	case errors.As(err, &errno) && slices.Contains(refusals, errno):
		return BlameMachine
	}
	return BlameBench
}

// BlameForWriting is BlameFor for errors in writing reports: if the kernel
// rejects a path, the user can choose another.
func BlameForWriting(err error) Blame {
	var errno syscall.Errno
	if errors.As(err, &errno) || errors.Is(err, reports.ErrOccupied) {
		return BlameMachine
	}
	return BlameFor(err)
}

// blame says who ended the worker. A worker that somebody killed, or that the
// kernel had no room for, says something about the machine. One that crashed or
// exited by itself has found a bug of the bench.
func (e *WorkerError) blame() Blame {
	var errno syscall.Errno
	var exit *exec.ExitError
	switch {
	case !e.begun && errors.As(e.Err, &errno) && slices.Contains(refusals, errno), errors.Is(e.Err, errStopped):
		return BlameMachine
	case errors.As(e.Ended, &exit):
		status, ok := exit.Sys().(syscall.WaitStatus)
		if ok && status.Signaled() && slices.Contains(killers, status.Signal()) {
			return BlameMachine
		}
	}
	return BlameBench
}
