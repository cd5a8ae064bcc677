//go:build !unix

package trial

import "os"

// hungUp says whether the other side of a pipe has been closed. Here nobody
// knows before reading, so a worker without a parent ends after its trial.
func hungUp(*os.File) bool { return false }
