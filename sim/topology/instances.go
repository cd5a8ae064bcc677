package topology

// instance is one of several instances of a program.
type instance[T any] interface {
	// or returns it with what it leaves out taken from another.
	or(T) T
}

// instancesOf returns a copy of the instances of a program, with what the node
// sets for all of them. One that has no name is called like its node.
func instancesOf[T instance[T]](all T, named map[string]T, node string) map[string]T {
	if len(named) == 0 {
		return map[string]T{node: all}
	}
	instances := map[string]T{}
	for name, i := range named { // order: into a map
		instances[name] = i.or(all)
	}
	return instances
}
