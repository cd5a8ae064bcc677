package world

import (
	"encoding/json"
	"fmt"
)

// journal is what a program keeps on the disk of its machine: what it changes,
// one entry after another. It repeats what earlier processes of the machine
// have written, and returns the function that writes the next change; nil means
// that all boots happen in this process, which holds what programs keep.
func journal[C any](n *Node, key string, redo func(C)) (write func(C), err error) {
	if n.disk == nil {
		return nil, nil
	}
	entries, err := n.disk.Read(key)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		var c C
		if err := json.Unmarshal(entry, &c); err != nil {
			return nil, fmt.Errorf("world: %s: disk: %w", n.name, err)
		}
		redo(c)
	}
	return func(c C) {
		entry, err := json.Marshal(c)
		if err == nil {
			err = n.disk.Write(key, entry)
		}
		n.must(err)
	}, nil
}
