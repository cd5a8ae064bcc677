//go:build !unix

package job

import "os"

// lock does nothing where files have no such locks.
func lock(*os.File) (taken bool, err error) { return false, nil }
