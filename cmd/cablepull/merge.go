package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/job"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// merger prints what shards of one call have together, as that call would have
// done without shards. Folders are those of the shards.
type merger func(s *session, m *job.Merged, folders []string) error

// mergers are the verbs whose calls can be divided.
var mergers = map[job.Kind]merger{job.Run: (*session).mergeRuns, job.Sweep: (*session).mergeSweep}

func newMerge() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "merge [flags] DIR...",
		Short: "Put the shards of a run or a sweep together",
		Long: `Merge reads the folders that run --shard or sweep --shard has left, prints what
one call without shards would have printed, and ends with its exit status. The folders may come in any
order, and more than once. Shards that are missing or have not ended are named,
and the exit status is 2. If a run was played in two shards with different
results the bench has a bug, and the exit status is 3.`,
		Example: `  cablepull run --all --seeds 1..100 --shard 1/2 --out a
  cablepull run --all --seeds 1..100 --shard 2/2 --out b
  cablepull merge a b --junit all.xml
  cablepull merge shards/* --out whole
  cablepull merge sweep-1 sweep-2 --csv all.csv --html all.html`,
		RunE: func(cmd *cobra.Command, folders []string) error {
			f.complete(os.Getenv)
			std := streamsOf(cmd)
			s := &session{ctx: cmd.Context(), flags: f, stdout: std.out, stderr: std.err}
			return s.merge(folders)
		},
	}
	f.registerMerge(cmd)
	return cmd
}

// registerMerge declares those flags of run that say where results go.
func (f *runFlags) registerMerge(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.given = flags.Changed
	flags.StringVar(&f.out, "out", "", "directory to copy the artefacts of all runs to, with runs.json, which lists them")
	flags.BoolVar(&f.force, "force", false, "with --out: replace the runs of an earlier call")
	flags.StringVar(&f.report, "report", "", "write a page for people about all runs to this HTML file; the shards need --report, too")
	flags.StringVar(&f.junit, "junit", "", "write one JUnit XML file for all runs")
	flags.StringVar(&f.summary, "summary", "", "append a table of the runs in Markdown to this file (default with --annotate github: $GITHUB_STEP_SUMMARY)")
	flags.StringVar(&f.annotate, "annotate", "", "github: print failures and warnings as workflow commands, to standard error")
	flags.BoolVar(&f.json, "json", false, `print JSON instead of text: {"runs": [...]}`)
	flags.BoolVar(&f.plain, "plain", false, "plain ASCII without colour, as when the output is not a terminal")
	flags.BoolVar(&f.view.quiet, "quiet", false, "print only the verdict, and what failed")
	flags.StringVar(&f.swept.csv, "csv", "", "of a sweep: write a row for each run to this file")
	flags.StringVar(&f.swept.html, "html", "", "of a sweep: write its page to this file")
	flags.StringVar(&f.swept.jsonFile, "json-file", "", "of a sweep: write its JSON form to this file")
	offerWords(cmd, "annotate", annotateGitHub)
	_ = cmd.MarkFlagDirname("out") // there are such flags
	_ = cmd.MarkFlagFilename("junit", "xml")
}

// merge reads the folders and leaves the rest to the verb that filled them.
func (s *session) merge(folders []string) error {
	if len(folders) == 0 {
		return errors.New("merge: name the folders of the shards")
	}
	m, err := job.Merge(folders)
	switch {
	case errors.Is(err, job.ErrRandom):
		return benchError{err}
	case err != nil:
		return fmt.Errorf("merge: %w", err)
	}
	s.flags.swept.given = s.flags.given
	do := mergers[m.Plan.Kind]
	if do == nil {
		return fmt.Errorf("merge: %s: got results of %q, which cannot be merged", folders[0], m.Plan.Kind)
	}
	return do(s, m, folders)
}

// mergeRuns merges shards of run.
func (s *session) mergeRuns(m *job.Merged, folders []string) error {
	if err := s.flags.onlyOf("a run", "csv", "html", "json-file"); err != nil {
		return err
	}
	var asked runAsked
	if err := json.Unmarshal(m.Plan.Asked, &asked); err != nil {
		return fmt.Errorf("merge: %s: %s: %w", folders[0], job.PlanFile, err)
	}
	s.flags.all, s.flags.verify = asked.All, asked.Verify
	if s.flags.report != "" && !asked.Report {
		return errors.New("merge: --report: the shards have no pictures: play them with --report, too")
	}
	missing, err := m.Missing(folders)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if err := s.open(); err != nil {
		return err
	}
	defer s.close()
	trials, results, err := s.collect(m, folders)
	if err != nil {
		return err
	}
	s.judgeMerged(m, results)
	err = errors.Join(s.leave(trials, results), s.print(results, nil))
	if err == nil {
		err = s.verdict(results)
	}
	if missing != "" && statusOf(err) != exitBench {
		return fmt.Errorf("merge: %s", missing)
	}
	return err
}

// collect returns the runs that there are, in the order of the plan, and copies
// their artefacts to the directory of --out.
func (s *session) collect(m *job.Merged, folders []string) (trials []trial.Trial, results []trial.Result, err error) {
	jobs, err := m.Plan.Jobs()
	if err != nil {
		return nil, nil, fmt.Errorf("merge: %w", err)
	}
	several := slices.ContainsFunc(jobs, func(j job.Job) bool { return j.World != jobs[0].World })
	for _, j := range jobs {
		one, known := m.Result(j.Digest())
		if !known {
			continue
		}
		r, err := trial.Decode(one.Whole)
		if err != nil {
			return nil, nil, fmt.Errorf("merge: %s: %w", folders[m.Folders[j.Digest()]], err)
		}
		t := j.Trial()
		below := t.Folder()
		if several {
			below = filepath.Join(below, string(t.World))
		}
		from := filepath.Join(folders[m.Folders[j.Digest()]], below)
		t.Dir, r.Kept = from, r.Kept && isFolder(from)
		if s.output != nil && r.Kept {
			t.Dir = filepath.Join(s.flags.out, below)
			if err := os.CopyFS(t.Dir, os.DirFS(from)); err != nil && !errors.Is(err, fs.ErrExist) {
				return nil, nil, blameWriting(fmt.Errorf("merge: --out: %w", err))
			}
		}
		s.addPage(len(trials), t, &r)
		trials, results = append(trials, t), append(results, r)
	}
	return trials, results, nil
}

// judgeMerged judges what scenarios expect of several seeds. The folders do not
// have the scenarios: those that are not here as they were played are named.
func (s *session) judgeMerged(m *job.Merged, results []trial.Result) {
	jobs, err := m.Plan.Jobs()
	if err != nil {
		return // collect has said so
	}
	jobs = slices.DeleteFunc(jobs, func(j job.Job) bool {
		_, known := m.Result(j.Digest())
		return !known
	})
	trials, gone := make([]trial.Trial, len(jobs)), map[string]bool{}
	sources := map[string]trial.Source{}
	for i, j := range jobs {
		trials[i] = j.Trial()
		source, known := sources[j.Word]
		if !known {
			source, err = trial.Open(j.Word)
			if err != nil || source.Scenario.TextDigest() != j.Text {
				source = trial.Source{}
			}
			sources[j.Word] = source
		}
		if source.Scenario == nil {
			if !gone[j.Word] {
				s.note("%s: it is not here as it was played, so nothing is judged that it expects of several seeds", j.Word)
				gone[j.Word] = true
			}
			continue
		}
		trials[i].Source = source
		if trials[i].Prepare() != nil {
			trials[i].Scenario = nil
		}
	}
	s.over = trial.OverSeeds(trials, results)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
