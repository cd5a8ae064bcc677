package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
)

// rules are the allowed differences between two run.json: only added keys,
// renamed keys and named values.
type rules struct {
	renamed map[string]string // old key: new key
	changed []string          // incident:path
}

// newRules reads the flags.
func newRules(renamed, changed []string) (rules, error) {
	r := rules{renamed: map[string]string{}, changed: changed}
	for _, text := range renamed {
		before, after, ok := strings.Cut(text, "=")
		if !ok || before == "" || after == "" {
			return r, fmt.Errorf("renamed: got %q, want old=new", text)
		}
		r.renamed[before] = after
	}
	for _, text := range changed {
		if incident, path, ok := strings.Cut(text, ":"); !ok || incident == "" || path == "" {
			return r, fmt.Errorf("changed: got %q, want incident:path", text)
		}
	}
	return r, nil
}

// volatile are the keys of run.json that differ between any two runs or
// versions; the digest is compared by its frame part.
var volatile = []string{"wall", "wall_ns", "version", "digest"}

// value returns where two decoded JSON values differ. A key that is only in the
// new value is not a difference.
func (r rules) value(incident, path string, before, after any) []string {
	if slices.Contains(volatile, path) || r.mayChange(incident, path) {
		return nil
	}
	switch old := before.(type) {
	case map[string]any:
		now, ok := after.(map[string]any)
		if !ok {
			break
		}
		return r.object(incident, path, old, now)
	case []any:
		now, ok := after.([]any)
		if !ok || len(now) != len(old) {
			break
		}
		var problems []string
		for i := range old {
			problems = append(problems, r.value(incident, path, old[i], now[i])...)
		}
		return problems
	default:
		if before == after {
			return nil
		}
	}
	return []string{fmt.Sprintf("run.json: %s: %s before, %s after", path, short(before), short(after))}
}

func (r rules) object(incident, path string, old, now map[string]any) []string {
	var problems []string
	keys := make([]string, 0, len(old))
	for key := range old {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		at := strings.TrimPrefix(path+"."+key, ".")
		name := key
		if renamed, ok := r.renamed[key]; ok {
			name = renamed
		}
		value, exists := now[name]
		if !exists {
			if !r.mayChange(incident, at) {
				problems = append(problems, fmt.Sprintf("run.json: %s is gone; it was %s", at, short(old[key])))
			}
			continue
		}
		problems = append(problems, r.value(incident, at, old[key], value)...)
	}
	return problems
}

func (r rules) mayChange(incident, path string) bool {
	return slices.Contains(r.changed, incident+":"+path) || slices.Contains(r.changed, "*:"+path)
}

// short prints a JSON value for a message.
func short(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	const most = 200
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

func readJSON(name string) (any, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	v, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// decode reads JSON and keeps the spelling of numbers.
func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("more than one value")
	}
	return v, nil
}
