package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios/trial"
)

// TestReadmeRealHost: the scenario with a real program that stands in the
// README runs, without root, and is refused without permission. How long the
// program takes to start on a machine that is busy with other tests is not its
// matter.
func TestReadmeRealHost(t *testing.T) {
	t.Parallel() // it waits
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(readme), "\n```yml\nname: ")
	text = "name: " + text
	text, _, closed := strings.Cut(text, "\n```\n")
	if !found || !closed {
		t.Fatal("there is no scenario with a real program in the README")
	}
	s := parse(t, "haproxy", text)
	if missing := trial.Obstacle(s); missing != "" {
		t.Skip(missing)
	}
	const outage, patient = "outage: {client: c1, between: 1500ms..3s, service: 1400ms..3s}", "requests: {client: c1, sent: 50..110}"
	if !strings.Contains(text, outage) {
		t.Fatalf("%q is not in\n%s", outage, text)
	}
	start, scenario, dir := as(t, nobody, strings.Replace(text, outage, patient, 1)+"\n")
	status, stdout, stderr := finish(t, start("run", scenario, "--world", "netns"))
	if status != exitUsage || stdout != "" || !strings.Contains(stderr, scenario+":9: node web runs haproxy -db -f ") {
		t.Errorf("without permission: status %d, want %d and the line of the program\n%s%s", status, exitUsage, stdout, stderr)
	}
	out := filepath.Join(dir, "out")
	status, stdout, stderr = finish(t, start("run", scenario, "--world", "netns", "--allow-exec", "--out", out))
	if status != exitPassed || stderr != "" || !strings.Contains(stdout, "haproxy has ended") || !strings.Contains(stdout, "--allow-exec") {
		t.Errorf("status %d, want %d, the program's end and a command that replays it\n%s%s", status, exitPassed, stdout, stderr)
	}
	checkOwner(t, out, start().SysProcAttr)
	checkFiles(t, filepath.Join(out, s.Name+"-seed-1", "programs"), "web.haproxy.log")
}
