package wire

import (
	"fmt"
	"os"
	"testing"
)

// TestMain lets the test binary run as the processes of a testbed.
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
