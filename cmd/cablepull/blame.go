package main

import (
	"errors"
	"slices"
	"syscall"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/world"
)

// benchError is a failure of the bench, not of what it tests. Any other error
// that ends a run without a verdict is for the user to mend: the command line,
// the scenario, or what the machine lacks.
type benchError struct{ error }

func (e benchError) Unwrap() error { return e.error }

// blame tells a defect of the bench, which is worth a report, from what the
// machine lacks, which is not.
func blame(err error) error {
	if err == nil || lacking(err) {
		return err
	}
	return benchError{err}
}

// lacks are the errors of a machine on which a run is not possible, or of a
// scenario that is not possible in its world.
var lacks = []error{
	netns.ErrLimit, netns.ErrPrivilege, netns.ErrUnsupported, netns.ErrGroup,
	testbed.ErrImpossible, world.ErrReal,
}

// refusals are the answers of a kernel that has no more room, or whose
// administrator did not give us more.
var refusals = []syscall.Errno{
	syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EACCES, syscall.EPERM,
	syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN,
}

// lacking reports whether an error says that the machine lacks something, or
// that a program of the scenario does not do what it says.
func lacking(err error) bool {
	var program *testbed.ProgramError
	var errno syscall.Errno
	return slices.ContainsFunc(lacks, func(l error) bool { return errors.Is(err, l) }) ||
		errors.As(err, &program) || errors.As(err, &errno) && slices.Contains(refusals, errno)
}

// blameWriting is blame for the writing of reports: whatever the kernel has
// against a path, it is the user's to choose another.
func blameWriting(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) || errors.Is(err, reports.ErrOccupied) {
		return err
	}
	return blame(err)
}
