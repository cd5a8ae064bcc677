package selfbalance

// maglevSize is the number of entries of the table. It is prime, so that every
// step visits all of them, and above 100 for each of 64 members, with which the
// shares differ by at most 1 % (Eisenbud et al., Maglev, NSDI 2016, §5.3). The
// table fits in the first cache of a processor.
const maglevSize = 16381

// maglev is a source hash: a table of members, looked up by the flow. What
// happens to one member moves few flows of the others, and every member of the
// group computes the same table, because only addresses and weights count.
//
// It hashes the client's address and port, as Maglev does, while IPVS's sh
// hashes the address alone: all clients behind one proxy or translator have the
// same address, and would all go to the same member. The price is that two
// connections of one client meet different members.
type maglev struct {
	known   bool // whether the table is that of version
	version uint64
	some    bool // whether a member has a weight above 0
	table   []Slot
}

// Schedule returns the member at the flow's entry.
func (m *maglev) Schedule(f Flow, d *Destinations) (Slot, bool) {
	if !m.known || m.version != d.Version {
		m.update(d)
	}
	if !m.some {
		return 0, false
	}
	return m.table[f.hash()%maglevSize], true
}

// update fills the table. The members take turns. Each has its own order of the
// entries and takes the first free one of it; those with less than the largest
// weight miss turns in proportion.
func (m *maglev) update(d *Destinations) {
	const free = MembersMax // no slot
	m.known, m.version = true, d.Version
	most := 0
	for _, slot := range d.Order {
		most = max(most, int(d.Weights[slot]))
	}
	m.some = most > 0
	if !m.some {
		return
	}
	if m.table == nil {
		m.table = make([]Slot, maglevSize)
	}
	for i := range m.table {
		m.table[i] = free
	}
	var at, step, credit [MembersMax]int // by Slot
	for _, slot := range d.Order {
		hash := mix(uint64(d.IDs[slot]))
		at[slot] = int(hash % maglevSize)
		step[slot] = int(mix(hash)%(maglevSize-1)) + 1
	}
	for taken := 0; ; {
		for _, slot := range d.Order {
			credit[slot] += int(d.Weights[slot])
			if credit[slot] < most {
				continue
			}
			credit[slot] -= most
			for m.table[at[slot]] != free {
				at[slot] = (at[slot] + step[slot]) % maglevSize
			}
			m.table[at[slot]] = slot
			if taken++; taken == maglevSize {
				return
			}
		}
	}
}
