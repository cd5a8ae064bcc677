package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// workflowStep is a step of an action or a workflow, with the keys that we use.
// Any other key is a mistake.
type workflowStep struct {
	Name, ID, If, Uses, Shell, Run string
	Env                            map[string]string
	With                           map[string]string
}

type actionFile struct {
	Name, Description, Author string
	Inputs                    map[string]struct{ Description, Default string }
	Outputs                   map[string]struct{ Description, Value string }
	Runs                      struct {
		Using string
		Steps []workflowStep
	}
}

// workflows are those for users, and one of ours.
var workflows = []string{"docs/github-workflow.yml", "docs/github-shards.yml", ".github/workflows/release.yml"}

type workflowFile struct {
	Name        string
	On          map[string]any
	Permissions map[string]string
	Env         map[string]string
	Jobs        map[string]struct {
		Needs    string
		If       string
		Outputs  map[string]string
		Strategy struct {
			FailFast bool `yaml:"fail-fast"`
			Matrix   string
		}
		RunsOn         string `yaml:"runs-on"`
		TimeoutMinutes int    `yaml:"timeout-minutes"`
		Steps          []workflowStep
	}
}

// strictly reads a file of YAML with known keys only.
func strictly(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func readAction(t *testing.T) actionFile {
	t.Helper()
	var a actionFile
	strictly(t, "action.yml", &a)
	return a
}

// TestActionIsWellFormed: the action is a composite one, its scripts get values
// only by the environment, where they cannot become code, and each input is
// used.
func TestActionIsWellFormed(t *testing.T) {
	a := readAction(t)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Errorf("runs: got %q with %d steps, want composite with some", a.Runs.Using, len(a.Runs.Steps))
	}
	var used strings.Builder
	for _, s := range a.Runs.Steps {
		if s.Shell != "bash" || s.Run == "" {
			t.Errorf("step %q: got shell %q, want a script for bash", s.Name, s.Shell)
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %q: an expression in its script; pass the value by env", s.Name)
		}
		fmt.Fprintln(&used, s.If, s.Env)
	}
	for name, in := range a.Inputs {
		if in.Description == "" || !strings.Contains(used.String(), "inputs."+name) {
			t.Errorf("input %s: without a description, or no step uses it", name)
		}
	}
}

// TestWorkflowUsesTheAction: the workflow for users has known keys, names a
// version of the action, and gives it only inputs that there are.
func TestWorkflowUsesTheAction(t *testing.T) {
	inputs, uses := readAction(t).Inputs, 0
	for _, name := range workflows {
		var w workflowFile
		strictly(t, name, &w)
		for job, j := range w.Jobs {
			if j.RunsOn == "" || j.TimeoutMinutes == 0 || len(j.Steps) == 0 {
				t.Errorf("%s: job %s has no machine, no limit or no steps", name, job)
			}
			for _, s := range j.Steps {
				version, ok := strings.CutPrefix(s.Uses, "cablepull/cablepull@")
				if !ok {
					continue
				}
				uses++
				if !tagged.MatchString(version) {
					t.Errorf("%s: got the action at %q, want a version", name, version)
				}
				for key := range s.With {
					if _, ok := inputs[key]; !ok {
						t.Errorf("%s: the action has no input %q", name, key)
					}
				}
			}
		}
	}
	if uses == 0 {
		t.Error("no job uses the action")
	}
}

// TestScriptsPassShellcheck looks at every script of the action and workflows.
func TestScriptsPassShellcheck(t *testing.T) {
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("needs shellcheck (apt install shellcheck)")
	}
	steps := readAction(t).Runs.Steps
	for _, name := range workflows {
		var w workflowFile
		strictly(t, name, &w)
		for _, j := range w.Jobs {
			steps = append(steps, j.Steps...)
		}
	}
	for _, s := range steps {
		if s.Run == "" {
			continue
		}
		cmd := exec.Command(shellcheck, "-s", "bash", "-")
		cmd.Stdin = strings.NewReader(s.Run)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("step %q: %v\n%s", s.Name, err, out)
		}
	}
}

// goTool stands in for the go command: it says how it was called, and leaves a
// program.
const goTool = `echo "go $* GOBIN=$GOBIN CGO_ENABLED=$CGO_ENABLED" >>"$SAID"
while [ $# -gt 0 ]; do [ "$1" = -o ] && file=$2; shift; done
printf '#!/bin/bash\necho cablepull version built\n' >"${file:-$GOBIN/cablepull}"
chmod +x "${file:-$GOBIN/cablepull}"`

// installation is a case of the action's first step.
type installation struct {
	name, version       string
	prepare             func(r *runner, archive string)
	status              int
	output, said, found string
}

