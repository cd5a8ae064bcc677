package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// runFlags are the flags of the verb run.
type runFlags struct {
	all, slow bool
	tags, in  []string
	variant   string
	set       []string
	phase     time.Duration
	noise     []string
	seed      uint64
	seeds     string
	world     string
	jobs      int
	verify    bool
	allowExec bool
	strict    bool
	yes       bool
	out       string
	force     bool
	keep      string
	report    string
	shard     string
	matrix    time.Duration
	junit     string
	summary   string
	annotate  string
	json      bool
	plain     bool
	view      viewFlags
	swept     sweepFlags             // of merge: where a sweep goes
	given     func(flag string) bool // whether the user gave it
}

// worldBoth is the word for both worlds.
const worldBoth = "both"

// annotateGitHub is the only service that --annotate knows.
const annotateGitHub = "github"

// summaryVariable is where GitHub's runner says which file is the summary of a
// step.
const summaryVariable = "GITHUB_STEP_SUMMARY"

// complete fills in what the environment says.
func (f *runFlags) complete(getenv func(string) string) {
	if f.annotate == annotateGitHub && f.summary == "" {
		f.summary = getenv(summaryVariable)
	}
}

// register declares the flags.
func (f *runFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.given = flags.Changed
	flags.BoolVar(&f.all, "all", false, "run all incidents of the library that are not slow and can run in the world")
	flags.BoolVar(&f.slow, "slow", false, "with --all: run slow incidents too")
	flags.StringSliceVar(&f.tags, "tag", nil, "with --all: run only incidents with one of these tags")
	flags.StringSliceVar(&f.in, "in", nil, "with --all: run only incidents in these folders: "+strings.Join(incidents.Folders(), ", "))
	flags.StringVar(&f.variant, "variant", "", "run only this variant of the scenario, such as profile=ios")
	flags.StringArrayVar(&f.set, "set", nil, "set everything at a path of the scenario to a value, such as nodes.*.standby.lan.hold=6s; several times for several paths")
	flags.DurationVar(&f.phase, "phase", 0, "let all faults, and the end, come later by this time")
	flags.Uint64Var(&f.seed, "seed", 0, "the seed for everything random (default: the scenario's own)")
	flags.StringVar(&f.seeds, "seeds", "", "run once for each of these seeds, such as 1..50 or 3,7,12")
	flags.IntVar(&f.jobs, "jobs", 0, "worker processes to run in parallel (default 1; in the netns world, which mostly waits, 4 per processor)")
	flags.StringVar(&f.out, "out", "", "directory for the artefacts: a folder for each run, and runs.json, which lists them")
	flags.BoolVar(&f.force, "force", false, "with --out: replace the runs of an earlier call")
	flags.StringVar(&f.keep, "keep", string(trial.KeepAll), "with --out: the artefacts of all runs, or of failures")
	flags.StringVar(&f.shard, "shard", "", "with --out: play only a part of the runs, such as 3/16; cablepull merge puts parts together, and the same command goes on where it ended")
	flags.DurationVar(&f.matrix, "matrix", 0, "play nothing: print a matrix for GitHub of shards that each take about so long, such as 5m")
	flags.StringVar(&f.report, "report", "", "write a page for people about the run, or about all runs, to this HTML file")
	flags.StringVar(&f.junit, "junit", "", "write one JUnit XML file for all runs")
	flags.StringVar(&f.summary, "summary", "", "append a table of the runs in Markdown to this file (default with --annotate github: $GITHUB_STEP_SUMMARY)")
	flags.StringVar(&f.annotate, "annotate", "", "github: print failures and warnings as workflow commands, to standard error")
	flags.BoolVar(&f.json, "json", false, `print JSON instead of text: {"runs": [...]}, or {"comparisons": [...]} with --world both`)
	flags.BoolVar(&f.verify, "verify", false, "run everything twice and compare digests")
	flags.StringVar(&f.world, "world", string(trial.Virtual), "virtual: virtual time, one process; netns: real time, Linux network namespaces; both: compare the two")
	flags.BoolVar(&f.plain, "plain", false, "plain ASCII without colour, as when the output is not a terminal")
	f.view.register(cmd)
	flags.BoolVar(&f.allowExec, "allow-exec", false, "let scenario files run the real programs that they name")
	flags.BoolVar(&f.strict, "strict", false, "refuse to run a scenario with warnings")
	flags.BoolVar(&f.yes, "yes", false, "do not ask before a run that takes long or needs much memory")
	offer(cmd, "variant", completeVariants)
	offerWords(cmd, "keep", string(trial.KeepAll), string(trial.KeepFailures))
	offerWords(cmd, "annotate", annotateGitHub)
	f.registerNoise(cmd)
	for _, name := range []string{"set", "phase", "seed", "seeds", "jobs", "shard", "matrix"} {
		offerWords(cmd, name) // any number
	}
	_ = cmd.MarkFlagDirname("out") // there are such flags
	_ = cmd.MarkFlagFilename("junit", "xml")
}

// mistake is a combination of flags that nobody can mean.
type mistake struct {
	made bool
	why  string
}

