package hunt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Corpus is a folder of schedules that led to states never seen before, each a
// file that is named after its content. Folders are merged by copying files,
// and to write a schedule twice changes nothing.
type Corpus struct{ Dir string }

const caseSuffix = ".schedule"

// Load returns the cases of the folder, by name. A folder that does not exist
// has none. A file that cannot be read as a schedule is an error that names it.
func (c Corpus) Load() ([]Case, error) {
	entries, err := os.ReadDir(c.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("hunt: corpus: %w", err)
	}
	var all []Case
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), caseSuffix) {
			continue // of somebody else, or written when the program was killed
		}
		data, err := os.ReadFile(filepath.Join(c.Dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("hunt: corpus: %w", err)
		}
		one, err := parseCase(string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		all = append(all, one)
	}
	return all, nil
}

// Add writes a case to the folder, unless it is there.
func (c Corpus) Add(one Case) error {
	return WriteFile(filepath.Join(c.Dir, one.Digest()+caseSuffix), []byte(one.text()))
}

// WriteFile writes a file whole or not at all, whenever the program ends, with
// the folders that lead to it.
func WriteFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("hunt: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("hunt: %w", err)
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // the first error counts
		return fmt.Errorf("hunt: %w", err)
	}
	return nil
}