// installations are played on a machine without Go, and with a release v0.1.0
// for it.
func installations() []installation {
	withGo := func(r *runner, _ string) { r.program("go", goTool) }
	return []installation{
		{name: "archive", version: "v0.1.0", found: "v0.1.0", said: "--version\n"},
		{name: "latest", version: "latest", found: "v0.1.0", said: "--version\n"},
		{
			name: "wrong archive", version: "v0.1.0", status: 1, output: "does not have the checksum of its release",
			prepare: func(r *runner, archive string) {
				withGo(r, archive)
				r.write(archive, "something else")
			},
		},
		{
			name: "archive without checksum", version: "v0.1.0", status: 1, output: "does not list",
			prepare: func(r *runner, archive string) {
				r.write(filepath.Join(filepath.Dir(archive), checksums), "00  other.tar.gz\n")
			},
		},
		{
			name: "no archive", version: "v0.2.0", found: "built", output: "building it from source", prepare: withGo,
			said: "go install github.com/cablepull/cablepull/cmd/cablepull@v0.2.0 GOBIN=BIN CGO_ENABLED=0\n",
		},
		{
			name: "branch", version: "main", found: "built", output: "from the sources of the action", prepare: withGo,
			said: "go build -C /source -buildvcs=false -o BIN/cablepull ./cmd/cablepull GOBIN= CGO_ENABLED=0\n",
		},
		{name: "no archive and no Go", version: "v0.2.0", status: 1, output: "no Go to build it"},
		{
			name: "unknown machine", version: "v0.1.0", status: 1, output: "no Go to build it",
			prepare: func(r *runner, _ string) { r.program("uname", `[ "$1" = -m ] && echo riscv64 || echo Linux`) },
		},
	}
}

// TestActionInstalls: the archive of the version if its checksum is right;
// otherwise nothing, if the archive is wrong, and a program built from source,
// if there is no archive.
func TestActionInstalls(t *testing.T) {
	for _, tt := range installations() {
		t.Run(tt.name, func(t *testing.T) {
			r := newRunner(t)
			archive := r.publish("v0.1.0")
			if tt.prepare != nil {
				tt.prepare(r, archive)
			}
			out, status := r.step("Install cablepull", "VERSION="+tt.version)
			if status != tt.status || !strings.Contains(out, tt.output) {
				t.Fatalf("got status %d, want %d, and %q in the output:\n%s", status, tt.status, tt.output, out)
			}
			want := map[string]string{said: tt.said, "output": "", "path": ""}
			if tt.status == 0 {
				want["output"], want["path"] = "version="+tt.found+"\n", "BIN\n"
			}
			got := map[string]string{}
			for name := range want {
				got[name] = strings.ReplaceAll(r.holds(name), r.path("cablepull-bin"), "BIN")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what the step leaves (-want +got):\n%s\noutput:\n%s", diff, out)
			}
			if _, err := os.Stat(r.path("cablepull-bin/cablepull")); (err == nil) != (tt.status == 0) {
				t.Errorf("status %d, and of the program: %v", status, err)
			}
		})
	}
}

// TestActionPlays: what the inputs say becomes the command line, and its status
// that of the step.
func TestActionPlays(t *testing.T) {
	for _, tt := range []struct {
		name   string
		env    []string
		status int
		said   string
	}{
		{
			name: "all inputs", env: []string{"SCENARIOS=f/*.yaml crash", "ARGS=--seeds 1..20 --verify", "WORLD=virtual", "OUT=o", "JUNIT=j.xml"},
			said: "cablepull run --annotate github --world virtual --out o --junit j.xml --seeds 1..20 --verify f/a.yaml f/b.yaml crash\n",
		},
		{
			name: "failed, no reports", env: []string{"SCENARIOS=bad", "ARGS=", "WORLD=virtual", "OUT=", "JUNIT="},
			said: "cablepull run --annotate github --world virtual bad\n", status: 1,
		},
		{
			name: "real time, as root", env: []string{"SCENARIOS=f/a.yaml", "ARGS=", "WORLD=both", "OUT=o", "JUNIT=none.xml"},
			said: "sudo: --preserve-env=GITHUB_STEP_SUMMARY cablepull run --annotate github --world both --out o --junit none.xml f/a.yaml\nsudo: chown -R 1000:1000 o\n",
		},
		{
			name: "values are no code", env: []string{"SCENARIOS=$(touch x);touch y", "ARGS=", "WORLD=virtual", "OUT=", "JUNIT="},
			said: "cablepull run --annotate github --world virtual $(touch x);touch y\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRunner(t)
			for _, name := range []string{"f/a.yaml", "f/b.yaml", "o/run.json"} {
				r.write(r.path(name), "")
			}
			r.program("id", "echo 1000")
			r.program("chown", `echo "chown $*" >>"$SAID"`)
			r.program("sudo", `printf "sudo: " >>"$SAID"
case $1 in --*) printf "%s " "$1" >>"$SAID"; shift ;; esac
"$@"`)
			r.program("cablepull", `echo "cablepull $*" >>"$SAID"; [ "${!#}" != bad ]`)
			out, status := r.step("Play the scenarios", tt.env...)
			if status != tt.status {
				t.Errorf("got status %d, want %d:\n%s", status, tt.status, out)
			}
			if diff := cmp.Diff(tt.said, r.holds(said)); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
			for _, name := range []string{"x", "y"} {
				if _, err := os.Stat(r.path(name)); err == nil {
					t.Errorf("a value of an input was run: it made %s", name)
				}
			}
		})
	}
}
