package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/event/jsonform"
)

// brief is a scenario of a second and a half in real time: a server loses its
// cable, and its client notices. What it expects does not depend on how busy
// the machine is.
const brief = `name: brief
about: A server loses its cable for 400 ms, and its client notices.
duration: 1500ms
segments: {lan: {}}
nodes:
  web: {backend: {}, nics: {lan: 192.0.2.50/24}}
  c1: {client: {target: "http://192.0.2.50/", rate: 20/s, timeout: 200ms, connect-timeout: 200ms}, nics: {lan: 192.0.2.201/24}}
timeline:
  - 500ms: pull web.lan for 400ms
expect:
  - requests: {client: c1, sent: SENT}
`

// endless runs until somebody ends it.
var endless = strings.NewReplacer("1500ms", "1h", "SENT", "5..40").Replace(brief)

// nobody is an ordinary user.
const nobody = 65534

// users are those that a test runs the command as.
var users = []struct {
	name string
	id   int
}{{"root", 0}, {"nobody", nobody}}

// as has the command run as a user, with a folder to write to, or skips.
func as(t *testing.T, user int, text string) (start func(args ...string) *exec.Cmd, scenario, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		user = os.Getuid() // an ordinary user can only be himself
	}
	if user == 0 {
		needNamespaces(t)
	} else {
		needNamespaces(t, "user namespaces")
	}
	dir, err := os.MkdirTemp("", "cablepull-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	scenario = filepath.Join(dir, "brief.yaml")
	if err := errors.Join(
		os.WriteFile(scenario, []byte(text), 0o644), os.Chmod(dir, 0o755), os.Chown(dir, user, user),
	); err != nil {
		t.Skipf("user %d cannot be given a folder: %v", user, err)
	}
	return func(args ...string) *exec.Cmd {
		cmd := command(args...)
		cmd.Path, cmd.Dir = "/proc/self/exe", dir // whose file nobody might not reach
		if user != os.Getuid() {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(user), Gid: uint32(user)}}
		}
		return cmd
	}, scenario, dir
}

// machine is what doctor says of this one.
var machine = sync.OnceValues(func() (trial.Diagnosis, error) {
	out, err := command("doctor", "--json").Output()
	var d trial.Diagnosis
	if jsonErr := json.Unmarshal(out, &d); jsonErr != nil {
		return d, fmt.Errorf("doctor: %w: %w", err, jsonErr)
	}
	return d, nil
})

// needNamespaces skips a test where the netns world cannot run, or something
// else that doctor looks for is missing.
func needNamespaces(t *testing.T, also ...string) {
	t.Helper()
	d, err := machine()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Findings {
		if !f.OK && (!d.Netns || slices.Contains(also, f.Name)) {
			t.Skip(f.Name + ": " + f.Detail + ": " + f.Cost)
		}
	}
}

// finish runs a command to its end.
func finish(t *testing.T, cmd *exec.Cmd) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// interfaces lists those of this machine.
func interfaces(t *testing.T) []string {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range all {
		names = append(names, fmt.Sprintln(i.Name, i.Flags, i.HardwareAddr))
	}
	return names
}

// TestNetnsRun: root or not, the same file gives the same report; the files are
// the user's, and the machine's interfaces are as they were.
func TestNetnsRun(t *testing.T) {
	t.Parallel() // it waits
	for _, user := range users {
		t.Run(user.name, func(t *testing.T) {
			t.Parallel()
			start, scenario, dir := as(t, user.id, strings.Replace(brief, "SENT", "5..40", 1))
			before := interfaces(t)
			out := filepath.Join(dir, "out")
			status, stdout, stderr := finish(t, start("run", scenario, "--world", "netns", "--out", out))
			if status != exitPassed || stderr != "" {
				t.Fatalf("status %d, want %d, and nothing on standard error\n%s%s", status, exitPassed, stdout, stderr)
			}
			for _, want := range []string{"netns world", "PASS", "digest n/a", "--world netns"} {
				if !strings.Contains(stdout, want) {
					t.Errorf("%q is not in\n%s", want, stdout)
				}
			}
			checkOwner(t, out, start().SysProcAttr)
			checkFiles(t, out, "brief-seed-1", reports.IndexFile)
			checkFiles(t, filepath.Join(out, "brief-seed-1"), trial.ArtefactNames()...)
			if after := interfaces(t); !slices.Equal(before, after) {
				t.Errorf("interfaces: got %v, want %v", after, before)
			}
		})
	}
}

