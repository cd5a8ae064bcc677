package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
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
		{world.ErrNotRepeatable, BlameMachine, BlameMachine},
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
}

// TestBlameForWorkers: a worker that was killed, or for which there was no
// room, says something about the machine. One that crashed blames the bench.
func TestBlameForWorkers(t *testing.T) {
	ended := func(script string) error { return exec.Command("sh", "-c", script).Run() }
	for _, c := range []struct {
		err  WorkerError
		want Blame
	}{
		{WorkerError{Err: &os.PathError{Op: "fork/exec", Err: syscall.EAGAIN}}, BlameMachine},
		{WorkerError{Err: &os.PathError{Op: "fork/exec", Err: syscall.ENOENT}}, BlameBench},
		{WorkerError{Err: io.EOF, begun: true}, BlameBench}, // it exited with 0
		{WorkerError{Err: syscall.EPIPE, Ended: ended("exit 2"), begun: true}, BlameBench},
		{WorkerError{Err: io.EOF, Ended: ended("kill -SEGV $$"), begun: true}, BlameBench},
		{WorkerError{Err: io.EOF, Ended: ended("kill -ABRT $$"), begun: true}, BlameBench},
		{WorkerError{Err: io.EOF, Ended: ended("kill -KILL $$"), begun: true}, BlameMachine},
		{WorkerError{Err: io.EOF, Ended: ended("kill -TERM $$"), begun: true}, BlameMachine},
		{WorkerError{Err: errStopped, begun: true}, BlameMachine},
	} {
		if got := BlameFor(fmt.Errorf("seed 1: %w", &c.err)); got != c.want {
			t.Errorf("%v: got %q, want %q", &c.err, got, c.want)
		}
	}
}
