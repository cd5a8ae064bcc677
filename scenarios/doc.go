// Package scenarios owns the scenario: a cluster, the faults it suffers and
// what is expected of it, as a value that can be loaded, played and judged.
// Package form turns YAML into values, package expect owns the expectations,
// and package incidents is the library built into the program.
//
// Read scenario.go first, then incidents/standby/cable-pull.yaml. load.go finds
// and reads files, format.go lists the types with a special form, validate.go
// checks the values together, and run.go plays a scenario and judges it.
//
// The package knows topologies, faults, events and measures as values. Only
// run.go knows package world; nothing here looks inside a machine.
package scenarios
