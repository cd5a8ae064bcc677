package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests got into testdata")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; go test -rewrite accepts it):\n%s", path, diff)
	}
}

// parse reads a scenario.
func parse(t *testing.T, name, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse(name+".yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// quickPasses is quick with its expectation filled in; onlyNginx needs a
// program and nothing else.
var (
	quickPasses = strings.ReplaceAll(quick, "WHO", "a")
	onlyNginx   = `duration: 10s
segments: {lan: {}}
nodes:
  web: {nics: {lan: 192.0.2.11/24}, exec: {run: [nginx]}}
`
)

// real is a scenario that needs a program and two kinds of control groups.
const real = `duration: 10s
segments: {lan: {}}
nodes:
  web:
    nics: {lan: 192.0.2.11/24}
    memory: {limit: 64MiB}
    exec: {run: [nginx, -g, "daemon off;"], files: {run.sh: "#!/bin/sh"}, beside: {log: ["{dir}/run.sh"]}}
timeline:
  - 1s: hog web service 100% for 2s
`

// TestDoctorWords: a line for each thing; of what is missing what that costs,
// down to the incidents that are skipped, and how to get it.
func TestDoctorWords(t *testing.T) {
	library := []*scenarios.Scenario{parse(t, "quick", quickPasses), parse(t, "real-1", real), parse(t, "real-2", real)}
	for _, n := range []string{"3", "4", "5"} {
		library = append(library, parse(t, "only-nginx-"+n, onlyNginx))
	}
	found := []netns.Finding{
		{Name: "veth", OK: true, Detail: "two ends", Needed: netns.ForWorld},
		{Name: "user namespaces", Detail: "the sysctl user.max_user_namespaces is 0", Needed: netns.ForUsers, Remedy: "run as root"},
		{Name: "cgroup freezer", Detail: "no writable cgroup has it", Needed: netns.ForFreeze, Remedy: "run as root"},
		{Name: "cgroup cpu", Detail: "no writable cgroup has it", Needed: netns.ForQuota, Remedy: "run as root"},
		{Name: "nginx", Detail: "not on PATH", Needed: netns.ForProgram, Remedy: "apt install nginx"},
		{Name: "wrk", Detail: "not on PATH", Needed: netns.ForProgram, Remedy: "apt install wrk"},
		{Name: "ip", Detail: "not on PATH", Needed: netns.ForLooking, Remedy: "apt install iproute2"},
	}
	able := trial.Diagnose(found, library)
	if !able.Netns {
		t.Error("nothing that every run needs is missing, yet none can run")
	}
	var out bytes.Buffer
	if err := writeDiagnosis(&out, able); err != nil {
		t.Fatal(err)
	}
	golden(t, "doctor.txt", out.Bytes())
	out.Reset()
	if err := printJSON(&out, able); err != nil {
		t.Fatal(err)
	}
	golden(t, "doctor.json", out.Bytes())
}

// TestDoctorHere: the verb says on this machine what the status says.
func TestDoctorHere(t *testing.T) {
	out, err := command("doctor", "--json").Output()
	var d trial.Diagnosis
	if jsonErr := json.Unmarshal(out, &d); jsonErr != nil {
		t.Fatalf("%v: %s (%v)", jsonErr, out, err)
	}
	if d.Netns != (err == nil) || len(d.Findings) == 0 {
		t.Errorf("netns %v with %d findings, yet the command ended with %v", d.Netns, len(d.Findings), err)
	}
	for _, f := range d.Findings {
		if f.OK != (f.Cost == "") || f.OK && len(f.Skips) > 0 {
			t.Errorf("%+v: want a cost exactly where something is missing", f)
		}
	}
}
