package main

import (
	"strings"
	"testing"
)

// TestStdinInNamespaces: a scenario on standard input also reaches the command
// that starts again in namespaces of its own, and the workers of that.
func TestStdinInNamespaces(t *testing.T) {
	t.Parallel() // it waits
	for _, user := range users {
		t.Run(user.name, func(t *testing.T) {
			t.Parallel()
			start, _, _ := as(t, user.id, brief)
			for _, args := range [][]string{{"run", "-", "--world", "netns"}, {"run", "-", "--world", "netns", "--seeds", "1..2"}} {
				cmd := start(args...)
				cmd.Stdin = strings.NewReader(strings.Replace(brief, "SENT", "0..40", 1))
				out, err := cmd.CombinedOutput()
				if err != nil || !strings.Contains(string(out), "brief") {
					t.Errorf("%v: %v\n%s", args, err, out)
				}
			}
		})
	}
}
