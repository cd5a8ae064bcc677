package trial

import (
	"path/filepath"
	"slices"
	"strings"
)

// systemFolders are where Debian keeps nginx, haproxy and keepalived; the PATH of
// an ordinary user does not name them.
var systemFolders = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

// WithSystemFolders adds the system's folders to a PATH that leaves them out. Who
// plays trials with real programs sets it before.
func WithSystemFolders(path string) string {
	folders := filepath.SplitList(path)
	for _, f := range systemFolders {
		if !slices.Contains(folders, f) {
			folders = append(folders, f)
		}
	}
	return strings.Join(folders, string(filepath.ListSeparator))
}
