// Package reports turns the results of a run into artefacts: run.json,
// events.jsonl, capture.pcapng, junit.xml, and the directory that holds them.
// It reads values only — events, measures, outcomes of expectations — and knows
// nothing of loops, fabrics or machines.
//
// Start reading at result.go, which says what is known of a run. Package
// reports/text draws it for people, package reports/pcapng writes captures.
package reports
