package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// module is where the folders of Go benchmarks are.
const module = "github.com/cablepull/cablepull/"

// errFigure is wrapped by the error about a benchmark that does not print a
// figure.
var errFigure = errors.New("no such figure")

// benchmark returns a measurement of a figure that a Go benchmark of a folder
// prints, by its unit, on one processor. For what only the tests of a package
// can reach.
func (s sides) benchmark(unit, folder, name string) func() (float64, error) {
	return func() (float64, error) {
		pattern := "^" + strings.ReplaceAll(name, "/", "$/^") + "$"
		cmd := exec.Command("go", "test", "-run=^$", "-bench="+pattern, module+folder)
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		out, err := output(cmd)
		if err != nil {
			return 0, err
		}
		return figureOf(out, name, unit)
	}
}

// figureOf reads a figure from what go test prints about a benchmark: its name,
// how often it ran, and pairs of value and unit.
func figureOf(out, name, unit string) (float64, error) {
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != name {
			continue
		}
		for i := 2; i+1 < len(words); i += 2 {
			if words[i+1] == unit {
				return strconv.ParseFloat(words[i], 64)
			}
		}
	}
	return 0, fmt.Errorf("%w: %s in %s", errFigure, unit, name)
}
