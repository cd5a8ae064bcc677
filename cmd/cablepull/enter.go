package main

import (
	"fmt"
	"syscall"

	"github.com/cablepull/cablepull/netfab/netns"
)

// endedError is the status of this very command, run to its end in namespaces of
// its own. What there was to say has been said there.
type endedError int

// bySignal reports whether the command died, so that it said nothing.
func (e endedError) bySignal() bool { return e > 128 && int(e) != exitInterrupted }

func (e endedError) Error() string {
	return fmt.Sprintf("the run in its own namespaces was ended by signal %d (%v)", int(e)-128, syscall.Signal(e-128))
}

// enterNamespaces makes sure that this process may make network namespaces. That
// of an ordinary user starts the command again in namespaces in which he is
// root, and ends with an endedError; in the started one it does nothing. Args are
// the whole command line.
func enterNamespaces(args []string, std streams) error {
	status, done, err := netns.Reexec(args, std.in, std.out, std.err)
	switch {
	case err != nil:
		return fmt.Errorf("the netns world needs root or user namespaces: %w; see cablepull doctor", err)
	case !done:
		return nil
	}
	return endedError(status)
}
