package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// ProgressFile says how far a series of runs is. It is in the folder that has
// theirs, as long as the series goes on.
const ProgressFile = "progress.json"

// Progress is how far a series of runs is. Its JSON form is progress.json.
type Progress struct {
	Total     int           `json:"total"`        // runs to play
	Done      int           `json:"done"`         // of them, those that have ended
	Failed    int           `json:"failed"`       // of those, the ones that did not pass
	Running   []string      `json:"running"`      // the names of those that are being played
	Simulated time.Duration `json:"simulated_ns"` // by those that have ended, in their own time
	Began     time.Time     `json:"began"`
	Updated   time.Time     `json:"updated"`

	Process int    `json:"process"`         // that writes the file
	Started string `json:"process_started"` // when that process began, as its system says it; empty if it does not
}

// ReadProgress reads the progress of the series that leaves its runs in a
// folder. It returns an error that is os.ErrNotExist if none goes on there.
func ReadProgress(root *os.Root, folder string) (*Progress, error) {
	text, err := root.ReadFile(filepath.Join(folder, ProgressFile))
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	var p Progress
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("reports: %s: %w", filepath.Join(folder, ProgressFile), err)
	}
	return &p, nil
}

// Stale says that the process that wrote the file is gone: it was killed, and
// the series will not go on. A process that has its number by now does not
// count.
func (p *Progress) Stale() bool { return !processLives(p.Process, p.Started) }

// progressPause is the shortest time between two versions of the file.
const progressPause = 100 * time.Millisecond

// Reporter keeps progress.json up to date. All methods may be called from any
// goroutine, and on nil, which reports nothing.
type Reporter struct {
	path string

	mu      sync.Mutex
	state   Progress
	written time.Time
	later   *time.Timer // writes what has changed since; nil: nothing has
	ended   bool
	err     error // of the last write
}

// StartProgress begins to report a series of runs in a folder, which it makes
// if it is not there. Close ends that.
func StartProgress(folder string, total int) (*Reporter, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	now, process := time.Now(), os.Getpid()
	r := &Reporter{path: filepath.Join(folder, ProgressFile)}
	r.state = Progress{Total: total, Running: []string{}, Began: now.UTC(), Process: process, Started: processStarted(process)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.write(); r.err != nil {
		return nil, r.err
	}
	return r, nil
}

// Running says that a run is being played.
func (r *Reporter) Running(name string) {
	r.change(func(p *Progress) { p.Running = append(p.Running, name) })
}

// Done says that a run has ended: whether it passed, and how much time it
// simulated.
func (r *Reporter) Done(name string, passed bool, simulated time.Duration) {
	r.change(func(p *Progress) {
		if i := slices.Index(p.Running, name); i >= 0 {
			p.Running = slices.Delete(p.Running, i, i+1)
		}
		p.Done++
		if !passed {
			p.Failed++
		}
		p.Simulated += simulated
	})
}

// change changes the state, and writes it at once, or when the last version is
// old enough.
func (r *Reporter) change(how func(*Progress)) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	how(&r.state)
	if r.later != nil || r.ended {
		return
	}
	r.later = time.AfterFunc(progressPause-time.Since(r.written), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.later = nil; !r.ended {
			r.write()
		}
	})
}

// write replaces the file by its next version.
func (r *Reporter) write() {
	r.written = time.Now()
	r.state.Updated = r.written.UTC()
	var text bytes.Buffer
	form := json.NewEncoder(&text)
	form.SetEscapeHTML(false)
	form.SetIndent("", "  ")
	if r.err = form.Encode(r.state); r.err == nil {
		r.err = replaceFile(r.path, text.Bytes())
	}
}

// replaceFile gives a file another content, so that whoever reads it finds the
// old one or the new one.
func replaceFile(path string, content []byte) error {
	file, err := openTemporary(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return fmt.Errorf("reports: %s: %w", path, err)
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
		return fmt.Errorf("reports: %s: %w", path, err)
	}
	return nil
}

// Close ends the report and removes the file. Its error is of that, or of the
// last version that could not be written.
func (r *Reporter) Close() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return nil
	}
	r.ended = true
	if r.later != nil {
		r.later.Stop()
	}
	if err := os.Remove(r.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return errors.Join(r.err, fmt.Errorf("reports: %w", err))
	}
	return r.err
}
