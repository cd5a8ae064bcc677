package trial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/testbed/realhost"
	"github.com/cablepull/cablepull/sim/world"
)

// TestBlame: errors caused by the machine or the scenario do not blame the
// bench, all others do.
func TestBlame(t *testing.T) {
	program := func(err error) error {
		return fmt.Errorf("node a: %w", &realhost.ProgramError{Program: "nginx", Err: err})
	}
	for _, c := range []struct {
		err              error
		running, writing Blame
	}{
		{nil, BlameNobody, BlameNobody},
		{fmt.Errorf("node a: %w", netns.ErrLimit), BlameMachine, BlameMachine},
		{fmt.Errorf("node a: %w", netns.ErrPrivilege), BlameMachine, BlameMachine},
		{testbed.ErrImpossible, BlameScenario, BlameScenario},
		{world.ErrReal, BlameScenario, BlameScenario},
		{program(errors.New("not ready")), BlameScenario, BlameScenario},
		{program(realhost.ErrProgram), BlameMachine, BlameMachine},
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, BlameMachine, BlameMachine},
		{&os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, BlameBench, BlameMachine},
		{reports.ErrOccupied, BlameBench, BlameMachine},
		{fmt.Errorf("seed 1: %w", context.Canceled), BlameSignal, BlameSignal},
		{errors.New("proc a panicked"), BlameBench, BlameBench},
	} {
		if got := BlameFor(c.err); got != c.running {
			t.Errorf("%v: got %q, want %q", c.err, got, c.running)
		}
		if got := BlameForWriting(c.err); got != c.writing {
			t.Errorf("%v, when it is written: got %q, want %q", c.err, got, c.writing)
		}
	}
	if got := BlameFor(&WorkerError{Err: syscall.EAGAIN}); got != BlameBench {
		t.Errorf("a worker that does not start: got %q, want %q, whatever the kernel says", got, BlameBench)
	}
}
