// Package incidents is the library: the scenario files in the folders beside
// this one, built into the program. A folder holds one kind of system; a name
// is unique over all of them. The package knows scenarios and nothing of what
// is in the files. Read standby/cable-pull.yaml first; library.go finds the
// others.
package incidents
