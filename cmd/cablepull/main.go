// Command cablepull is a test bench for virtual-IP failover: it runs clusters
// on a real TCP stack in virtual time or in network namespaces, breaks them on
// purpose, and measures what became of the virtual IP and of every connection.
//
//	cablepull list                         the incidents in the library
//	cablepull run cable-pull               one of them: timeline, measures, verdict
//	cablepull run my.yaml --out d          a scenario of your own, with artefacts
//	cablepull run --all --jobs 2           the whole library
//	cablepull run cable-pull --world both  in virtual time and in real namespaces
//	cablepull doctor                       what this machine can do for the latter
//	cablepull schema                       JSON Schema of the scenario format
//
// Each verb is a function of its arguments and writers; main only exits. Start
// reading at root.go; run.go is the verb that all is about.
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

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// Exit statuses, for scripts.
const (
	exitPassed      = int(trial.Passed)
	exitFailed      = int(trial.Failed)
	exitUsage       = int(trial.Unable) // and a command line that makes no sense
	exitBench       = int(trial.Defect)
	exitInterrupted = int(trial.Interrupted)
)

func main() {
	if !netns.Settle() {
		os.Exit(exitUsage) // not seen: the process that started this one says why
	}
	// A world is one goroutine after another: a second processor only adds
	// wake-ups. Side by side run processes, see --jobs.
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	os.Setenv("PATH", trial.WithSystemFolders(os.Getenv("PATH")))
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(args)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var ended endedError
	if errors.As(err, &ended) {
		if ended.bySignal() {
			fmt.Fprintf(stderr, "cablepull: %v\n", ended)
		}
		return int(ended)
	}
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

// benchError is a failure of the bench, not of what it tests. Any other error
// that ends a run without a verdict is for the user to mend: the command line,
// the scenario, or what the machine lacks.
type benchError struct{ error }

func (e benchError) Unwrap() error { return e.error }

// blame marks an error that is a defect of the bench as one.
func blame(err error) error { return blamed(trial.BlameFor(err), err) }

// blameWriting is blame for the writing of reports.
func blameWriting(err error) error { return blamed(trial.BlameForWriting(err), err) }

func blamed(b trial.Blame, err error) error {
	if b == trial.BlameBench {
		return benchError{err}
	}
	return err
}

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
