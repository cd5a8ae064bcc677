package hunt

import (
	_ "embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Allowed is one thing that is known by design. In its patterns, * stands for
// any text.
type Allowed struct {
	Invariant string `yaml:"invariant" doc:"an invariant, or recovers, panic or error" jsonschema:"required"`
	Role      string `yaml:"role" doc:"a pattern of the role, which a finding has as a comment (default: any)"`
	Line      string `yaml:"line" doc:"a pattern that one of the fault lines fits (default: any)"`
	Only      string `yaml:"only" doc:"a pattern that every fault line fits (default: any)"`
	Reason    string `yaml:"reason" doc:"why it is allowed" jsonschema:"required"`
}

// Starter is an allow-file with what DataPower does by design.
//
//go:embed allow.yaml
var Starter []byte

// ErrAllow is wrapped by the errors of ParseAllowed.
var ErrAllow = errors.New("invalid allow-file")

// ParseAllowed reads an allow-file, which errors call name. They say all that
// is wrong with it, and where.
func ParseAllowed(name string, data []byte) ([]Allowed, error) {
	var file struct {
		Allow []Allowed `yaml:"allow" doc:"what is known by design" jsonschema:"required"`
	}
	d, _ := (&form.Format{Noun: "allow-file"}).Decode(data, &file)
	for i, a := range file.Allow {
		a.check(func(key, format string, args ...any) {
			at := []string{"allow", strconv.Itoa(i), key}
			d.Fail(d.PlaceOfPath(at), at, format, args...)
		})
	}
	var all []string
	for _, p := range d.Problems() {
		all = append(all, name+":"+p.String())
	}
	if len(all) > 0 {
		return nil, fmt.Errorf("%w:\n%s", ErrAllow, strings.Join(all, "\n"))
	}
	return file.Allow, nil
}

// Judges are what a finding can be about: the invariants, and the hunt's own.
func Judges() []string {
	judges := []string{Recovers, Panic, Error}
	for _, i := range oracle.Invariants {
		judges = append(judges, i.Name)
	}
	slices.Sort(judges)
	return judges
}

// check passes what is wrong with an entry to fail.
func (a Allowed) check(fail func(key, format string, args ...any)) {
	if judges := Judges(); a.Invariant != "" && !slices.Contains(judges, a.Invariant) {
		fail("invariant", "got %q, want %s", a.Invariant, topology.AnyOf(a.Invariant, judges))
	}
	for key, pattern := range map[string]string{"role": a.Role, "line": a.Line, "only": a.Only} { // order: problems are sorted by place
		if _, err := path.Match(pattern, ""); err != nil {
			fail(key, "got the pattern %q: %v", pattern, err)
		}
	}
}

// fits reports whether a finding is what the entry allows.
func (a Allowed) fits(w Wrong, s Schedule) bool {
	line := func(pattern string) func(Line) bool {
		return func(l Line) bool { return matches(pattern, l.Fault.String()) }
	}
	return a.Invariant == w.Invariant && (a.Role == "" || matches(a.Role, w.Role)) &&
		(a.Line == "" || slices.ContainsFunc(s, line(a.Line))) &&
		(a.Only == "" || !slices.ContainsFunc(s, func(l Line) bool { return !line(a.Only)(l) }))
}

// matches reports whether a text fits a pattern in which * stands for any text.
func matches(pattern, text string) bool {
	escape := func(s string) string { // a slash is a letter like others
		return string(slices.DeleteFunc([]byte(s), func(b byte) bool { return b == '/' }))
	}
	ok, _ := path.Match(escape(pattern), escape(text)) // the pattern has been checked
	return ok
}

// allowed returns why a finding is known by design, or nothing.
func allowed(all []Allowed, w Wrong, s Schedule) string {
	for _, a := range all {
		if a.fits(w, s) {
			return a.Reason
		}
	}
	return ""
}
