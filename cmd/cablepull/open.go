package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// openFor opens the scenario of a word of the command line, for a verb. It
// reads standard input if the word is trial.Stdin. Problems of a file begin
// with their place, other errors with the verb.
func openFor(verb, word string, stdin io.Reader) (s trial.Source, err error) {
	if word == trial.Stdin {
		s, err = trial.Read(stdin)
	} else {
		s, err = trial.Open(word)
	}
	if _, invalid := scenarios.IsInvalid(err); err != nil && !invalid {
		err = fmt.Errorf("%s: %w", verb, err)
	}
	return s, err
}

// checkStdin fails if standard input is named twice: it can be read once.
func checkStdin(words []string) error {
	if i := slices.Index(words, trial.Stdin); i >= 0 && slices.Contains(words[i+1:], trial.Stdin) {
		return errors.New("got - twice, want it once: standard input can be read only once")
	}
	return nil
}

// unread is standard input as it was before a source was read from it, for a
// process that runs the same command line again.
func unread(sources []trial.Source, stdin io.Reader) io.Reader {
	for _, s := range sources {
		if s.Word == trial.Stdin {
			return bytes.NewReader(s.Text)
		}
	}
	return stdin
}
