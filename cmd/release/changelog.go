package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// errNoSection means that the changelog has nothing to say about a version.
var errNoSection = errors.New("no section in CHANGELOG.md")

// unreleased heads what has changed since the last version.
const unreleased = "Unreleased"

var (
	// tagged is a version of which there is a section, such as v0.1.0 or
	// v0.2.0-rc.1. Others are between two versions, such as v0.1.0-7-g1234abcd.
	tagged = regexp.MustCompile(`^v?([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?)$`)
	// heading is that of a section: "## [0.1.0] - 2026-01-31".
	heading = regexp.MustCompile(`^## \[([^]]+)\]`)
	// reference is a line that says where a link leads.
	reference = regexp.MustCompile(`^\[[^]]+\]: `)
)

// notesOf returns the section of a version in a changelog in the form of Keep a
// Changelog, without its heading. What is between two versions is unreleased.
func notesOf(changelog, version string) (string, error) {
	name := unreleased
	if m := tagged.FindStringSubmatch(version); m != nil {
		name = m[1]
	}
	var section []string
	inside, entries := false, 0
	for line := range strings.Lines(changelog) {
		line = strings.TrimRight(line, "\n")
		if m := heading.FindStringSubmatch(line); m != nil {
			inside = m[1] == name
			continue
		}
		if !inside || reference.MatchString(line) {
			continue
		}
		if strings.HasPrefix(line, "- ") {
			entries++
		}
		section = append(section, line)
	}
	if entries == 0 {
		return "", fmt.Errorf("%w: version %s wants a section \"## [%s]\" with entries that begin with \"- \"", errNoSection, version, name)
	}
	return strings.TrimSpace(strings.Join(section, "\n")) + "\n", nil
}
