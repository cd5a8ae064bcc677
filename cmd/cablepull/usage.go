package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cablepull/cablepull/sim/topology"
)

// wantedOf are the values that flags take, by their type.
var wantedOf = map[string]string{
	"bool": "true or false, or no value", "int": "a whole number", "uint64": "a whole number from 0 to 18446744073709551615",
	"float64": "a number", "duration": "a duration such as 5s or 1m30s", "stringSlice": "words with commas between them",
}

// verbOf is what errors call a command.
func verbOf(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// flagError says what is wrong with a flag, and what is allowed.
func flagError(cmd *cobra.Command, err error) error {
	var value *pflag.InvalidValueError
	var lacks *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &value):
		flag := value.GetFlag()
		want := wantedOf[flag.Value.Type()]
		if want == "" {
			want = flag.Usage
		}
		return fmt.Errorf("%s: --%s: got %q, want %s", verbOf(cmd), flag.Name, value.GetValue(), want)
	case errors.As(err, &lacks):
		return fmt.Errorf("%s: --%s: got no value, want one: %s", verbOf(cmd), lacks.GetFlag().Name, lacks.GetFlag().Usage)
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	}
	return fmt.Errorf("%s: %w", verbOf(cmd), err)
}

// unknownFlag suggests the flag that was probably meant.
func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	got := "--" + err.GetSpecifiedName()
	near := topology.Nearest(err.GetSpecifiedName(), names)
	if letters := err.GetSpecifiedShortnames(); letters != "" { // -seed is a word with one dash
		name, _, _ := strings.Cut(letters, "=")
		got, near = "-"+name, topology.Nearest(name, names)
	}
	if near != "" {
		return fmt.Errorf("%s: unknown flag: %s (did you mean --%s?)", verbOf(cmd), got, near)
	}
	return fmt.Errorf("%s: unknown flag: %s; %s has them all", verbOf(cmd), got, cmd.CommandPath()+" --help")
}

// exactly wants a number of arguments: none, or one, which is called what.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return fmt.Errorf("%s: got no %s, want one", verbOf(cmd), what)
		case len(args) > n && n == 0:
			return fmt.Errorf("%s: got %q, want nothing after the flags", verbOf(cmd), args[0])
		case len(args) > n:
			return fmt.Errorf("%s: got %d words, want one %s", verbOf(cmd), len(args), what)
		}
		return nil
	}
}

// atMost allows no argument as well.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return exactly(n, what)(cmd, args)
		}
		return nil
	}
}

// newHelp is cobra's verb help, but fails if there is nothing of that name.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]",
		Short: "Help about a command or a topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				var names []string
				for _, c := range cmd.Root().Commands() {
					if c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() {
						names = append(names, c.Name())
					}
				}
				return fmt.Errorf("help: got %q, want %s", args[0], topology.AnyOf(args[0], names))
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
