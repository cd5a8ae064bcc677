package reports

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// pendingFile is a file that is being written and does not have its name yet.
// If the system supports files without a name it is one of those, which vanish
// with the process. Elsewhere it has a temporary name.
type pendingFile struct {
	*os.File
	path      string // its final name
	temporary string // its name until then; empty if it has none
}

// Temporary names begin with a dot, so that nobody mistakes them for artefacts.
const (
	temporaryPrefix = ".cablepull-"
	temporarySuffix = ".tmp"
)

// createPending opens the file that will have the path, in a folder that is
// there.
func createPending(folder, path string) (*pendingFile, error) {
	file, err := openNameless(folder)
	if err == nil {
		return &pendingFile{File: file, path: path}, nil
	}
	if errors.Is(err, errors.ErrUnsupported) {
		file, err = openTemporary(folder, filepath.Base(path))
	}
	if err != nil {
		return nil, fmt.Errorf("reports: %s: %w", path, err)
	}
	return &pendingFile{File: file, path: path, temporary: file.Name()}, nil
}

// openTemporary opens a file under a temporary name.
func openTemporary(folder, name string) (*os.File, error) {
	path := filepath.Join(folder, fmt.Sprintf("%s%s-%d%s", temporaryPrefix, name, os.Getpid(), temporarySuffix))
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// clearTemporaries removes what a killed process left under temporary names.
func clearTemporaries(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), temporaryPrefix) || !strings.HasSuffix(e.Name(), temporarySuffix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
			return fmt.Errorf("reports: unfinished file of an earlier run: %w", err)
		}
	}
	return nil
}

// fill writes the content. An error names the file.
func (p *pendingFile) fill(content func(io.Writer) error) error {
	if err := content(p.File); err != nil {
		return fmt.Errorf("reports: %s: %w", p.path, err)
	}
	return nil
}

// settle flushes everything to the disk.
func (p *pendingFile) settle() error {
	if err := p.Sync(); err != nil {
		return fmt.Errorf("reports: %s: %w", p.path, err)
	}
	return nil
}

// appear gives the file its name, which must be free, and ends the writing.
func (p *pendingFile) appear() error {
	var err error
	if p.temporary == "" {
		err = nameFile(p.File, p.path)
	} else {
		err = os.Rename(p.temporary, p.path)
	}
	if err = errors.Join(err, p.File.Close()); err != nil {
		return fmt.Errorf("reports: %s: %w", p.path, err)
	}
	return nil
}

// abandon ends the writing of a file that has not appeared.
func (p *pendingFile) abandon() {
	p.File.Close() // nobody will read it
	if p.temporary != "" {
		os.Remove(p.temporary) // if this fails, the next run removes it
	}
}

// ErrOccupied says that something other than a regular file is in the way.
var ErrOccupied = errors.New("it is not a regular file")

// free removes the file that has a name, so that another one can take it.
func free(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err == nil && !info.Mode().IsRegular():
		err = fmt.Errorf("%w: %s", ErrOccupied, info.Mode().Type())
	case err == nil:
		err = os.Remove(path)
	}
	if err != nil {
		return fmt.Errorf("reports: %s: in the way: %w", path, err)
	}
	return nil
}

// WriteFile writes a file completely or not at all. It replaces another file,
// but nothing else (ErrOccupied).
func WriteFile(path string, content func(io.Writer) error) error {
	p, err := createPending(filepath.Dir(path), path)
	if err != nil {
		return err
	}
	if err = p.fill(content); err == nil {
		err = p.settle()
	}
	if err == nil {
		err = free(path)
	}
	if err != nil {
		p.abandon()
		return err
	}
	return p.appear()
}

// CheckWritable finds out whether WriteFile could write a file: it makes the
// folder, begins a file in it and gives it up again.
func CheckWritable(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("reports: %s: in the way: %w: %s", path, ErrOccupied, info.Mode().Type())
	}
	p, err := createPending(folder, path)
	if err != nil {
		return err
	}
	p.abandon()
	return nil
}
