// Command compare measures cablepull against its yardsticks and its bars, all
// sides in turn within the same minutes, and prints one table. On a machine
// that does other work, figures from different minutes cannot be compared.
//
//	go run ./bench/compare                 all rows, 3 rounds
//	go run ./bench/compare -rounds 9 -row ns-3
//	go run ./bench/compare -old BINARY     this commit against another
//
// BINARY is this command built from another commit: go build -o BINARY
// ./bench/compare.
//
// Each measurement is a separate process, which may measure several rows, or a
// Go benchmark of the package that it is about. Those of the virtual world use
// one processor, the setting in which both cablepull and the spike are fastest,
// and count CPU seconds, which other programs disturb least. Sweeps are whole
// commands, ours and that of an earlier commit, which is built from git. If a
// yardstick is not installed, the command says so and omits its rows. The exit
// status is 1 if a bar is missed. Start reading at rows.go.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/cablepull/cablepull/bench/wire"
)

func main() {
	if done, err := wire.Part(os.Args[1:], os.Stdin); done {
		exit(err)
	}
	if len(os.Args) > 1 && os.Args[1] == childVerb {
		exit(measure(os.Args[2:], os.Stdout))
	}
	rounds := flag.Int("rounds", 0, "how often each side of a row is measured (default 3, with -old 15)")
	old := flag.String("old", "", "this command as built from another commit: measure that commit against this one, and nothing else")
	only := flag.String("row", "", "only rows whose name contains this")
	root := flag.String("root", "bench", "the folder with ns3/run, spike/run and mininet/run")
	flag.Parse()
	exit(compare(*root, *only, *old, *rounds, os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// compare measures every row for the given number of rounds and prints the
// table.
func compare(root, only, old string, rounds int, out io.Writer) error {
	bin, err := os.MkdirTemp("", "cablepull-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)
	s := sides{root: root, bin: bin, old: old}
	all, usual := rows, 3
	if old != "" {
		all, usual = oldRows, 15
	}
	chosen := slices.DeleteFunc(all(s), func(r *row) bool { return !strings.Contains(r.what, only) })
	if len(chosen) == 0 {
		return fmt.Errorf("no row's name contains %q", only)
	}
	rounds = cmp.Or(max(rounds, 0), usual)
	for round := range rounds {
		for _, r := range chosen {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, r.what)
			if err := r.measure(); err != nil {
				return err
			}
		}
	}
	return print(chosen, out)
}

// print writes the table, and returns an error that names the missed bars.
func print(rows []*row, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tbar\tmedian\tlowest .. highest\tn\tverdict\tours\ttheirs")
	var missed, absent []string
	for _, r := range rows {
		if r.absent != nil {
			absent = append(absent, r.what+": "+r.absent.Error())
			continue
		}
		if !r.passed() {
			missed = append(missed, r.what)
		}
		fmt.Fprintln(w, r.line())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, sentence := range absent {
		fmt.Fprintln(out, "not measured:", sentence)
	}
	if len(missed) > 0 {
		return fmt.Errorf("bars missed: %s", strings.Join(missed, "; "))
	}
	return nil
}