// check finds invalid flags and combinations of flags. A flag without effect is
// refused where it can only be a mistake. --jobs with one run is none: what a
// pattern of the shell matches may be one file.
func (f *runFlags) check() error {
	checks := append(f.wrongValues(), f.wrongTogether()...)
	for _, name := range []string{"seeds", "variant", "set", "noise", "shard", "tag", "in", "out", "report", "junit", "summary", "annotate"} {
		checks = append(checks, mistake{f.isEmpty(name), fmt.Sprintf("--%s: got nothing, want a value, or no such flag", name)})
	}
	for _, c := range checks {
		if c.made {
			return fmt.Errorf("run: %s", c.why)
		}
	}
	return nil
}

// isEmpty says whether a flag was given an empty value, as by a variable of a
// script that is not set.
func (f *runFlags) isEmpty(name string) bool {
	texts := map[string]string{
		"seeds": f.seeds, "variant": f.variant, "set": strings.Join(f.set, ""), "noise": strings.Join(f.noise, ""), "shard": f.shard, "tag": strings.Join(f.tags, ""), "in": strings.Join(f.in, ""),
		"out": f.out, "report": f.report, "junit": f.junit, "summary": f.summary, "annotate": f.annotate,
	}
	return f.given(name) && texts[name] == ""
}

// wrongValues are the values that a flag does not take.
func (f *runFlags) wrongValues() []mistake {
	keeps := []string{string(trial.KeepAll), string(trial.KeepFailures)}
	return []mistake{
		{
			f.world != worldBoth && !slices.Contains(trial.AllWorlds, trial.World(f.world)),
			fmt.Sprintf("--world: got %q, want %s, %s or %s", f.world, trial.Virtual, trial.Netns, worldBoth),
		},
		{f.given("matrix") && f.matrix < time.Second, fmt.Sprintf("--matrix: got %v, want the time of a shard, such as 5m", f.matrix)},
		{f.phase < 0, fmt.Sprintf("--phase: got %v, want 0 or more", f.phase)},
		{f.given("jobs") && f.jobs < 1, fmt.Sprintf("--jobs: got %d, want 1 or more", f.jobs)},
		{!slices.Contains(keeps, f.keep), fmt.Sprintf("--keep: got %q, want %s", f.keep, strings.Join(keeps, " or "))},
		{f.annotate != "" && f.annotate != annotateGitHub, fmt.Sprintf("--annotate: got %q, want %s", f.annotate, annotateGitHub)},
	}
}

// wrongTogether are flags that exclude each other, or have no effect.
func (f *runFlags) wrongTogether() []mistake {
	all := []mistake{
		{f.world != string(trial.Virtual) && f.verify, "--verify compares digests, which exist only in the virtual world"},
		{f.world != string(trial.Virtual) && len(f.noise) > 0, "--noise needs the virtual world: real machines have noise of their own, which doctor --record-noise can record"},
		{f.all && f.variant != "", "--variant needs one scenario; name it instead of --all"},
		{f.all && (len(f.set) > 0 || f.phase != 0), "--set and --phase change a scenario; name it instead of --all"},
		{f.given("seeds") && f.given("seed"), "got --seed and --seeds, want one of them: they exclude each other"},
		{f.all && f.allowExec, "--allow-exec is for files; the library needs no permission: drop it"},
		{f.all && f.strict, "--strict is for your own files; warnings of the library are meant: drop it"},
	}
	for _, name := range []string{"slow", "tag", "in"} {
		all = append(all, mistake{f.given(name) && !f.all, fmt.Sprintf("--%s chooses from the library: add --all", name)})
	}
	all = append(all,
		mistake{f.shard != "" && f.world == worldBoth, "--shard divides runs, and --world both compares two of them: play one world"},
		mistake{f.shard != "" && f.matrix != 0, "--matrix prints shards, and --shard plays one: drop one of them"})
	for _, name := range []string{"force", "keep", "shard"} {
		all = append(all, mistake{f.given(name) && f.out == "", fmt.Sprintf("--%s is about the artefacts: add --out DIR", name)})
	}
	return all
}

// worlds are the worlds in which each scenario is played.
func (f *runFlags) worlds() []trial.World {
	if f.world == worldBoth {
		return trial.AllWorlds
	}
	return []trial.World{trial.World(f.world)}
}

// jobsIn is how many trials are played in parallel in a world.
func (f *runFlags) jobsIn(world trial.World) int {
	if f.jobs > 0 {
		return f.jobs
	}
	return world.Jobs()
}

// settings are what --set says.
func (f *runFlags) settings() ([]trial.Setting, error) {
	var all []trial.Setting
	for _, text := range f.set {
		x, err := scenarios.ParseSetting(text)
		if err != nil {
			return nil, fmt.Errorf("run: --set: %w", err)
		}
		all = append(all, x)
	}
	return all, nil
}

// hint is what a list of seeds probably does not mean; empty if there is
// nothing to say: --seeds 20 is one seed.
func (f *runFlags) hint(seeds []uint64) string {
	if f.seeds == "" || len(seeds) != 1 || seeds[0] < 2 || strings.Contains(f.seeds, "..") {
		return ""
	}
	return fmt.Sprintf("--seeds %s is one seed; for the seeds 1 to %d write --seeds 1..%d", f.seeds, seeds[0], seeds[0])
}
