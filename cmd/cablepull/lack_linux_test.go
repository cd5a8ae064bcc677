package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/cablepull/cablepull/scenarios/trial"
)

// sceneDisk names in the environment of a scene the folder that is a full disk.
const sceneDisk = "CABLEPULL_TEST_DISK"

// The scenes are machines that lack something. Each is played in namespaces of
// the test's own, so that nothing of it shows outside.
func init() {
	scenes["few namespaces"] = func() { must(os.WriteFile("/proc/sys/user/max_net_namespaces", []byte("3"), 0)) }
	scenes["ordinary user without namespaces"] = func() {
		must(os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0))
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		_ = cmd.Run() // the status says it
		os.Exit(cmd.ProcessState.ExitCode())
	}
	scenes["full disk"] = func() {
		dir := os.Getenv(sceneDisk)
		must(syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=32k,mode=777"))
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		_ = cmd.Run()
		must(filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if path != dir {
				fmt.Println("left:", path)
			}
			return err
		}))
		os.Exit(cmd.ProcessState.ExitCode())
	}
}

func must(err error) {
	if err != nil {
		fmt.Println("the scene could not be prepared:", err)
		os.Exit(99)
	}
}

// play runs the command in a scene as root of a user namespace of its own,
// which has all users that there are, with more in its environment.
func play(t *testing.T, name string, environment []string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can play a machine with several users")
	}
	needNamespaces(t, "user namespaces")
	cmd := command(args...)
	cmd.Env = append(append(cmd.Env, environment...), scene+"="+name)
	all := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: nobody + 1}}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS,
		UidMappings: all, GidMappings: all, GidMappingsEnableSetgroups: true,
	}
	return finish(t, cmd)
}

// TestNamespacesRunOut: the limit is named, with the node that found no room
// and the setting; it is no defect to report.
func TestNamespacesRunOut(t *testing.T) {
	t.Parallel() // it waits
	_, scenario, _ := as(t, nobody, endless)
	status, stdout, stderr := play(t, "few namespaces", nil, "run", scenario, "--world", "netns")
	if status != exitUsage || stdout != "" {
		t.Errorf("status %d, want %d\n%s", status, exitUsage, stdout)
	}
	for _, want := range []string{"node ", "limit reached: user.max_net_namespaces is 3"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is not in %q", want, stderr)
		}
	}
	if strings.Contains(stderr, "report") {
		t.Errorf("it asks for a report: %q", stderr)
	}
}

// TestNoUserNamespaces: an ordinary user is told the setting that forbids what
// he needs, by run and by doctor, and virtual time still works.
func TestNoUserNamespaces(t *testing.T) {
	t.Parallel() // it waits
	_, scenario, _ := as(t, nobody, endless)
	const lonely, setting = "ordinary user without namespaces", "the sysctl user.max_user_namespaces is 0"
	status, stdout, stderr := play(t, lonely, nil, "run", scenario, "--world", "netns")
	if status != exitUsage || stdout != "" || !strings.Contains(stderr, setting) || !strings.Contains(stderr, "see cablepull doctor") || strings.Contains(stderr, "report") {
		t.Errorf("run: status %d and %q, want %d, the setting and no call for a report\n%s", status, stderr, exitUsage, stdout)
	}
	status, stdout, stderr = play(t, lonely, nil, "doctor")
	if status != exitFailed || stderr != "" || !strings.Contains(stdout, setting) || !strings.HasSuffix(stdout, "\nThe netns world cannot run here. The virtual world runs on any machine.\n") {
		t.Errorf("doctor: status %d and %q, want %d, the setting and the verdict\n%s", status, stderr, exitFailed, stdout)
	}
	for _, line := range strings.Split(stdout, "\n") {
		if strings.HasPrefix(line, "missing  user namespaces") && !strings.Contains(line, "only root can run the netns world") {
			t.Errorf("doctor does not say what that costs: %q", line)
		}
	}
	if status, _, stderr := play(t, lonely, nil, "run", "cable-pull"); status != exitPassed {
		t.Errorf("in virtual time: status %d, want %d\n%s", status, exitPassed, stderr)
	}
}

