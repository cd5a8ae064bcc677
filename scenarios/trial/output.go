package trial

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/reports"
)

// ErrEarlier says that a directory has runs of an earlier call.
var ErrEarlier = errors.New("it has runs of an earlier call")

// Output is the directory of one call: a folder for each run, and runs.json,
// which lists them.
type Output struct {
	path string
	made string // the topmost folder that we made; empty if there was the directory
}

// OpenOutput makes the directory, and makes sure that it can be written to. If
// it has runs of an earlier call the error is ErrEarlier, unless replace is
// set: then their files are removed, and nothing else is.
func OpenOutput(path string, replace bool) (*Output, error) {
	o := &Output{path: filepath.Clean(path)}
	for at := o.path; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(at); !errors.Is(err, os.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		o.made = at
	}
	if err := os.MkdirAll(o.path, 0o755); err != nil {
		return nil, err
	}
	if err := reports.CheckWritable(filepath.Join(o.path, reports.IndexFile)); err != nil {
		o.Close()
		return nil, err
	}
	runs, err := earlierRuns(o.path)
	if index := filepath.Join(o.path, reports.IndexFile); err == nil && fileExists(index) && !isOurs(o.path, reports.IndexFile) {
		err = fmt.Errorf("%s: in the way: it is not a list of runs", index)
	}
	switch {
	case err != nil:
		return nil, err
	case len(runs) > 0 && !replace:
		return nil, fmt.Errorf("%s: %w (%s)", path, ErrEarlier, someOf(runs))
	}
	for _, run := range runs {
		folder := filepath.Join(o.path, run)
		if err := removeRun(folder); err != nil {
			return nil, err
		}
		if run != "." {
			os.Remove(folder) // if it is empty
		}
	}
	return o, nil
}

// ContinueOutput is OpenOutput for a call that goes on with an earlier one: the
// runs that are there count.
func ContinueOutput(path string) *Output { return &Output{path: filepath.Clean(path)} }

// Close removes the folders that OpenOutput has made if they are empty.
func (o *Output) Close() {
	for at := o.path; o.made != ""; at = filepath.Dir(at) {
		if os.Remove(at) != nil || at == o.made {
			return // it is not empty, or the last
		}
	}
}

// WriteIndex lists the runs in runs.json: results of trials, which have folders
// below the directory.
func (o *Output) WriteIndex(trials []Trial, results []Result) error {
	var all []reports.Indexed
	for i, r := range results {
		folder := ""
		if r.Kept {
			below, err := filepath.Rel(o.path, trials[i].Dir)
			if err != nil {
				return err
			}
			folder = filepath.ToSlash(below)
		}
		all = append(all, r.Report.Index(folder))
	}
	path := filepath.Join(o.path, reports.IndexFile)
	return reports.WriteFile(path, func(w io.Writer) error { return reports.WriteIndex(w, all) })
}

// earlierRuns lists the folders below a directory that have files of ours, as
// paths from there, deepest first. Dot is the directory itself: it has an
// index, or a run of a version that made no folder for one.
func earlierRuns(path string) ([]string, error) {
	var found []string
	for _, pattern := range []string{"*/*", "*", "."} { // both worlds lie one level deeper
		folders, err := filepath.Glob(filepath.Join(escaped(path), pattern))
		if err != nil {
			return nil, err
		}
		for _, folder := range folders {
			below, err := filepath.Rel(path, folder)
			if err != nil {
				return nil, err
			}
			if info, err := os.Lstat(folder); err == nil && info.IsDir() && len(ourFiles(folder)) > 0 {
				found = append(found, below)
			}
		}
	}
	return found, nil
}

func fileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// escaped is a path as a pattern of filepath.Glob that matches it alone.
func escaped(path string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(path)
}

// marks are the files that say by their content that a call of this command
// has written them, by keys that each has.
var marks = map[string][]string{
	reports.RunFile:        {"scenario", "seed", "world", "version", "measures"},
	reports.IndexFile:      {"runs"},
	reports.ComparisonFile: {"scenario", "virtual", "netns"},
}

// isOurs reports whether a folder has one of these files, and we have written
// it.
func isOurs(folder, name string) bool {
	path := filepath.Join(folder, name)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	data, err := os.ReadFile(path)
	var content map[string]json.RawMessage
	if err != nil || json.Unmarshal(data, &content) != nil {
		return false
	}
	return !slices.ContainsFunc(marks[name], func(key string) bool { return content[key] == nil })
}

// ourFiles lists the files that a run or a call has left in a folder. The names
// of artefacts count only next to a run.json of ours.
func ourFiles(folder string) []string {
	var paths []string
	for _, name := range []string{reports.IndexFile, reports.ComparisonFile} {
		if isOurs(folder, name) {
			paths = append(paths, filepath.Join(folder, name))
		}
	}
	if !isOurs(folder, reports.RunFile) {
		return paths
	}
	logs, _ := filepath.Glob(filepath.Join(escaped(folder), reports.ProgramsFolder, "*.log")) // the pattern is well-formed
	for _, name := range ArtefactNames() {
		logs = append(logs, filepath.Join(folder, name))
	}
	for _, path := range logs {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
			paths = append(paths, path)
		}
	}
	return paths
}

// removeRun removes what a run or a call has left in a folder.
func removeRun(folder string) error {
	for _, path := range ourFiles(folder) {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	os.Remove(filepath.Join(folder, reports.ProgramsFolder)) // if it is empty
	return nil
}

// someOf names the first few of many.
func someOf(names []string) string {
	const most = 3
	text := strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}
