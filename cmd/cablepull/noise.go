package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/disturbance"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// registerNoise declares --noise.
func (f *runFlags) registerNoise(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.noise, "noise", nil, "what disturbs the run besides faults: a noise model of the library, such as busy-hypervisor (see list --noise), or a file; several times for several")
	offerWords(cmd, "noise", disturbance.Names()...)
}

// noises are the models that --noise names.
func (f *runFlags) noises() ([]trial.Noise, error) {
	var all []trial.Noise
	for _, word := range f.noise {
		n, err := trial.OpenNoise(word)
		if err != nil {
			return nil, fmt.Errorf("run: --noise: %w", err)
		}
		all = append(all, n)
	}
	return all, nil
}

// fits returns why the noise of a trial does not fit its scenario. Trials of
// one scenario come one after the other, so the first of each is enough.
func fits(trials []trial.Trial) error {
	last := ""
	for _, t := range trials {
		if t.Word == last && t.Variant == "" || t.Skip != "" {
			continue
		}
		last = t.Word
		if err := t.FitsNoise(); err != nil {
			return fmt.Errorf("run: --noise: %s: %w", t.Label(), err)
		}
	}
	return nil
}

// listNoise prints the noise models of the library: a line for each, or all
// that their files say about them.
func listNoise(stdout io.Writer, long bool) error {
	names := disturbance.Names()
	width := 0
	for _, name := range names {
		width = max(width, len(name))
	}
	for _, name := range names {
		m, err := disturbance.Find(name)
		if err != nil {
			return benchError{err}
		}
		if !long {
			fmt.Fprintf(stdout, "%-*s  %s\n", width, name, firstSentence(m.About))
			continue
		}
		fmt.Fprintln(stdout, name)
		for _, line := range wrap(m.About, 76) {
			fmt.Fprintf(stdout, "    %s\n", line)
		}
	}
	return nil
}
