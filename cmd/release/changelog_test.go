package main

import (
	"errors"
	"testing"
)

// TestNotesOf: a version has the section of its name, and what is between two
// versions is unreleased. A section without entries is none.
func TestNotesOf(t *testing.T) {
	const changelog = `# Changelog

## [Unreleased]

### Fixed

- C.

## [0.2.0-rc.1] - 2026-02-01

### Added

- B,
  in two lines.

## [0.1.0] - 2026-01-31
- A.
[0.1.0]: https://example.com/

## [0.0.1] - 2026-01-01

Nothing of note.
`
	for version, want := range map[string]string{
		"v0.1.0":               "- A.\n",
		"0.1.0":                "- A.\n",
		"v0.2.0-rc.1":          "### Added\n\n- B,\n  in two lines.\n",
		"v0.1.0-7-g0123456789": "### Fixed\n\n- C.\n",
		"0123456789ab":         "### Fixed\n\n- C.\n",
		"v0.2.0":               "",
		"v0.0.1":               "",
	} {
		got, err := notesOf(changelog, version)
		if got != want || errors.Is(err, errNoSection) != (want == "") {
			t.Errorf("%s: got %q and error %v, want %q", version, got, err, want)
		}
	}
	if _, err := notesOf("# Changelog\n", "0123456789ab"); !errors.Is(err, errNoSection) {
		t.Errorf("without any section: got %v, want %v", err, errNoSection)
	}
}
