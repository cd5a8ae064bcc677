package main

import (
	"fmt"
	"syscall"

	"github.com/cablepull/cablepull/netfab/netns"
)

// endedError is the exit status of this command after it ran again in its own
// namespaces, where it has already printed everything.
type endedError int

// bySignal reports whether a signal killed the command before it could explain.
func (e endedError) bySignal() bool { return e > 128 && int(e) != exitInterrupted }

func (e endedError) Error() string {
	return fmt.Sprintf("signal %d (%v) ended the run in its own namespaces", int(e)-128, syscall.Signal(e-128))
}

// enterNamespaces makes sure that this process may create network namespaces.
// For an ordinary user it runs the command line args again, in namespaces in
// which that user is root, and returns an endedError. There it does nothing.
func enterNamespaces(args []string, std streams) error {
	status, done, err := netns.Reexec(args, std.in, std.out, std.err)
	if err != nil {
		return fmt.Errorf("the netns world needs root or user namespaces: %w; see cablepull doctor", err)
	}
	if done {
		return endedError(status)
	}
	return nil
}
