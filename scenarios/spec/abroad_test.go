package spec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// The library is played abroad once: by the command itself, in a process of its
// own, with another GOMAXPROCS than here, and with capture. Equal digests there
// and here mean that none of the three matters; and what tshark reads is what
// users get. It goes on beside the first specs, which wait for what they need.
const (
	procsHere   = 1
	procsAbroad = 3
)

// journey is that process.
type journey struct {
	folder   string // the command, and below runs what it wrote
	command  *exec.Cmd
	problems bytes.Buffer  // its standard error
	ended    chan struct{} // closed once status is known
	status   error

	wasRead    chan struct{} // closed once the captures were read
	frames     []byte        // what tshark said of them
	unreadable error
}

var abroad journey

// The journey begins before the first spec, unless the library is not asked
// for: real time wants the machine for itself.
var _ = BeforeSuite(func() {
	if Label().MatchesLabelFilter(GinkgoLabelFilter()) {
		abroad.begin()
	}
})

var _ = AfterSuite(func() {
	if abroad.command == nil {
		return
	}
	_ = abroad.command.Process.Kill() // unless it has ended
	<-abroad.wasRead
	Expect(os.RemoveAll(abroad.folder)).To(Succeed())
})

// begin starts the process, once.
func (j *journey) begin() {
	GinkgoHelper()
	if j.command != nil {
		return
	}
	folder, err := os.MkdirTemp("", "cablepull-spec-")
	Expect(err).NotTo(HaveOccurred())
	j.folder = folder
	program := filepath.Join(folder, "cablepull")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", program, "github.com/cablepull/cablepull/cmd/cablepull").CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(out))
	cmd := exec.Command(program, "run", "--all", "--out", filepath.Join(folder, "runs"))
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", procsAbroad))
	cmd.Stderr = &j.problems
	j.ended, j.wasRead = make(chan struct{}), make(chan struct{})
	Expect(cmd.Start()).To(Succeed())
	j.command = cmd
	go j.travel()
}

// travel waits for the command, and has tshark read what it captured: most of
// that is over before a spec asks for it.
func (j *journey) travel() {
	defer close(j.wasRead)
	j.status = j.command.Wait()
	close(j.ended)
	if j.status != nil {
		j.unreadable = fmt.Errorf("cablepull: %w: %s", j.status, &j.problems)
		return
	}
	var paths []string
	for _, s := range dissected() {
		paths = append(paths, j.fileOf(s, reports.CaptureFile))
	}
	j.frames, j.unreadable = readCaptures(filepath.Join(j.folder, "library.pcapng"), paths)
}

// fileOf returns the path of what was written about an incident.
func (j *journey) fileOf(s *scenarios.Scenario, name string) string {
	return filepath.Join(j.folder, "runs", trial.Trial{Source: trial.Incident(s), Variant: s.Variant, Seed: s.Seed}.Folder(), name)
}

// digestOf returns the digest of an incident as it was played abroad. Run.json
// is the last file of a run to appear, and is complete when it does.
func (j *journey) digestOf(ctx SpecContext, s *scenarios.Scenario) string {
	GinkgoHelper()
	j.begin()
	path := j.fileOf(s, reports.RunFile)
	Eventually(func() bool {
		_, err := os.Stat(path)
		return err == nil || j.over()
	}).WithContext(ctx).WithPolling(50 * time.Millisecond).Should(BeTrue())
	data, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred(), "the command wrote nothing about %s; it said: %s", s.Title(), &j.problems)
	var run struct{ Digest string }
	Expect(json.Unmarshal(data, &run)).To(Succeed())
	return run.Digest
}

func (j *journey) over() bool {
	select {
	case <-j.ended:
		return true
	default:
		return false
	}
}

// read returns what tshark said of the captures.
func (j *journey) read(ctx SpecContext) []byte {
	GinkgoHelper()
	j.begin()
	select {
	case <-j.wasRead:
	case <-ctx.Done():
	}
	Expect(ctx.Err()).NotTo(HaveOccurred())
	Expect(j.unreadable).NotTo(HaveOccurred())
	return j.frames
}

// wait returns how the command ended.
func (j *journey) wait(ctx SpecContext) error {
	GinkgoHelper()
	j.begin()
	select {
	case <-j.ended:
		return j.status
	case <-ctx.Done():
		return ctx.Err()
	}
}
