package main

import (
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// released is set by the linker of a release build.
var released string

// version names the build: the release, or the commit it was built from.
func version() string {
	if released != "" {
		return released
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if revision == "" {
		return info.Main.Version
	}
	return revision + dirty
}

// streams are what a verb reads and writes. A verb is a function of its flags,
// arguments and streams; cobra only calls it.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func streamsOf(cmd *cobra.Command) streams {
	return streams{cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()}
}

// newRoot makes the command. Args are the command line without the program.
func newRoot(args []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "cablepull",
		Short: "A test bench for virtual-IP failover",
		Long: `cablepull runs whole clusters on a real TCP stack in virtual time, or in network
namespaces together with real programs. It pulls cables, cuts the network in two,
freezes and crashes nodes, and measures what happens to the virtual IP and to
every connection.

Exit status: 0 if all expectations and invariants hold; 1 if some do not; 2 if the
command line or the scenario is invalid, or the machine lacks something that the
run needs; 3 if the bench itself failed.`,
		Example: `  cablepull list
  cablepull run cable-pull
  cablepull init my.yaml
  cablepull run my.yaml --seed 42 --out runs/x
  cablepull run --all --seeds 1..50 --jobs 2
  cablepull run cable-pull --world both
  cablepull hunt my.yaml --for 10m
  cablepull merge shard-1 shard-2
  cablepull serve runs
  cablepull doctor`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	root.AddCommand(newList(), newShow(), newInit(), newValidate(), newRun(args), newSweep(), newMerge(), newHunt(), newDoctor(args), newServe(), newSchema(), newVersion(), newFormatTopic(), newFiguresTopic())
	root.AddCommand(newParts()...)
	root.AddCommand(releaseVerbs...)
	return root
}

// releaseVerbs are verbs of a build for the release tool: see manual.go.
var releaseVerbs []*cobra.Command
