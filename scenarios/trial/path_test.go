package trial

import "testing"

// TestSystemFolders: programs of the system are found by an ordinary user too,
// after those that he prefers.
func TestSystemFolders(t *testing.T) {
	if got, want := WithSystemFolders("/home/u/bin:/usr/sbin"), "/home/u/bin:/usr/sbin:/usr/local/sbin:/sbin"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
