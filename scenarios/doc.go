// Package scenarios owns the scenario format: YAML to Go values and back to
// positions in the file when something is wrong, the expectations, and the
// library of incidents that is built into the program.
//
// Read scenario.go first, then incidents/cable-pull.yaml. load.go finds and
// reads files, decode.go turns YAML into the values with every error at its
// line and column, validate.go checks what the values mean together,
// expectation.go and its neighbours hold what can be expected of a run, run.go
// plays a scenario and judges it, and schema.go prints the format for editors.
//
// The package knows topologies, faults, events and measures as values. Only
// run.go knows package world; nothing here looks inside a machine.
package scenarios
