// Runs with TLS can be repeated only with this setting, which `go install` of a
// version does not take from go.mod.
//
//go:debug cryptocustomrand=1

// Command cablepull is a test bench for virtual-IP failover: it runs clusters
// on a real TCP stack in virtual time or in network namespaces, breaks them on
// purpose, and measures what happens to the virtual IP and to every connection.
//
//	cablepull list                         the incidents in the library
//	cablepull run cable-pull               one of them: timeline, measures, verdict
//	cablepull run my.yaml --out d          a scenario of your own, with artefacts
//	cablepull run --all --jobs 2           the whole library
//	cablepull run cable-pull --world both  in virtual time and in real namespaces
//	cablepull init my.yaml                 a scenario to begin with
//	cablepull validate my.yaml             all problems of a file
//	cablepull sweep my.yaml --vary ...     what settings are worth, over many seeds
//	cablepull hunt my.yaml                 looks for faults that break a cluster
//	cablepull merge DIR...                 shards of a run, put together
//	cablepull serve DIR                    the runs below a directory, in a browser
//	cablepull doctor                       can this machine run real namespaces? what is its noise?
//	cablepull schema                       JSON Schema of the scenario format
//
// Start reading at root.go, then read run.go, the main verb.
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
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// Exit statuses, for scripts.
const (
	exitPassed      = int(trial.Passed)
	exitFailed      = int(trial.Failed)
	exitUsage       = int(trial.Unable) // also a bad command line
	exitBench       = int(trial.Defect)
	exitInterrupted = int(trial.Interrupted)
)

func main() {
	if !netns.Settle() {
		os.Exit(exitUsage) // the process that started this one reports why
	}
	// The goroutines of a world take turns, so a second processor only adds
	// wake-ups. Processes run in parallel, see --jobs.
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	os.Setenv("PATH", trial.WithSystemFolders(os.Getenv("PATH")))
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
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
		var interrupted *trial.InterruptedError
		if errors.As(err, &interrupted) {
			err = interrupted
		} else {
			err = errors.New("interrupted")
		}
		fmt.Fprintf(stderr, "cablepull: %v\n", err)
	case exitBench:
		fmt.Fprintf(stderr, "cablepull: the bench itself failed: %v\n\n%s\n", err, howToReport(args))
	default:
		if !errors.Is(err, errInvalid) { // which has been printed
			fmt.Fprintf(stderr, "cablepull: %v\n", err)
		}
	}
	return status
}

// errFailed means that a run was judged and did not pass. The details have been
// printed.
var errFailed = errors.New("not all expectations and invariants hold")

// benchError is a failure of the bench, not of what it tests. Any other error
// that prevents a verdict is for the user to fix: in the command line, the
// scenario or the machine.
type benchError struct{ error }

func (e benchError) Unwrap() error { return e.error }

// blame wraps an error in a benchError if the bench caused it.
func blame(err error) error { return blamed(trial.BlameFor(err), err) }

// blameWriting is blame for errors in writing reports.
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
	return fmt.Sprintf("This is a bug in cablepull %s. Please report it at\n"+
		"https://github.com/cablepull/cablepull/issues with the text above, the scenario file, and\n"+
		"the command: %s", version(), reports.Command(append([]string{"cablepull"}, args...)...))
}
