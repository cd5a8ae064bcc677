// Command captable writes what a capture of real routers shows as a table of
// facts, and makes a capture of such a table again.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/cablepull/cablepull/node/wire/capture"
	"github.com/cablepull/cablepull/node/wire/facts"
)

const usage = `captable [-about TEXT]... CAPTURE   writes the HSRP messages of a pcap or pcapng file as a table
captable -frames TABLE              writes a pcap file of the frames of a table
`

// Statuses of the process: what the user can mend is 2.
const (
	statusFailed = 1
	statusUsage  = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// lines are the values of a flag that may be given several times.
type lines []string

func (l *lines) String() string { return fmt.Sprint(*l) }

// Set implements flag.Value.
func (l *lines) Set(text string) error {
	*l = append(*l, text)
	return nil
}

// run does what the arguments say and returns the status of the process.
func run(args []string, stdout, stderr io.Writer) int {
	var about lines
	flags := flag.NewFlagSet("captable", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	flags.Var(&about, "about", "a line of comment that says where the facts come from")
	frames := flags.Bool("frames", false, "make frames of a table")
	if err := flags.Parse(args); err != nil {
		return statusUsage
	}
	if flags.NArg() != 1 || *frames && len(about) > 0 {
		flags.Usage()
		return statusUsage
	}
	in, err := os.Open(flags.Arg(0))
	if err != nil {
		fmt.Fprintf(stderr, "captable: %v\n", err)
		return statusUsage
	}
	defer in.Close()
	if *frames {
		err = writeFrames(in, stdout)
	} else {
		err = writeTable(in, about, stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "captable: %s: %v\n", flags.Arg(0), err)
		return statusFailed
	}
	return 0
}

// writeTable writes the facts of a capture.
func writeTable(in io.Reader, about []string, out io.Writer) error {
	frames, err := capture.Read(in)
	if err != nil {
		return err
	}
	return facts.Write(out, about, factsOf(frames))
}

// factsOf picks the frames that show a fact.
func factsOf(frames []capture.Frame) []facts.Fact {
	var all []facts.Fact
	for _, frame := range frames {
		if f, ok := facts.Of(frame.At, frame.Data); ok {
			all = append(all, f)
		}
	}
	return all
}

// writeFrames writes the frames of a table.
func writeFrames(in io.Reader, out io.Writer) error {
	_, all, err := facts.Read(in)
	if err != nil {
		return err
	}
	var frames []capture.Frame
	for _, f := range all {
		data, err := f.Frame()
		if err != nil {
			return err
		}
		frames = append(frames, capture.Frame{At: f.At, Data: data})
	}
	return capture.Write(out, frames)
}
