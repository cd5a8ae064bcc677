// Command cablepull is a test bench for virtual-IP failover: it runs clusters
// on a real TCP stack in virtual time, breaks them on purpose, and measures
// what became of the virtual IP and of every connection.
//
//	cablepull list                  the incidents in the library
//	cablepull run cable-pull        one of them: timeline, measures, verdict
//	cablepull run my.yaml --out d   a scenario of your own, with artefacts
//	cablepull run --all --jobs 2    the whole library
//	cablepull schema                JSON Schema of the scenario format
//
// Each verb is a function of its arguments and two writers; main only exits.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// Exit statuses, for scripts.
const (
	exitPassed      = 0   // all expectations and invariants hold
	exitFailed      = 1   // some do not
	exitUsage       = 2   // usage, or an invalid scenario
	exitBench       = 3   // the bench itself failed
	exitInterrupted = 130 // stopped by a signal, as shells count it
)

func main() {
	// A world is one goroutine after another: a second processor only adds
	// wake-ups. Side by side run processes, see --jobs.
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(stdin)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	status := statusOf(err)
	switch status {
	case exitPassed, exitFailed:
	case exitInterrupted:
		fmt.Fprintln(stderr, "cablepull: interrupted")
	case exitBench:
		fmt.Fprintf(stderr, "cablepull: the bench itself failed: %v\n\n%s\n", err, howToReport(args))
	default:
		fmt.Fprintf(stderr, "cablepull: %v\n", err)
	}
	return status
}

// errFailed says that a run was judged and did not pass; what failed has been
// printed.
var errFailed = errors.New("not all expectations and invariants hold")

// benchError is a failure of the bench, not of what it tests.
type benchError struct{ error }

func (e benchError) Unwrap() error { return e.error }

func statusOf(err error) int {
	var bench benchError
	switch {
	case err == nil:
		return exitPassed
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.As(err, &bench):
		return exitBench
	}
	return exitUsage
}

func howToReport(args []string) string {
	return fmt.Sprintf("This is a defect of cablepull %s. Please report it at\n"+
		"https://github.com/cablepull/cablepull/issues with the text above, the scenario file and\n"+
		"the command: cablepull %s", version(), quote(args))
}
