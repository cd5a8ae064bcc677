package reports

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// openNameless opens a file in a folder that has no name (open(2), O_TMPFILE).
// An error is errors.ErrUnsupported if the file system has no such files, or if
// there is no way to name one later.
func openNameless(folder string) (*os.File, error) {
	fd, err := unix.Open(folder, unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
	switch {
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EISDIR): // the latter from kernels that do not know of it
		return nil, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	case err != nil:
		return nil, &os.PathError{Op: "open a file in", Path: folder, Err: err}
	}
	file := os.NewFile(uintptr(fd), folder)
	if _, err := os.Lstat(linkOf(file)); err != nil { // there is no /proc
		file.Close()
		return nil, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return file, nil
}

// nameFile gives a file without a name one, which nothing has.
func nameFile(file *os.File, path string) error {
	if err := unix.Linkat(unix.AT_FDCWD, linkOf(file), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW); err != nil {
		return &os.LinkError{Op: "link", Old: "a file without a name", New: path, Err: err}
	}
	return nil
}

// linkOf is a link to an open file.
func linkOf(file *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", file.Fd()) }
