package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// runner is a machine on which steps of the action run, with no programs but
// those that the test puts there, and so without a network.
type runner struct {
	t                   *testing.T
	bin, releases, temp string
	env                 []string
}

// said is where the programs of a runner write how they were called.
const said = "said"

func newRunner(t *testing.T) *runner {
	t.Helper()
	r := &runner{t: t, bin: t.TempDir(), releases: t.TempDir(), temp: t.TempDir()}
	for _, tool := range []string{
		"bash", "cat", "chmod", "cp", "dirname", "env", "grep", "gzip", "id", "mkdir", "mktemp", "sha256sum", "tar", "tr", "uname",
	} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Skipf("needs %s", tool)
		}
		if err := os.Symlink(path, filepath.Join(r.bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	r.program("curl", `
while [ $# -gt 1 ]; do [ "$1" = -o ] && file=$2; shift; done
case $1 in
  */releases/latest) [ -e "$RELEASES/latest" ] && printf %s "https://host/releases/tag/$(cat "$RELEASES/latest")" ;;
  */releases/download/*) cp "$RELEASES/${1#*/releases/download/}" "$file" ;;
  *) exit 22 ;;
esac`)
	r.env = []string{
		"PATH=" + r.bin, "RELEASES=" + r.releases, "RUNNER_TEMP=" + r.temp, "TMPDIR=" + r.temp, "SAID=" + r.path(said),
		"GITHUB_PATH=" + r.path("path"), "GITHUB_OUTPUT=" + r.path("output"), "SOURCE=/source",
	}
	return r
}

func (r *runner) path(name string) string { return filepath.Join(r.temp, name) }

// program puts a script on the machine, in place of one that is there.
func (r *runner) program(name, script string) {
	r.t.Helper()
	path := filepath.Join(r.bin, name)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Fatal(err)
	}
	r.write(path, "#!/bin/bash\n"+script+"\n")
	if err := os.Chmod(path, 0o755); err != nil {
		r.t.Fatal(err)
	}
}

// write writes a file, and makes its folder.
func (r *runner) write(path, text string) {
	r.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// publish makes a release whose program says its version and how it was called.
func (r *runner) publish(version string) (archive string) {
	r.t.Helper()
	s := source{version: version}
	name := s.archive(platform{runtime.GOOS, runtime.GOARCH})
	var zip bytes.Buffer
	script := []byte("#!/bin/bash\n[ \"$1\" != --version ] || echo cablepull version " + version + "\necho \"$@\" >>\"$SAID\"\n")
	if err := writeArchive(&zip, time.Unix(0, 0), within(name, []file{{"cablepull", 0o755, script}})); err != nil {
		r.t.Fatal(err)
	}
	folder := filepath.Join(r.releases, version)
	archive = filepath.Join(folder, name+".tar.gz")
	r.write(archive, zip.String())
	r.write(filepath.Join(folder, checksums), string(sums([]file{{"other.tar.gz", 0, nil}, {name + ".tar.gz", 0, zip.Bytes()}})))
	r.write(filepath.Join(r.releases, "latest"), version)
	return archive
}

// step runs a step of the action as GitHub does, with more variables, and
// returns its output and exit status.
func (r *runner) step(name string, env ...string) (string, int) {
	r.t.Helper()
	for _, s := range readAction(r.t).Runs.Steps {
		if s.Name != name {
			continue
		}
		script := r.path("step.sh")
		if err := os.WriteFile(script, []byte(s.Run), 0o644); err != nil {
			r.t.Fatal(err)
		}
		cmd := exec.Command(filepath.Join(r.bin, "bash"), "--noprofile", "--norc", "-eo", "pipefail", script)
		cmd.Dir, cmd.Env = r.temp, append(r.env, env...)
		out, err := cmd.CombinedOutput()
		var ended *exec.ExitError
		if err != nil && !errors.As(err, &ended) {
			r.t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	r.t.Fatalf("the action has no step %q", name)
	return "", 0
}

// holds is the content of a file of the machine; "" if there is none.
func (r *runner) holds(name string) string {
	text, _ := os.ReadFile(r.path(name))
	return string(text)
}
