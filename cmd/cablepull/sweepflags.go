package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/disturbance"
	"github.com/cablepull/cablepull/scenarios/sweep"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// sweepFlags are the flags of the verb sweep.
type sweepFlags struct {
	sweepPlan
	noise     []string // words; sweepPlan has the models
	until     string
	against   string
	highest   string
	lowest    string
	while     string
	optimise  string
	budget    int
	sensitive bool
	jobs      int
	shard     string
	out       string
	force     bool
	csv, html string
	jsonFile  string
	json      bool
	plain     bool
	quiet     bool
	given     func(flag string) bool // whether the user gave it
}

// sweepPlan is what a sweep is about, as its folder remembers it: enough to put
// shards together on another machine.
type sweepPlan struct {
	Word    string        `json:"word"`
	Text    string        `json:"text"` // of the file; empty: the incident of the library
	Variant string        `json:"variant"`
	Set     []string      `json:"set"`
	Vary    []string      `json:"vary"`
	Design  string        `json:"design"`
	Points  int           `json:"points"`
	Seeds   string        `json:"seeds"`
	HoldOut string        `json:"hold_out"`
	Phase   string        `json:"phase"`
	Figures []string      `json:"figures"`
	Front   []string      `json:"front"`
	Noise   []trial.Noise `json:"noise"`
	Exec    bool          `json:"allow_exec"`
}

// The defaults of a sweep.
const (
	sweepSeeds    = "1..100"
	sweepBudget   = 200
	untilSeedsMax = 10_000 // of a sweep that a rule stops, if nobody says how many
)

// register declares the flags.
func (f *sweepFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.given = flags.Changed
	flags.StringArrayVar(&f.Set, "set", nil, "set a path of the scenario: PATH=VALUE; may be repeated")
	flags.StringArrayVar(&f.Vary, "vary", nil, "vary a path: PATH=VALUE,VALUE or PATH=FROM..TO/STEP or PATH=FROM..TO; may be repeated")
	flags.StringVar(&f.Design, "design", "", "how settings are chosen: "+strings.Join(designWords(), ", ")+" (default grid, or halton with --points)")
	flags.IntVar(&f.Points, "points", 0, "how many settings to choose, if not each combination")
	flags.StringVar(&f.Seeds, "seeds", sweepSeeds, "the seeds of each setting, such as 1..300; all settings have the same")
	flags.StringVar(&f.HoldOut, "hold-out", "", "seeds whose figures stand beside the others and choose nothing, such as 1001..1200")
	flags.StringVar(&f.Phase, "phase", string(sweep.Even), "when faults happen: even: all seeds together divide a hello time evenly; fixed: where the file has them")
	flags.StringArrayVar(&f.noise, "noise", nil, "what disturbs the runs besides faults: a noise model of the library, such as busy-hypervisor (see list --noise), or a file; may be repeated")
	flags.StringVar(&f.Variant, "variant", "", "the variant of the scenario, such as profile=ios")
	flags.StringSliceVar(&f.Figures, "figures", nil, "figures to show, such as outage.p99,requests-failed.mean (default outage.p50, outage.p99, false-failovers, violated)")
	flags.StringSliceVar(&f.Front, "front", nil, "two or more figures, all better if smaller: mark the settings that no other one beats")
	flags.StringVar(&f.until, "until", "", "go on in blocks of seeds until a figure is known so well: outage.p99±5% or violated=20 (hits)")
	flags.StringVar(&f.against, "against", "", "hold the scenario against this one, seed by seed")
	flags.StringVar(&f.highest, "highest", "", "search the highest value of a path for which --while holds: PATH or PATH=FROM..TO")
	flags.StringVar(&f.lowest, "lowest", "", "search the lowest value instead")
	flags.StringVar(&f.while, "while", "", "the condition of --highest and --lowest, such as outage.p99..10s")
	flags.StringVar(&f.optimise, "optimise", "", "search the setting with the smallest sum of figures, such as outage.p99,false-failovers*60s, by CMA-ES")
	flags.IntVar(&f.budget, "budget", sweepBudget, "with --optimise: how many settings to try")
	flags.BoolVar(&f.sensitive, "sensitivity", false, "say which knob the figures depend on: first-order Sobol indices of --points settings")
	flags.IntVar(&f.jobs, "jobs", 0, "worker processes to run in parallel (default: the processors)")
	flags.StringVar(&f.shard, "shard", "", "play only one part of the runs, such as 3/16; cablepull merge puts the folders together")
	flags.StringVar(&f.out, "out", "", "folder for the results of the runs; the same command goes on with it after an interruption")
	flags.BoolVar(&f.force, "force", false, "with --out: replace another sweep")
	flags.StringVar(&f.csv, "csv", "", "write a row for each run to this file")
	flags.StringVar(&f.html, "html", "", "write a page with front, maps, distributions and the runs behind the settings to this file")
	flags.StringVar(&f.jsonFile, "json-file", "", "write the JSON form to this file")
	flags.BoolVar(&f.json, "json", false, "print JSON instead of text")
	flags.BoolVar(&f.plain, "plain", false, "plain ASCII without colour, as when the output is not a terminal")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print only verdicts")
	flags.BoolVar(&f.Exec, "allow-exec", false, "let a scenario file run the real programs that it names")
	offer(cmd, "variant", completeVariants)
	offer(cmd, "against", completeScenarios)
	offerWords(cmd, "design", designWords()...)
	offerWords(cmd, "noise", disturbance.Names()...)
	offerWords(cmd, "phase", string(sweep.Even), string(sweep.Fixed))
	for _, name := range []string{"set", "vary", "points", "seeds", "hold-out", "figures", "front", "until", "highest", "lowest", "while", "optimise", "budget", "jobs", "shard"} {
		offerWords(cmd, name)
	}
	_ = cmd.MarkFlagDirname("out") // there are such flags
	_ = cmd.MarkFlagFilename("csv", "csv")
	_ = cmd.MarkFlagFilename("html", "html")
	_ = cmd.MarkFlagFilename("json-file", "json")
}

