package main

import (
	"bytes"
	"fmt"
	"os"
)

// compareEvents returns where two logs first differ: number and order of lines
// must be equal, and each line must have all keys and values that it had
// before. After one difference most later lines also differ, so the first is
// enough.
func compareEvents(before, after string) ([]string, error) {
	old, err := os.ReadFile(before)
	if err != nil {
		return nil, err
	}
	now, err := os.ReadFile(after)
	if err != nil {
		return nil, err
	}
	a, b := bytes.Split(bytes.TrimSpace(old), []byte("\n")), bytes.Split(bytes.TrimSpace(now), []byte("\n"))
	for i := range min(len(a), len(b)) {
		same, err := sameEvent(a[i], b[i])
		if err != nil {
			return nil, fmt.Errorf("%s or %s: line %d: %w", before, after, i+1, err)
		}
		if !same {
			return []string{fmt.Sprintf("events, line %d:\n  before %s\n  after  %s", i+1, a[i], b[i])}, nil
		}
	}
	if len(a) != len(b) {
		return []string{fmt.Sprintf("events: %d lines before, %d after; the first %d are equal", len(a), len(b), min(len(a), len(b)))}, nil
	}
	return nil, nil
}

// sameEvent reports whether an event has all that it had before.
func sameEvent(before, after []byte) (bool, error) {
	if bytes.Equal(before, after) {
		return true, nil
	}
	old, err := decode(before)
	if err != nil {
		return false, err
	}
	now, err := decode(after)
	if err != nil {
		return false, err
	}
	return len(rules{}.value("", "event", old, now)) == 0, nil
}
