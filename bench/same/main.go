// Command same proves that a change left behaviour unchanged: it plays every
// virtual incident of two cablepull binaries and compares the results.
//
//	git worktree add ../before HEAD~1
//	go build -C ../before -o /tmp/before ./cmd/cablepull
//	go run ./bench/same -old /tmp/before
//
// For each incident of the old binary and each seed, the frame part of the
// digest must be equal; each line of events must be equal, but may have gained
// keys; run.json must be equal, but may have gained keys or renamed them. Name
// a figure that has to change with -changed. Incidents that only the new binary
// has are listed. Exit status 1 means that something differs.
//
// Start reading at compare.go.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// errDiffers is wrapped when the two binaries behave differently.
var errDiffers = errors.New("behaviour differs")

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "same:", err)
		}
		os.Exit(1)
	}
}

// repeated is a flag that may be given several times.
type repeated []string

func (r *repeated) String() string { return strings.Join(*r, " ") }

func (r *repeated) Set(text string) error {
	*r = append(*r, text)
	return nil
}

func run(args []string, stdout, stderr io.Writer) error {
	var renamed, changed, gone repeated
	flags := flag.NewFlagSet("same", flag.ContinueOnError)
	flags.SetOutput(stderr)
	before := flags.String("old", "", "cablepull binary of the commit before, or a folder that its `run --all --seeds 1..N --out FOLDER` wrote")
	after := flags.String("new", "", "the same of the commit after (default: built from this checkout)")
	seeds := flags.Int("seeds", 3, "number of seeds, starting with 1")
	flags.Var(&renamed, "renamed", "`old=new`: a key of run.json has another name; may be repeated")
	flags.Var(&changed, "changed", "`incident:path`: this value of run.json may differ, such as cable-pull:measures.groups.no_active; * is every incident; may be repeated")
	flags.Var(&gone, "gone", "`incident` that the new binary no longer has; may be repeated")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *before == "" || flags.NArg() > 0 || *seeds < 1 {
		return errors.New("want -old BINARY, a positive number of seeds, and no other arguments")
	}
	rules, err := newRules(renamed, changed)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "cablepull-same-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if *after == "" {
		*after = filepath.Join(folder, "cablepull")
		if err := build(*after, stderr); err != nil {
			return err
		}
	}
	var sides [2]string
	for i, binary := range []string{*before, *after} {
		if sides[i], err = play(binary, filepath.Join(folder, fmt.Sprint("side-", i)), *seeds, stderr); err != nil {
			return err
		}
	}
	return compare(sides[0], sides[1], *seeds, rules, gone, stdout)
}
