// Package scenarios owns the scenario: a cluster, what is done to it and what is
// expected of it, as a value that can be loaded, played and judged. How YAML
// becomes values is package form; what can be expected is package expect; the
// library that is built into the program is package incidents.
//
// Read scenario.go first, then incidents/cable-pull.yaml. load.go finds and
// reads files, format.go says which types have a form of their own, validate.go
// checks what the values mean together, and run.go plays a scenario and judges it.
//
// The package knows topologies, faults, events and measures as values. Only
// run.go knows package world; nothing here looks inside a machine.
package scenarios
