// Package incidents is the library: the scenario files beside this one, built
// into the program. It knows the scenario package and nothing of what is in the
// files. Read cable-pull.yaml first; library.go finds the others.
package incidents