// checkOwner reports files below dir that are not of the user with whose
// credentials they were made.
func checkOwner(t *testing.T, dir string, attr *syscall.SysProcAttr) {
	t.Helper()
	want := uint32(os.Getuid())
	if attr != nil && attr.Credential != nil {
		want = attr.Credential.Uid
	}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Sys().(*syscall.Stat_t).Uid != want {
			t.Errorf("%s belongs to user %d, want %d", path, info.Sys().(*syscall.Stat_t).Uid, want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// checkFiles reports what is in a folder beside the files that shall be there,
// and those that are not.
func checkFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
		return
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", dir, got, want)
	}
}

// TestImpossibleIsSkipped: of the library, what cannot be in real time is
// skipped with the reason, which is no failure.
func TestImpossibleIsSkipped(t *testing.T) {
	junit := filepath.Join(t.TempDir(), "junit.xml")
	status, stdout, stderr := invoke(t, "run", "--all", "--tag", "F31", "--world", "netns", "--json", "--junit", junit)
	var got struct{ Runs []reports.Result }
	if err := jsonform.Read([]byte(stdout), &got); status != exitPassed || err != nil || len(got.Runs) == 0 {
		t.Fatalf("status %d, %v, %d runs; want %d and some\n%s", status, err, len(got.Runs), exitPassed, stderr)
	}
	for _, r := range got.Runs {
		if !strings.Contains(r.Skipped, "no warm reboot in real time") || r.Passed || r.Error != "" || r.World != "netns" {
			t.Errorf("%s: got skipped %q, passed %v, error %q, world %s", r.Scenario, r.Skipped, r.Passed, r.Error, r.World)
		}
	}
	text, err := os.ReadFile(junit)
	if err != nil || bytes.Count(text, []byte("<skipped message=")) != len(got.Runs) {
		t.Errorf("JUnit: %v, want %d skipped in\n%s", err, len(got.Runs), text)
	}
}

// TestNetnsInterrupted: a polite end in the middle of a run, alone or in a
// worker, ends all that belongs to it, and has its own status. One run prints
// and leaves what is known of it, several leave their names in a list.
func TestNetnsInterrupted(t *testing.T) {
	t.Parallel() // it waits
	for _, user := range users {
		for _, how := range []struct {
			name  string
			sent  syscall.Signal
			seeds string
			ends  string // of standard error
			left  []string
		}{
			{"one", syscall.SIGINT, "1", `cablepull: interrupted at [0-9.]+m?s: not judged\n$`, []string{"brief-seed-1", reports.IndexFile}},
			{"workers", syscall.SIGTERM, "1..2", `cablepull: interrupted\n$`, []string{reports.IndexFile}},
		} {
			t.Run(user.name+"/"+how.name, func(t *testing.T) {
				t.Parallel()
				start, scenario, dir := as(t, user.id, endless)
				out := filepath.Join(dir, "out")
				cmd := start("run", scenario, "--world", "netns", "--seeds", how.seeds, "--out", out)
				var stdout bytes.Buffer
				cmd.Stdout = &stdout
				running := begin(t, cmd)
				cmd.Process.Signal(how.sent)
				if status := waitFor(t, cmd); status != exitInterrupted {
					t.Errorf("status %d, want %d", status, exitInterrupted)
				}
				if text := cmd.Stderr.(*bytes.Buffer).String(); !regexp.MustCompile(how.ends).MatchString(text) || strings.Count(text, "interrupted") != 1 {
					t.Errorf("standard error: got %q, want one word that it was interrupted", text)
				}
				for _, part := range map[string][]string{"one": {"ERROR  no verdict: interrupted at ", "c1  "}, "workers": {"SKIP", "interrupted before it had ended"}}[how.name] {
					begun := !strings.Contains(stdout.String(), "netns world, 0s\n") // a busy machine may need longer than the signal
					if !strings.Contains(stdout.String(), part) && begun {
						t.Errorf("%q is not in\n%s", part, &stdout)
					}
				}
				gone(t, running)
				checkFiles(t, dir, filepath.Base(scenario), "out")
				checkFiles(t, out, how.left...)
			})
		}
	}
}

// TestNodeDies: a node process that is killed by somebody else ends the run
// with an error that names node and cause, and JUnit has it.
func TestNodeDies(t *testing.T) {
	t.Parallel() // it waits
	start, scenario, dir := as(t, nobody, endless)
	junit := filepath.Join(dir, "reports", "junit.xml")
	cmd := start("run", scenario, "--world", "netns", "--junit", junit)
	running := begin(t, cmd)
	i := slices.IndexFunc(running, func(pid int) bool { return part(pid) == "node" })
	if err := syscall.Kill(running[i], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	status := waitFor(t, cmd)
	stderr := cmd.Stderr.(*bytes.Buffer).String()
	if !regexp.MustCompile(`node (web|c1): the node process has ended: signal: killed`).MatchString(stderr) || status != exitBench {
		t.Errorf("status %d and %q, want %d, the node and the cause", status, stderr, exitBench)
	}
	if text, err := os.ReadFile(junit); err != nil || !bytes.Contains(text, []byte(`errors="1"`)) || !bytes.Contains(text, []byte("the node process has ended")) {
		t.Errorf("JUnit: %v, want the error in\n%s", err, text)
	}
	gone(t, running)
}

// begin starts a command and waits until the nodes of a run are up. It returns
// all processes below it.
func begin(t *testing.T, cmd *exec.Cmd) []int {
	t.Helper()
	cmd.Stderr = &bytes.Buffer{}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	const patience = slowdown * 20 * time.Second
	deadline := time.Now().Add(patience)
	for {
		running := below(cmd.Process.Pid)
		nodes := slices.DeleteFunc(slices.Clone(running), func(pid int) bool { return part(pid) != "node" })
		if len(nodes) > 0 && len(nodes)%2 == 0 {
			time.Sleep(300 * time.Millisecond) // well into the run
			return below(cmd.Process.Pid)
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // until then it writes what it says
			t.Fatalf("no nodes within %v; it said %q", patience, cmd.Stderr.(*bytes.Buffer).String())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// waitFor returns the status of a command that is about to end.
func waitFor(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	const patience = slowdown * 30 * time.Second
	timer := time.AfterFunc(patience, func() {
		t.Errorf("it has not ended within %v", patience)
		_ = cmd.Process.Kill()
	})
	defer timer.Stop()
	_ = cmd.Wait() // the status says it
	return cmd.ProcessState.ExitCode()
}

// gone reports processes that are still there, but for the moment that a reaper
// needs.
func gone(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		for deadline := time.Now().Add(slowdown * 5 * time.Second); part(pid) != ""; {
			if time.Now().After(deadline) {
				t.Errorf("process %d, a %s, is still there", pid, part(pid))
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// below lists the processes that descend from one.
func below(ancestor int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) > 1 {
			parent, _ := strconv.Atoi(fields[1])
			children[parent] = append(children[parent], pid)
		}
	}
	var all []int
	for next := children[ancestor]; len(next) > 0; {
		all = append(all, next[0])
		next = append(next[1:], children[next[0]]...)
	}
	return all
}

// part is the verb that a process of ours plays; empty if it is gone.
func part(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	words := strings.Split(string(text), "\x00")
	if len(words) < 2 {
		return ""
	}
	return words[1]
}
