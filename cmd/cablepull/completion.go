package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// completeScenarios offers, for the last word of a command line, the incidents
// that begin like it, and files of YAML if none does.
func completeScenarios(_ *cobra.Command, before []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := slices.DeleteFunc(incidents.Names(), func(name string) bool {
		return !strings.HasPrefix(name, word) || slices.Contains(before, name)
	})
	if len(names) == 0 {
		return []cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeFlags offers the values of those flags of a verb that have few.
func completeFlags(cmd *cobra.Command, worlds ...string) {
	offer := func(flag string, values func() []string) {
		err := cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
			fit := slices.DeleteFunc(slices.Clone(values()), func(v string) bool { return !strings.HasPrefix(v, word) })
			return fit, cobra.ShellCompDirectiveNoFileComp
		})
		if err != nil {
			panic(err) // the verb has no such flag
		}
	}
	offer("in", incidents.Folders)
	offer("world", func() []string { return worlds })
	offer("tag", func() []string {
		library, err := incidents.All()
		if err != nil {
			return nil
		}
		var tags []string
		for _, s := range library {
			tags = append(tags, s.Tags...)
		}
		slices.Sort(tags)
		return slices.Compact(tags)
	})
}

// worldNames are the values of --world that stand for one world.
func worldNames() []string {
	var names []string
	for _, w := range trial.AllWorlds {
		names = append(names, string(w))
	}
	return names
}
