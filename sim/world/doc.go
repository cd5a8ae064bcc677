// Package world brings everything together: it builds a topology on a fabric,
// starts the machines and their programs, applies faults, and runs it all.
//
// A Go team uses it like this:
//
//	w, err := world.Build(topology, world.Options{Seed: 7})
//	defer w.Close()
//	err = w.Run(40 * time.Second)
//	heal, err := w.Inject(fault.Pull{Port: fault.Port{Node: "a", Interface: "lan"}})
//	err = w.Run(90 * time.Second)
//	w.Finish() // the status of each member ends the record
//	w.Events() // what became of the virtual IP and of every connection
//
// In real time the machines live in processes of their own: BuildFabric builds
// the fabric between them, BuildOne one of them.
//
// Start reading at build.go, then world.go, node.go and inject.go.
package world
