package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// checkout makes a folder with a changelog, and one commit of 1 January 2026 if
// there is to be one.
func checkout(t *testing.T, commit bool, tag string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "CHANGELOG.md"), []byte("## [Unreleased]\n- X.\n## [0.1.0]\n- A.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(folder)) // not that of a repository around
	if !commit {
		return folder
	}
	steps := [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "a"}}
	if tag != "" {
		steps = append(steps, []string{"tag", tag})
	}
	for _, args := range steps {
		cmd := exec.Command("git", append([]string{"-C", folder}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return folder
}

// TestReadSource: without a given version git and the changelog must agree on
// one, and the sources must be those of the commit.
func TestReadSource(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	for _, tt := range []struct {
		name              string
		commit, change    bool
		tag, given, epoch string
		version, notes    string
		year              int
		want              error
	}{
		{name: "tag", commit: true, tag: "v0.1.0", version: "v0.1.0", notes: "- A.\n", year: 2026},
		{name: "commit", commit: true, notes: "- X.\n", year: 2026},
		{name: "no section", commit: true, tag: "v0.2.0", want: errNoSection},
		{name: "changed", commit: true, tag: "v0.1.0", change: true, want: errDirty},
		{name: "changed, given", commit: true, change: true, given: "v0.1.0", version: "v0.1.0", notes: "- A.\n", year: 2026},
		{name: "no section, given", commit: true, given: "v0.2.0", version: "v0.2.0", year: 2026},
		{name: "epoch", commit: true, given: "v0.1.0", epoch: "0", version: "v0.1.0", notes: "- A.\n", year: 1970},
		{name: "no git", want: errNoGit},
		{name: "no git, given", given: "v0.1.0", want: errNoGit},
		{name: "no git, given with instant", given: "v0.1.0", epoch: "0", version: "v0.1.0", notes: "- A.\n", year: 1970},
		{name: "not a file name", commit: true, given: "a/b", want: errVersion},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := checkout(t, tt.commit, tt.tag)
			if tt.change {
				if err := os.WriteFile(filepath.Join(folder, "new"), nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := readSource(context.Background(), folder, tt.given, tt.epoch)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got error %v, want %v", err, tt.want)
			}
			if err != nil {
				return
			}
			if tt.version == "" {
				tt.version = got.commit[:12]
			}
			if got.version != tt.version || got.notes != tt.notes || got.at.Year() != tt.year || (got.commit != "") != tt.commit {
				t.Errorf("got %+v, want version %s of %d with notes %q", got, tt.version, tt.year, tt.notes)
			}
		})
	}
}
