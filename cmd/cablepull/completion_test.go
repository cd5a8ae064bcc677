package main

import (
	"strings"
	"testing"
)

// TestCompletion: what a shell is offered for the last word of a command line.
// The last line of an answer is a number for the script of the shell: 4 is
// "no files", 8 "files that end so".
func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"run self-balance-hellos-st":                            "self-balance-hellos-starve\n:4\n",
		"run self-balance-hellos-starve self-balance-hellos-st": "yaml\nyml\n:8\n",
		"run my-own":              "yaml\nyml\n:8\n",
		"run --world ":            "virtual\nnetns\nboth\n:4\n",
		"run --world n":           "netns\n:4\n",
		"run --all --tag split-b": "split-brain\n:4\n",
		"list --world ":           "virtual\nnetns\n:4\n",
		"list --in st":            "standby\n:4\n",
		"show cable-pull":         "cable-pull\n:4\n",
		"show cable-pull c":       ":4\n",
		"validate ":               "yaml\nyml\n:8\n",
		"init ":                   "yaml\nyml\n:8\n",
		"run reboot-by-profile --variant profile=i": "profile=ios\n:4\n",
		"run --variant x": ":4\n",
		"run --keep f":    "failures\n:4\n",
		"run --annotate ": "github\n:4\n",
		"run --seeds ":    ":4\n",
		"run --jobs ":     ":4\n",
		"run --junit ":    "xml\n:8\n",
		"run --out ":      ":16\n",
	} {
		words := strings.Split("__complete "+line, " ")
		var stdout, stderr strings.Builder
		status := run(t.Context(), words, strings.NewReader(""), &stdout, &stderr)
		if got := stdout.String(); status != exitPassed || got != want {
			t.Errorf("%s: status %d, got %q, want %q", line, status, got, want)
		}
	}
}