func designWords() []string {
	var words []string
	for _, d := range sweep.Designs {
		words = append(words, string(d))
	}
	return words
}

// design is the design that the flags mean.
func (p *sweepPlan) design() sweep.Design {
	switch {
	case p.Design != "":
		return sweep.Design(p.Design)
	case p.Points > 0:
		return sweep.Halton
	}
	return sweep.Grid
}

// check finds invalid flags and combinations of flags.
func (f *sweepFlags) check() error {
	for _, c := range append(f.wrongValues(), f.wrongTogether()...) {
		if c.made {
			return fmt.Errorf("sweep: %s", c.why)
		}
	}
	return nil
}

func (f *sweepFlags) wrongValues() []mistake {
	all := []mistake{
		{f.given("jobs") && f.jobs < 1, fmt.Sprintf("--jobs: got %d, want 1 or more", f.jobs)},
		{f.given("points") && f.Points < 1, fmt.Sprintf("--points: got %d, want 1 or more", f.Points)},
		{f.budget < 1, fmt.Sprintf("--budget: got %d, want 1 or more", f.budget)},
		{f.Design != "" && !slices.Contains(designWords(), f.Design), fmt.Sprintf("--design: got %q, want %s", f.Design, strings.Join(designWords(), ", "))},
		{!slices.Contains(sweep.Phases, sweep.Phase(f.Phase)), fmt.Sprintf("--phase: got %q, want even or fixed", f.Phase)},
		{f.given("front") && len(f.Front) < 2, "--front: got one figure, want two or more: a front is what one costs in another"},
		{len(f.Vary) > sweep.KnobsMax, fmt.Sprintf("--vary: got %d paths, want at most %d", len(f.Vary), sweep.KnobsMax)},
	}
	for name, value := range map[string]string{
		"seeds": f.Seeds, "hold-out": f.HoldOut, "until": f.until, "against": f.against, "highest": f.highest, "lowest": f.lowest,
		"while": f.while, "optimise": f.optimise, "shard": f.shard, "out": f.out, "csv": f.csv, "html": f.html, "json-file": f.jsonFile,
		"variant": f.Variant, "figures": strings.Join(f.Figures, ""), "front": strings.Join(f.Front, ""),
	} { // order: at most one of them is reported, and each message stands alone
		all = append(all, mistake{f.given(name) && value == "", fmt.Sprintf("--%s: got nothing, want a value, or no such flag", name)})
	}
	return all
}

// modes are the flags that say what a sweep looks for; they exclude each other.
func (f *sweepFlags) modes() []string {
	var all []string
	for _, m := range []struct {
		name string
		on   bool
	}{
		{"--against", f.against != ""}, {"--highest", f.highest != ""}, {"--lowest", f.lowest != ""},
		{"--optimise", f.optimise != ""}, {"--sensitivity", f.sensitive},
	} {
		if m.on {
			all = append(all, m.name)
		}
	}
	return all
}

func (f *sweepFlags) wrongTogether() []mistake {
	modes := f.modes()
	searches := f.highest != "" || f.lowest != ""
	adaptive := searches || f.optimise != "" || f.until != ""
	return []mistake{
		{len(modes) > 1, fmt.Sprintf("got %s, want one of them: each is a sweep of its own", strings.Join(modes, " and "))},
		{searches && f.while == "", "--highest and --lowest need --while: the condition that must hold, such as outage.p99..10s"},
		{!searches && f.while != "", "--while is the condition of --highest or --lowest; add one of them"},
		{searches && len(f.Vary) > 0, "--vary does not go with --highest and --lowest, which vary one path; use --set for others"},
		{searches && len(f.Front) > 0, "--front does not go with --highest and --lowest"},
		{f.optimise == "" && f.given("budget"), "--budget is of --optimise"},
		{f.optimise != "" && len(f.Vary) == 0, "--optimise needs --vary: the ranges to search, such as nodes.*.standby.lan.hold=6s..30s"},
		{f.optimise != "" && (f.Points > 0 || f.Design != ""), "--optimise chooses the settings itself; drop --points and --design"},
		{f.sensitive && (len(f.Vary) < 2 || f.Points == 0), "--sensitivity needs two or more --vary, and --points"},
		{f.sensitive && f.Design != "" && f.Design != string(sweep.Halton), "--sensitivity has a design of its own; drop --design"},
		{f.until != "" && len(modes) > 0, fmt.Sprintf("--until does not go with %s", strings.Join(modes, ", "))},
		{f.shard != "" && (adaptive || f.sensitive || f.against != ""), "--shard needs a sweep whose runs are known before: drop " + strings.Join(append(modes, "--until"), " and ")},
		{f.shard != "" && f.out == "", "--shard needs --out: the folder that cablepull merge reads"},
		{f.shard != "" && (f.csv != "" || f.html != "" || f.jsonFile != "" || f.json), "--shard: a part of the runs has no table; give --csv, --html and --json to cablepull merge"},
		{f.force && f.out == "", "--force is for --out"},
		{f.Design == string(sweep.Grid) && f.Points > 0, "--design grid takes each combination; drop --points"},
		{f.Design != "" && f.Design != string(sweep.Grid) && f.Points == 0, fmt.Sprintf("--design %s needs --points: how many settings", f.Design)},
		{f.json && f.quiet, "--json and --quiet exclude each other"},
	}
}
