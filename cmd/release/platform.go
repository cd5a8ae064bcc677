package main

import (
	"fmt"
	"slices"
	"strings"
)

// platform is an operating system and an architecture, as Go names them.
type platform struct{ os, arch string }

// allPlatforms are those of a release.
var allPlatforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"}

func (p platform) String() string { return p.os + "/" + p.arch }

// parsePlatforms reads a list such as linux/amd64,darwin/arm64.
func parsePlatforms(list string) ([]platform, error) {
	var platforms []platform
	for word := range strings.SplitSeq(list, ",") {
		if !slices.Contains(allPlatforms, word) {
			return nil, fmt.Errorf("platform: got %q, want one of %s", word, strings.Join(allPlatforms, ", "))
		}
		os, arch, _ := strings.Cut(word, "/")
		if p := (platform{os, arch}); !slices.Contains(platforms, p) {
			platforms = append(platforms, p)
		}
	}
	return platforms, nil
}
