package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/testbed"
)

// quickPasses is quick with its expectation filled in; onlyNginx needs a program
// and nothing else.
var (
	quickPasses = strings.ReplaceAll(quick, "WHO", "a")
	onlyNginx   = `duration: 10s
segments: {lan: {}}
nodes:
  web: {nics: {lan: 192.0.2.11/24}, exec: {run: [nginx]}}
`
)

// TestWorldsOf: real programs need namespaces, a warm reboot needs virtual time,
// and the rest goes in both.
func TestWorldsOf(t *testing.T) {
	warm := strings.Replace(quickPasses, "expect:", "timeline:\n  - 30s: reboot a warm down 5s\nexpect:", 1)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"quick", quickPasses, []string{worldVirtual, worldNetns}},
		{"warm", warm, []string{worldVirtual}},
		{"real", real, []string{worldNetns}},
	} {
		if diff := cmp.Diff(c.want, worldsOf(parse(t, c.name, c.text))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestObstacles: a program that is missing is named with its node and package.
func TestObstacles(t *testing.T) {
	if got := obstacle(parse(t, "quick", quickPasses)); got != "" {
		t.Errorf("a scenario without programs: got %q, want nothing", got)
	}
	missing := []string{"nginx", "ip", "/no/such/file"}
	got := lackOf(parse(t, "real", real), missing)
	if want := []string{"node web runs nginx, which is not installed (Debian package nginx)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	own := strings.ReplaceAll(onlyNginx, "[nginx]", "[ip, route], beside: {x: [ip], y: [/no/such/file], z: [cat]}")
	got = lackOf(parse(t, "own", own), missing)
	want := []string{
		"node web runs ip, which is not installed (Debian package iproute2)",
		"node web runs /no/such/file, which is not installed",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	becoming := parse(t, "becoming", strings.Replace(onlyNginx, "[nginx]", "[nginx], users: on", 1))
	if got, want := lackOfUsers(becoming, false), []string{"node web runs nginx, which becomes another user: that needs root"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := slices.Concat(lackOfUsers(becoming, true), lackOfUsers(parse(t, "real", real), false)); len(got) > 0 {
		t.Errorf("where nobody lacks users: got %q, want nothing", got)
	}
	if got, want := neededGroups(parse(t, "real", real)), []netns.Need{netns.ForQuota, netns.ForMemory}; !slices.Equal(got, want) {
		t.Errorf("control groups: got %q, want %q", got, want)
	}
	ours := strings.ReplaceAll(quickPasses, "expect:", "timeline:\n  - 30s: hog a service 100%\nexpect:")
	if got := neededGroups(parse(t, "ours", ours)); len(got) > 0 {
		t.Errorf("a hog of a node of ours: got %q, want nothing", got)
	}
}

// TestBlame: what the machine lacks is no defect of the bench, the rest is.
func TestBlame(t *testing.T) {
	path := &os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}
	for _, c := range []struct {
		err             error
		defect, written bool // when running, and when writing reports
	}{
		{fmt.Errorf("node a: %w", netns.ErrLimit), false, false},
		{fmt.Errorf("node a: %w", netns.ErrPrivilege), false, false},
		{testbed.ErrImpossible, false, false},
		{fmt.Errorf("node a: %w", &testbed.ProgramError{Program: "nginx", Err: errors.New("not ready")}), false, false},
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, false, false},
		{path, true, false},
		{errors.New("proc a panicked"), true, true},
	} {
		var bench benchError
		if got := errors.As(blame(c.err), &bench); got != c.defect {
			t.Errorf("%v: a defect %v, want %v", c.err, got, c.defect)
		}
		if got := errors.As(blameWriting(c.err), &bench); got != c.written {
			t.Errorf("%v, when it is written: a defect %v, want %v", c.err, got, c.written)
		}
	}
	if blame(nil) != nil {
		t.Error("no error became one")
	}
}

// TestSystemFolders: programs of the system are found by an ordinary user too,
// after those that he prefers.
func TestSystemFolders(t *testing.T) {
	if got, want := withSystemFolders("/home/u/bin:/usr/sbin"), "/home/u/bin:/usr/sbin:/usr/local/sbin:/sbin"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
