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

// completeOneIncident offers the incidents for the only word of a command line.
func completeOneIncident(_ *cobra.Command, before []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(before) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beginning(incidents.Names(), word), cobra.ShellCompDirectiveNoFileComp
}

// completeFiles offers files of YAML.
func completeFiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeVariants offers the variants of the scenarios that the command line
// names before. Those that cannot be opened have none.
func completeVariants(_ *cobra.Command, words []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []string
	for _, w := range words {
		if s, err := trial.Open(w); err == nil {
			names, _ := s.Scenario.VariantNames() // the scenario is valid
			all = append(all, names...)
		}
	}
	return beginning(all, word), cobra.ShellCompDirectiveNoFileComp
}

// beginning returns the words that begin like one.
func beginning(words []string, with string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !strings.HasPrefix(w, with) })
}

// offer has a flag completed by a function.
func offer(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // the verb has no such flag
	}
}

// offerWords has a flag completed by words; none: nothing is offered, not even
// files.
func offerWords(cmd *cobra.Command, flag string, words ...string) {
	offer(cmd, flag, func(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return beginning(words, word), cobra.ShellCompDirectiveNoFileComp
	})
}

// completeFlags offers the values of those flags of a verb that have few.
func completeFlags(cmd *cobra.Command, worlds ...string) {
	offerWords(cmd, "world", worlds...)
	offerWords(cmd, "in", incidents.Folders()...)
	offer(cmd, "tag", func(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		library, err := incidents.All()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var tags []string
		for _, s := range library {
			tags = append(tags, s.Tags...)
		}
		slices.Sort(tags)
		return beginning(slices.Compact(tags), word), cobra.ShellCompDirectiveNoFileComp
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
