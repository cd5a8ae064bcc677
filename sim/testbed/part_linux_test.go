package testbed

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/testbed/child"
)

// TestPartsForCoordinatorsOnly: a part that is started by somebody else than a
// coordinator says so, and one that is not there names those that are.
func TestPartsForCoordinatorsOnly(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{child.Node}, "testbed: node: no control socket: this verb is for the coordinator of a run"},
		{[]string{child.Launch, "--", "/tmp", "/bin/true"}, "testbed: launcher: no socket: this verb is for the coordinator of a run"},
	} {
		out, err := exec.Command(child.Program, c.args...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%q: got %q, %v, want %s", c.args, out, err, c.want)
		}
	}
	if err := PartMain("cook", nil, testVersion, nil); err == nil || !strings.Contains(err.Error(), `got "cook", want one of [node launch burn reap]`) {
		t.Errorf("an unknown part: got %v", err)
	}
}
