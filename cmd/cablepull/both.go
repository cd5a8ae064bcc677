package main

import (
	"path/filepath"

	"github.com/cablepull/cablepull/reports"
)

// compareAll puts the runs of each scenario and seed in the two worlds side by
// side. Trials are pairs: virtual, then netns.
func compareAll(trials []trial, results []reports.Result) []*reports.Comparison {
	var pairs []*reports.Comparison
	for i := 0; i+1 < len(results); i += 2 {
		pairs = append(pairs, reports.Compare(&results[i], &results[i+1], trials[i].replayIn(worldBoth)))
	}
	return pairs
}

// keep writes each comparison beside the directories of its two runs.
func (s *session) keep(trials []trial, pairs []*reports.Comparison) error {
	if s.flags.out == "" {
		return nil
	}
	for i, pair := range pairs {
		dir := filepath.Dir(trials[2*i].dir)
		if err := reports.WriteFile(filepath.Join(dir, reports.ComparisonFile), pair.WriteJSON); err != nil {
			return blameWriting(err)
		}
	}
	return nil
}
