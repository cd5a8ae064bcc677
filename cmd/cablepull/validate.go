package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// validateFlags are the flags of the verb validate.
type validateFlags struct{ json, quiet, strict bool }

// errInvalid means that a file is not valid. The details have been printed.
var errInvalid = errors.New("not all files are valid")

func newValidate() *cobra.Command {
	var f validateFlags
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check scenario files without running them",
		Long: `Validate reads scenario files and prints all problems of all of them, each with
line, column and what is allowed there, and their warnings. - is standard input.

Exit status: 0 if all files are valid, else 2.`,
		Example: `  cablepull validate my.yaml
  cablepull validate tests/*.yaml --strict --quiet
  cablepull validate - < my.yaml`,
		RunE:              func(cmd *cobra.Command, args []string) error { return f.validate(args, streamsOf(cmd)) },
		ValidArgsFunction: completeFiles,
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print {files: [{file, valid, problems, more, warnings}]}, problems and warnings with line, column, path and message")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print nothing about a file without problems and warnings")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "a file with warnings is not valid")
	return cmd
}

// finding is a problem or a warning of a file.
type finding struct {
	Line    int    `json:"line"` // from 1; 0 if it is about the file as a whole
	Column  int    `json:"column"`
	Path    string `json:"path"`
	Message string `json:"message"`
	excerpt string
}

// checked is what was found in a file.
type checked struct {
	File     string    `json:"file"`
	Valid    bool      `json:"valid"`
	Problems []finding `json:"problems"`
	More     int       `json:"more"` // problems that were found and left out
	Warnings []finding `json:"warnings"`
}

// validate checks the files and prints what it has found.
func (f *validateFlags) validate(words []string, std streams) error {
	if len(words) == 0 {
		return errors.New("validate: name a file, or - for standard input")
	}
	if err := checkStdin(words); err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	var all []checked
	valid := true
	for _, word := range words {
		c := f.check(word, std.in)
		valid = valid && c.Valid
		all = append(all, c)
	}
	if err := f.print(std.out, all); err != nil {
		return blameWriting(err)
	}
	if !valid {
		return errInvalid
	}
	return nil
}

// check reads one file.
func (f *validateFlags) check(word string, stdin io.Reader) checked {
	s, err := openFor("validate", word, stdin)
	c := checked{File: trial.Source{Word: word}.Label(), Problems: []finding{}, Warnings: []finding{}}
	invalid, is := scenarios.IsInvalid(err)
	switch {
	case is:
		c.More = invalid.More
		for _, p := range invalid.Problems {
			c.Problems = append(c.Problems, finding{p.Line, p.Column, p.Path, p.Message, p.Excerpt})
		}
	case err != nil:
		c.Problems = append(c.Problems, finding{Message: strings.TrimPrefix(err.Error(), "validate: ")})
	default:
		for _, w := range s.Scenario.Warnings {
			c.Warnings = append(c.Warnings, finding{w.Line, w.Column, w.Path, w.Message, w.Excerpt})
		}
	}
	c.Valid = len(c.Problems) == 0 && (len(c.Warnings) == 0 || !f.strict)
	return c
}

func (f *validateFlags) print(out io.Writer, all []checked) error {
	if f.json {
		return printJSON(out, struct {
			Files []checked `json:"files"`
		}{all})
	}
	var b strings.Builder
	for _, c := range all {
		for _, p := range c.Problems {
			p.print(&b, c.File, "")
		}
		for _, w := range c.Warnings {
			w.print(&b, c.File, "warning: ")
		}
		switch {
		case len(c.Problems) > 0:
			fmt.Fprintf(&b, "%s: %s\n", c.File, counted(len(c.Problems)+c.More, "problem"))
		case !c.Valid:
			fmt.Fprintf(&b, "%s: %s, which --strict forbids\n", c.File, counted(len(c.Warnings), "warning"))
		case len(c.Warnings) > 0:
			fmt.Fprintf(&b, "%s: valid, %s\n", c.File, counted(len(c.Warnings), "warning"))
		case !f.quiet:
			fmt.Fprintf(&b, "%s: valid\n", c.File)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// print prints a finding in the form that editors look for.
func (p finding) print(b *strings.Builder, file, kind string) {
	if p.Line == 0 {
		fmt.Fprintf(b, "%s%s\n", kind, p.Message) // it names the file
		return
	}
	fmt.Fprintf(b, "%s:%d:%d: %s", file, p.Line, p.Column, kind)
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message + "\n")
	if p.excerpt != "" {
		b.WriteString(p.excerpt + "\n")
	}
}
