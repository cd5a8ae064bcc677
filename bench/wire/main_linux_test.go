package wire

import (
	"fmt"
	"os"
	"testing"
)

// TestMain lets the test binary play the parts of a testbed's processes.
func TestMain(m *testing.M) {
	if done, err := Part(os.Args[1:], os.Stdin); done {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
