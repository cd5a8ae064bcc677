package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// source is what a release is made from.
type source struct {
	version string
	commit  string    // empty where git knows nothing
	at      time.Time // the instant that all files bear
	notes   string    // the version's section of the changelog
}

var (
	errVersion = errors.New("not a version")
	errDirty   = errors.New("the sources differ from the commit")
	errNoGit   = errors.New("git does not know the version of the sources")
)

// versionForm is what file names and the tags of images can hold.
var versionForm = regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z_.-]{0,99}$`)

// readSource reads the version of the sources in a folder, their instant and
// their notes. Without a given version git and the changelog must agree on one,
// and the sources be those of the commit. Epoch is seconds since 1970, or empty
// for the instant of the commit.
func readSource(ctx context.Context, folder, given, epoch string) (source, error) {
	src := source{version: given}
	described, err := git(ctx, folder, "describe", "--tags", "--always", "--abbrev=12")
	switch {
	case err != nil && given == "":
		return src, fmt.Errorf("%w (%w): give it with VERSION=v0.1.0", errNoGit, err)
	case err != nil && epoch == "":
		return src, fmt.Errorf("%w (%w): set SOURCE_DATE_EPOCH to their instant, in seconds since 1970", errNoGit, err)
	case given == "":
		src.version = described
		changed, err := git(ctx, folder, "status", "--porcelain")
		if err != nil {
			return src, err
		}
		if changed != "" {
			return src, fmt.Errorf("%w: commit them, or give a version with VERSION=v0.1.0:\n%s", errDirty, changed)
		}
	}
	if !versionForm.MatchString(src.version) {
		return src, fmt.Errorf("%w: got %q, want letters, digits, dots, hyphens, such as v0.1.0", errVersion, src.version)
	}
	if src.at, src.commit, err = commitOf(ctx, folder, epoch); err != nil {
		return src, err
	}
	changelog, err := os.ReadFile(filepath.Join(folder, "CHANGELOG.md"))
	if err != nil {
		return src, err
	}
	src.notes, err = notesOf(string(changelog), src.version)
	if err != nil && given == "" {
		return src, err
	}
	return src, nil
}

// commitOf returns the commit that is checked out, if git knows one, and the
// instant of the release.
func commitOf(ctx context.Context, folder, epoch string) (time.Time, string, error) {
	head, err := git(ctx, folder, "log", "-1", "--format=%H %ct")
	commit, seconds, _ := strings.Cut(head, " ")
	if epoch != "" {
		seconds = epoch
	} else if err != nil {
		return time.Time{}, "", err
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, "", fmt.Errorf("SOURCE_DATE_EPOCH: got %q, want seconds since 1970", seconds)
	}
	return time.Unix(n, 0).UTC(), commit, nil
}

// git runs one command of git and returns what it prints.
func git(ctx context.Context, folder string, args ...string) (string, error) {
	return output(exec.CommandContext(ctx, "git", append([]string{"-C", folder}, args...)...))
}

// output runs a program and returns what it prints, without the end of the last
// line. Its error has what the program wrote to its standard error.
func output(cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if said := strings.TrimSpace(stderr.String()); said != "" {
			err = fmt.Errorf("%w: %s", err, said)
		}
		return "", fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	return strings.TrimRight(stdout.String(), "\n"), nil
}
