package spec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/reports/pcapng"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
)

// abroad makes the test binary play the library in a process of its own, with
// another GOMAXPROCS and with capture, into the directory that it names. Equal
// digests there and here mean that none of the three matters.
const abroad = "CABLEPULL_PLAY_LIBRARY"

// report is what is known of an incident that was played abroad.
type report struct {
	Digest   string
	Messages []kit.Heard // HSRP as it was meant
	Capture  string      // path
}

// playAbroad is the life of that process.
func playAbroad(dir string) int {
	reports := map[string]report{}
	for _, s := range library() {
		r, err := playCaptured(s, filepath.Join(dir, s.Name+".pcapng"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		reports[s.Name] = r
	}
	if err := json.NewEncoder(os.Stdout).Encode(reports); err != nil {
		return 1
	}
	return 0
}

func playCaptured(s *scenarios.Scenario, path string) (report, error) {
	file, err := os.Create(path)
	if err != nil {
		return report{}, err
	}
	defer file.Close()
	tap := kit.NewTap()
	tap.Writer = pcapng.NewWriter(file, "cablepull", s.Name)
	o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: s.Seed, Capture: tap})
	if err != nil {
		return report{}, err
	}
	return report{o.Digest, tap.Messages, path}, tap.Writer.Close()
}

// fromAbroad plays the library abroad, once.
var fromAbroad = sync.OnceValue(func() map[string]report {
	dir, err := os.MkdirTemp("", "cablepull-spec-")
	Expect(err).NotTo(HaveOccurred())
	captures = dir
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), abroad+"="+dir, "GOMAXPROCS=4")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	Expect(cmd.Run()).To(Succeed(), problems.String)
	reports := map[string]report{}
	Expect(json.Unmarshal(out.Bytes(), &reports)).To(Succeed())
	return reports
})

// captures is the directory of fromAbroad.
var captures string

var _ = AfterSuite(func() {
	if captures != "" {
		Expect(os.RemoveAll(captures)).To(Succeed())
	}
})

// The process abroad works while the first specs run here.
var _ = BeforeSuite(func() {
	go func() {
		defer GinkgoRecover()
		fromAbroad()
	}()
})
