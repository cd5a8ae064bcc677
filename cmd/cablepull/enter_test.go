package main

import "testing"

// TestSystemFolders: programs of the system are found by an ordinary user too,
// after those that he prefers.
func TestSystemFolders(t *testing.T) {
	if got, want := withSystemFolders("/home/u/bin:/usr/sbin"), "/home/u/bin:/usr/sbin:/usr/local/sbin:/sbin"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