// TestDiskRunsFull: a run whose reports find no room says so, with the file,
// and leaves nothing of it, but its name in the list of runs.
func TestDiskRunsFull(t *testing.T) {
	t.Parallel() // it waits
	_, scenario, dir := as(t, nobody, strings.Replace(brief, "SENT", "5..40", 1))
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	// With two jobs, several files grow at the same time, and any can be the first.
	full := regexp.MustCompile(`reports: ` + regexp.QuoteMeta(disk) + `/\S+\.(jsonl|pcapng|json|html|pftrace): .*no space left on device`)
	for _, args := range [][]string{
		{"run", scenario, "--out", filepath.Join(disk, "out")},
		{"run", scenario, "--out", filepath.Join(disk, "out"), "--world", "netns"},
		{"run", scenario, "--out", filepath.Join(disk, "out"), "--seeds", "1..3", "--jobs", "2"},
	} {
		status, stdout, stderr := play(t, "full disk", []string{sceneDisk + "=" + disk}, args...)
		if status != exitUsage || strings.Contains(stdout, "left: "+filepath.Join(disk, "out", "brief")) ||
			!full.MatchString(stdout+stderr) || strings.Contains(stderr, "Please report") {
			t.Errorf("%v: status %d, want %d; nothing left but the list of runs; the file, the cause, and no call for a report\n%s%s", args, status, exitUsage, stdout, stderr)
		}
	}
	if entries, err := os.ReadDir(disk); err != nil || len(entries) > 0 {
		t.Errorf("outside of its own mounts: %v, %v; want nothing", entries, err)
	}
}

// TestNoControlGroups: who may make no control groups is told so before a run
// that needs them, when it was named; from the library it is skipped.
func TestNoControlGroups(t *testing.T) {
	start, scenario, _ := as(t, nobody, real)
	if d, err := machine(); err != nil || os.Getuid() != 0 {
		t.Skip("only root can tell what an ordinary user of this machine lacks")
	} else if i := slices.IndexFunc(d.Findings, func(f trial.Finding) bool { return f.Name == "nginx" }); !d.Findings[i].OK {
		t.Skip("nginx is not installed (Debian package nginx)")
	}
	var d trial.Diagnosis
	_, stdout, _ := finish(t, start("doctor", "--json"))
	if err := json.Unmarshal([]byte(stdout), &d); err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(d.Findings, func(f trial.Finding) bool { return f.Name == "cgroup cpu" }); d.Findings[i].OK {
		t.Skip("an ordinary user may make control groups here")
	}
	status, stdout, stderr := finish(t, start("run", scenario, "--world", "netns", "--allow-exec"))
	if want := "hogs and CPU quotas of real programs need cgroup cpu: no writable cgroup has it"; status != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
		t.Errorf("status %d and %q, want %d and %q\n%s", status, stderr, exitUsage, want, stdout)
	}
}

// TestKilledInside: a run that dies in its namespaces is not taken for one that
// was judged.
func TestKilledInside(t *testing.T) {
	t.Parallel() // it waits
	start, scenario, _ := as(t, nobody, endless)
	cmd := start("run", scenario, "--world", "netns")
	if cmd.SysProcAttr == nil && os.Getuid() == 0 {
		t.Skip("root needs no namespaces of his own")
	}
	running := begin(t, cmd)
	inner := slices.IndexFunc(running, func(pid int) bool { return part(pid) == "run" })
	if err := syscall.Kill(running[inner], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	status := waitFor(t, cmd)
	if text, want := cmd.Stderr.(*bytes.Buffer).String(), "cablepull: signal 9 (killed) ended the run in its own namespaces\n"; status != 128+9 || !strings.HasSuffix(text, want) || strings.Count(text, "killed") != 1 {
		t.Errorf("status %d and %q, want %d and %q", status, text, 128+9, want)
	}
	gone(t, running)
}

// TestNohup: who starts a run with nohup wants it to survive its terminal.
func TestNohup(t *testing.T) {
	t.Parallel()                  // it waits; no other test cares about this signal
	signal.Ignore(syscall.SIGHUP) // processes that we start inherit it
	t.Cleanup(func() { signal.Reset(syscall.SIGHUP) })
	for _, user := range users {
		t.Run(user.name, func(t *testing.T) {
			t.Parallel()
			start, scenario, _ := as(t, user.id, strings.Replace(brief, "SENT", "5..40", 1))
			cmd := start("run", scenario, "--world", "netns")
			begin(t, cmd)
			cmd.Process.Signal(syscall.SIGHUP)
			if status := waitFor(t, cmd); status != exitPassed {
				t.Errorf("status %d, want %d\n%s", status, exitPassed, cmd.Stderr)
			}
		})
	}
}
