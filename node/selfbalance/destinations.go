package selfbalance

// Destinations are the members among which a Scheduler chooses for one service.
// The Machine keeps them up to date; a Scheduler only reads them.
type Destinations struct {
	Order   []Slot             // the members in the order of their addresses
	IDs     [MembersMax]uint32 // the members' addresses as numbers, by Slot: what hashes are made of
	Weights [MembersMax]uint16 // by Slot; 0: no new connection
	Counts  *[MembersMax]Count // the connections that each has, by Slot
	Version uint64             // changes whenever Order, IDs or Weights change
}
