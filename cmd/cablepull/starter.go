package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// starter is a scenario to begin with. It has no name, so that it is called as
// its file is.
//
//go:embed starter.yaml
var starter []byte

// starterFile is where it goes if nobody says where.
const starterFile = "my.yaml"

func newInit() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a scenario to begin with",
		Long: `Init writes a small scenario with comments, which runs and passes: a pair of
members, a client, a pulled cable, and what is expected. The file is ` + starterFile + `
unless you name one; - prints it.`,
		Example: `  cablepull init
  cablepull init tests/failover.yaml
  cablepull init - | less`,
		Args: atMost(1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeStarter(append(args, starterFile)[0], force, streamsOf(cmd))
		},
		ValidArgsFunction: completeFiles,
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it exists")
	return cmd
}

// writeStarter writes the scenario to begin with to a file, or prints it.
func writeStarter(path string, force bool, std streams) error {
	if path == trial.Stdin { // - is standard output here
		_, err := std.out.Write(starter)
		return err
	}
	if !strings.HasSuffix(path, ".yaml") && !strings.HasSuffix(path, ".yml") {
		return fmt.Errorf("init: got %q, want a name that ends in .yaml or .yml", path)
	}
	if _, err := scenarios.Parse(path, starter); err != nil {
		return fmt.Errorf("init: the file's name is also the scenario's: %w", err)
	}
	if err := createStarter(path, force); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	_, err := fmt.Fprintf(std.out, "Wrote %s. Now: %s\n", path, reports.Command("cablepull", "run", argument(path)))
	return err
}

// createStarter creates the file. Without force it replaces none.
func createStarter(path string, force bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(path, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already: --force replaces it", path)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(starter)
	return errors.Join(err, file.Close())
}

// argument is a path as an argument of this command: one that begins with a
// dash would be a flag.
func argument(path string) string {
	if path != trial.Stdin && strings.HasPrefix(path, "-") {
		return "./" + path
	}
	return path
}

// printAs writes text that was made before.
func printAs(out io.Writer, text []byte) error {
	_, err := out.Write(text)
	return blameWriting(err)
}
