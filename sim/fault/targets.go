package fault

func nodes(names ...string) Targets { return Targets{Nodes: names} }

func port(p Port) Targets { return Targets{Interfaces: []Port{p}} }

// Targets implements Fault.
func (f Pull) Targets() Targets { return port(f.Port) }

// Targets implements Fault.
func (f Plug) Targets() Targets { return port(f.Port) }

// Targets implements Fault.
func (f Partition) Targets() Targets {
	var t Targets
	for _, set := range f.Sets {
		t.Nodes = append(t.Nodes, set...)
	}
	return t
}

// Targets implements Fault.
func (f Heal) Targets() Targets {
	if f.Node == "" {
		return Targets{}
	}
	return nodes(f.Node)
}

// Targets implements Fault.
func (f Impair) Targets() Targets { return port(f.Port) }

// Targets implements Fault.
func (f Drop) Targets() Targets {
	if f.To == "" {
		return nodes(f.From)
	}
	return nodes(f.From, f.To)
}

// Targets implements Fault.
func (f Prune) Targets() Targets { return Targets{Segments: []string{f.Segment}} }

// Targets implements Fault.
func (f Hog) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Calm) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Fill) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Freeze) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Thaw) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Crash) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Boot) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Reboot) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Set) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Save) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Yield) Targets() Targets {
	if f.Port.Interface == "" {
		return nodes(f.Port.Node)
	}
	return port(f.Port)
}

// Targets implements Fault.
func (f Service) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Backend) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Skew) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f Drift) Targets() Targets { return nodes(f.Node) }

// Targets implements Fault.
func (f For) Targets() Targets { return f.Fault.Targets() }
