package oracle

// falseFailovers finds the takeovers that should not have happened: a member
// took a virtual IP from another one, and no fault of the timetable can have
// caused that, by its beginning or its end. Noise is no fault: a machine that
// stood still for a moment, or lost hellos, are what a false failover comes
// from. An overloaded service whose check fails is another.
//
// These are none:
//
//   - the way back: the member that lost the address takes it again, or is left
//     alone with it, unless that is because it heard no owner;
//   - a split that ends: the address was counted when the second owner took it;
//   - members that find each other at the start of the run: one that had never
//     heard the owner takes the address, or a higher one preempts a lower one
//     without an object that it tracks having changed.
//
// It has an entry for each virtual IP.
type falseFailovers map[string]*falseFailover

// falseFailover is what is known about one virtual IP.
type falseFailover struct {
	rightful string          // who lost it in a false failover and has not got it back; empty: nobody
	changed  map[string]bool // nodes whose tracked objects changed since the last takeover
}

func (f falseFailovers) of(vip string) *falseFailover {
	one := f[vip]
	if one == nil {
		one = &falseFailover{changed: map[string]bool{}}
		f[vip] = one
	}
	return one
}

// tracked notes that something which a node tracks has changed.
func (f falseFailovers) tracked(node string) {
	for _, one := range f { // order: each is independent of the others
		one.changed[node] = true
	}
}

// judge says of the next takeover of its virtual IP whether it is one. Its
// causes are known.
func (f falseFailovers) judge(k *taking) {
	one := f.of(k.VIP)
	changed := one.changed[k.From] || one.changed[k.To]
	clear(one.changed)
	switch {
	case k.From == "":
	case len(k.Causes) > 0, k.To == one.rightful && !(k.gains && k.blame.reason == silence):
		one.rightful = ""
	case !k.gains, !k.met:
	case k.blame.reason == preempted && !changed:
	default:
		k.False, one.rightful = true, k.From
	}
}
