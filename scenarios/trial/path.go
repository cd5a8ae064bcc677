package trial

import (
	"path/filepath"
	"slices"
	"strings"
)

// systemFolders are where Debian keeps nginx, haproxy and keepalived. An
// ordinary user's PATH does not include them.
var systemFolders = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

// WithSystemFolders adds the system folders that a PATH lacks. Call it before
// playing trials with real programs.
func WithSystemFolders(path string) string {
	folders := filepath.SplitList(path)
	for _, f := range systemFolders {
		if !slices.Contains(folders, f) {
			folders = append(folders, f)
		}
	}
	return strings.Join(folders, string(filepath.ListSeparator))
}
