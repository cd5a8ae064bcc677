package certificate

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// TestOtherProcessors: a processor without special instructions gives the same
// frames. TLS 1.3 would not: crypto/tls would order its ciphers in another way.
func TestOtherProcessors(t *testing.T) {
	digest := func(features string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^TestRepeatable$", "-test.v")
		cmd.Env = append(os.Environ(), "GODEBUG=cryptocustomrand=1"+features)
		out, err := cmd.CombinedOutput()
		found := regexp.MustCompile(`digest ([0-9a-f-]+)`).FindSubmatch(out)
		if err != nil || found == nil {
			t.Fatalf("features %q: got %v and\n%s", features, err, out)
		}
		return string(found[1])
	}
	if all, none := digest(""), digest(",cpu.all=off"); all != none {
		t.Errorf("got %s without special instructions, and %s with them", none, all)
	}
}
