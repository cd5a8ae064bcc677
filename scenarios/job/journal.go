package job

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cablepull/cablepull/reports"
)

// The files of a journal.
const (
	PlanFile    = "plan.json"
	ResultsFile = "results.jsonl"
)

// Errors of journals.
var (
	ErrOther   = errors.New("it has the results of another call")
	ErrBusy    = errors.New("another command is writing to it")
	ErrDamaged = errors.New("its results are damaged")
	// ErrRandom says that one job has two results: a bug of the bench.
	ErrRandom = errors.New("one job, and two results: the run is not repeatable")
)

// Journal keeps the results of a plan in a folder: plan.json, and a line for
// each result, which is appended as soon as it is known. A process that is
// killed leaves whole lines and at most half of the last, which is dropped when
// the journal is opened again. One process writes at a time.
type Journal struct {
	Plan Plan
	path string
	file *os.File // also the lock
	// known are the results that are there, by job; order is that of the lines.
	known   map[Digest]Result
	order   []Digest
	pending bytes.Buffer // lines that are not written yet
	broken  error        // why nothing more is written: half a line may stand at the end
}

// Open opens the journal of a plan in a folder, which it makes. What the folder
// has of the same plan counts: Known says what that is. What it has of another
// one is an error that is ErrOther, unless replace is set: then it is removed.
func Open(path string, plan Plan, replace bool) (*Journal, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, fmt.Errorf("job: journal: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(path, ResultsFile), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("job: journal: %w", err)
	}
	j := &Journal{Plan: plan, path: path, file: file, known: map[Digest]Result{}}
	if err := j.begin(replace); err != nil {
		file.Close()
		return nil, fmt.Errorf("job: journal: %s: %w", path, err)
	}
	return j, nil
}

// Begun reports whether a folder has a journal of the plan, to go on with.
func Begun(path string, plan Plan) bool {
	earlier, err := readPlan(path)
	return err == nil && plan.same(earlier) == nil
}

// begin locks the journal and reads what is there.
func (j *Journal) begin(replace bool) error {
	if taken, err := lock(j.file); err != nil || taken {
		return errors.Join(err, busy(taken))
	}
	earlier, err := readPlan(j.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if size, err := j.file.Seek(0, io.SeekEnd); err != nil || size > 0 && !replace {
			return errors.Join(err, fmt.Errorf("%w: %s, but no %s", ErrOther, ResultsFile, PlanFile))
		}
	case err != nil && !replace:
		return fmt.Errorf("%w: %w", ErrOther, err)
	case replace:
	default:
		if err := j.Plan.same(earlier); err != nil {
			return err
		}
		return j.read()
	}
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	if _, err := j.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return writePlan(j.path, j.Plan)
}

func busy(taken bool) error {
	if taken {
		return ErrBusy
	}
	return nil
}

// same says in what an earlier plan in the same folder differs, or nil.
func (p Plan) same(earlier Plan) error {
	switch {
	case earlier.Kind != p.Kind:
		return fmt.Errorf("%w: of %s, want %s", ErrOther, earlier.Kind, p.Kind)
	case earlier.Version != p.Version:
		return fmt.Errorf("%w: of version %s, want %s", ErrOther, earlier.Version, p.Version)
	case earlier.Shard != p.Shard:
		return fmt.Errorf("%w: shard %q, want %q", ErrOther, earlier.Shard, p.Shard)
	case earlier.Digest() != p.Digest():
		return fmt.Errorf("%w: %s", ErrOther, earlier.Words)
	}
	return nil
}

// read reads the lines that are there, and drops half a line at the end.
func (j *Journal) read() error {
	text, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	if err := j.parse(text[:whole]); err != nil {
		return err
	}
	if err := j.file.Truncate(int64(whole)); err != nil {
		return err
	}
	_, err = j.file.Seek(int64(whole), io.SeekStart)
	return err
}

// parse adds the results of whole lines.
func (j *Journal) parse(text []byte) error {
	number := 0
	for line := range bytes.Lines(text) {
		number++
		var l entry
		err := json.Unmarshal(line, &l)
		if err == nil && l.Result.Digest() != l.Digest {
			err = errors.New("its digest is another one")
		}
		if err != nil {
			return fmt.Errorf("%w: %s:%d: %w", ErrDamaged, ResultsFile, number, err)
		}
		if err := j.add(l.Result); err != nil {
			return err
		}
	}
	return nil
}

// entry is a line of the journal.
type entry struct {
	Digest Digest `json:"digest"` // of the result: a line that was changed is no result
	Result
}

// add remembers a result. A second one of its job must agree with the first,
// unless that was for the machine to blame.
func (j *Journal) add(r Result) error {
	first, known := j.known[r.Job]
	if known && first.Final() {
		return Agree(first, r)
	}
	if !known {
		j.order = append(j.order, r.Job)
	}
	j.known[r.Job] = r
	return nil
}

// Known returns the result of a job that has been played.
func (j *Journal) Known(d Digest) (Result, bool) {
	r, known := j.known[d]
	return r, known
}

// Count is how many jobs have results.
func (j *Journal) Count() int { return len(j.order) }

// Add keeps a result: Flush writes it.
func (j *Journal) Add(r Result) error {
	if first, known := j.known[r.Job]; known && first.Final() {
		return j.add(r)
	}
	line, err := json.Marshal(entry{r.Digest(), r})
	if err != nil {
		return fmt.Errorf("job: journal: %w", err)
	}
	j.pending.Write(append(line, '\n'))
	r.Whole = nil // it is in the file
	return j.add(r)
}

// Flush appends what has been added. An error is that of the machine: its disk
// may be full.
func (j *Journal) Flush() error {
	if j.broken != nil || j.pending.Len() == 0 {
		return j.broken
	}
	if _, err := j.file.Write(j.pending.Bytes()); err != nil {
		j.broken = fmt.Errorf("job: journal: %w", err)
	}
	j.pending.Reset()
	return j.broken
}

// Close writes what has been added, and lets others open the journal.
func (j *Journal) Close() error {
	err := errors.Join(j.Flush(), j.file.Sync())
	return errors.Join(err, j.file.Close())
}

func readPlan(path string) (Plan, error) {
	var p Plan
	text, err := os.ReadFile(filepath.Join(path, PlanFile))
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("%s: %w", PlanFile, err)
	}
	return p, nil
}

func writePlan(path string, p Plan) error {
	return reports.WriteFile(filepath.Join(path, PlanFile), func(w io.Writer) error { return json.NewEncoder(w).Encode(p) })
}
