package job

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios/trial"
)

// Job is everything that decides the outcome of a trial in virtual time. In
// real time, the machine has a say as well.
type Job struct {
	Name    string          `json:"name"` // of the scenario
	Word    string          `json:"word"` // where this machine finds it; not part of the digest
	Text    string          `json:"text"` // digest of the scenario's text
	Variant string          `json:"variant,omitempty"`
	Set     []trial.Setting `json:"set,omitempty"`
	Phase   time.Duration   `json:"phase,omitempty"`
	Noise   []string        `json:"noise,omitempty"` // names of noise models, with @ and the digest of the text of a file
	Seed    uint64          `json:"seed"`
	World   trial.World     `json:"world"`
	Version string          `json:"version"` // of the bench
}

// Of returns the job of a trial, whose scenario is open.
func Of(t trial.Trial, version string) Job {
	var noise []string
	for _, n := range t.Noise {
		noise = append(noise, n.ID())
	}
	return Job{
		Noise: noise, Name: t.Scenario.Name, Word: t.Word, Text: t.Scenario.TextDigest(), Variant: t.Variant, Set: t.Set, Phase: t.Phase,
		Seed: t.Seed, World: t.World, Version: version,
	}
}

// Digest is a SHA-256 in hexadecimal digits.
type Digest string

// canonical collects the fields of a value in a form that has one meaning:
// each as a quoted text on a line of its own.
type canonical []byte

func (c *canonical) add(fields ...string) {
	for _, f := range fields {
		*c = append(strconv.AppendQuote(*c, f), '\n')
	}
}

// list adds how many texts there are, and the texts.
func (c *canonical) list(texts []string) {
	c.add(strconv.Itoa(len(texts)))
	c.add(texts...)
}

func (c canonical) digest() Digest {
	sum := sha256.Sum256(c)
	return Digest(hex.EncodeToString(sum[:]))
}

// Digest identifies the job: equal jobs have equal outcomes, wherever and
// whenever they are played.
func (j Job) Digest() Digest {
	c := make(canonical, 0, 512)
	c.add("job 1", j.Name, j.Text, j.Variant, j.Phase.String(), strconv.FormatUint(j.Seed, 10), string(j.World), j.Version)
	var settings []string
	for _, x := range j.Set {
		settings = append(settings, x.Path, x.Value)
	}
	c.list(settings)
	c.list(j.Noise)
	return c.digest()
}

// Trial is what names the job, and the folder of its artefacts. It cannot be
// played.
func (j Job) Trial() trial.Trial {
	var noise []trial.Noise
	for _, id := range j.Noise {
		word := id
		if at := strings.LastIndexByte(id, '@'); at >= 0 {
			word = id[:at]
		}
		noise = append(noise, trial.Noise{Word: word})
	}
	return trial.Trial{Noise: noise, Source: trial.Source{Word: j.Name}, Variant: j.Variant, Set: j.Set, Phase: j.Phase, Seed: j.Seed, World: j.World}
}

// Title names the job for people.
func (j Job) Title() string {
	name := j.Trial().Name()
	if j.World == trial.Netns {
		name += " (" + string(j.World) + ")"
	}
	return name
}
