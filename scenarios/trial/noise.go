package trial

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cablepull/cablepull/scenarios/disturbance"
	"github.com/cablepull/cablepull/sim/noise"
	"github.com/cablepull/cablepull/sim/world"
)

// Noise is a noise model by the word with which a user names it, and the text
// of its file, so that any process reads the same.
type Noise struct {
	Word string `json:"word"`           // the name of one in the library, or the path of a file
	Text []byte `json:"text,omitempty"` // of a file

	file *disturbance.File // nil until it is read
}

// OpenNoise reads a file if the word is a path: see IsPath. Else it finds the
// model in the library.
func OpenNoise(word string) (n Noise, err error) {
	n.Word = word
	if IsPath(word) {
		if n.Text, err = disturbance.Read(word); err != nil {
			return n, err
		}
	}
	return n, n.open()
}

// open reads the model, unless that is done.
func (n *Noise) open() (err error) {
	switch {
	case n.file != nil:
	case n.Text != nil:
		n.file, err = disturbance.Parse(n.Word, n.Text)
	default:
		n.file, err = disturbance.Find(n.Word)
	}
	return err
}

// Name is what reports call the model.
func (n Noise) Name() string {
	if !IsPath(n.Word) {
		return n.Word
	}
	return strings.TrimSuffix(filepath.Base(n.Word), filepath.Ext(n.Word))
}

// ID tells the model from every other one: its name, which is part of what it
// draws, and for a file @ and the SHA-256 of its text. Where the file lies does
// not matter.
func (n Noise) ID() string {
	if n.Text == nil {
		return n.Word
	}
	return fmt.Sprintf("%s@%x", n.Name(), sha256.Sum256(n.Text))
}

// noiseNames joins the names of models.
func noiseNames(all []Noise) string {
	var names []string
	for _, n := range all {
		names = append(names, n.Name())
	}
	return strings.Join(names, "+")
}

// FitsNoise reads the models of the trial, and returns why they cannot disturb
// its scenario, which is open, in its world; nil if they can.
func (t Trial) FitsNoise() error {
	if len(t.Noise) > 0 && t.World == Netns {
		return world.ErrNoise
	}
	words := map[string]string{}
	for i := range t.Noise {
		n := &t.Noise[i]
		if err := n.open(); err != nil {
			return err
		}
		if other, taken := words[n.Name()]; taken {
			return fmt.Errorf("noise: %s and %s are both called %s, and would draw the same: leave one out, or rename it", other, n.Word, n.Name())
		}
		words[n.Name()] = n.Word
		if err := n.file.Fits(t.Scenario.Topology); err != nil {
			return err
		}
	}
	return nil
}

// remembered is the models that a worker has read.
type remembered []Noise

// rememberedMax bounds them.
const rememberedMax = 32

// fill gives the models of a trial what was read before. One that cannot be
// read is left to the player, which says why.
func (r *remembered) fill(t *Trial) {
	for i := range t.Noise {
		n := &t.Noise[i]
		for _, known := range *r {
			if known.Word == n.Word && bytes.Equal(known.Text, n.Text) {
				n.file = known.file
			}
		}
		if n.file != nil || n.open() != nil {
			continue
		}
		if len(*r) == rememberedMax {
			*r = nil
		}
		*r = append(*r, *n)
	}
}

// models returns the models of a trial that is prepared.
func (t Trial) models() []*noise.Model {
	var all []*noise.Model
	for _, n := range t.Noise {
		all = append(all, n.file.Model)
	}
	return all
}
