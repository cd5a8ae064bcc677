package tracking

import "time"

// Simulation is what is simulated: clients open connections at random, servers
// go for an upgrade and come back.
type Simulation struct {
	Servers          int     // that work at the start
	Horizon          int     // servers that may come next, as far as balancers know
	Table            int     // entries of each balancer's table
	Connections      int     // open at one time, on average
	UpdatesPerMinute float64 // servers that go
	Span             time.Duration
	Seed             uint64
	Modulo           bool // choose servers by the hash modulo their number, and not by AnchorHash
}

// Published has the parameters that the README of anchorhash/jetlb@108488e
// gives with its figures.
var Published = Simulation{
	Servers: 468, Horizon: 70, Table: 25_000, Connections: 100_000, UpdatesPerMinute: 10, Span: 1000 * time.Second, Seed: 12345,
}

// The published figures. With just enough tracking no connection broke.
const (
	PublishedConnections      = 4_687_530
	PublishedBroken           = 7417 // with full tracking
	PublishedOversubscription = 1.238
)

// Part returns the simulation with 1/n of the connections and of the table, and
// as many servers.
func (s Simulation) Part(n int) Simulation {
	s.Connections /= n
	s.Table /= n
	return s
}

// Method says which connections a balancer keeps in its table.
type Method int

const (
	// JustEnough keeps those that would move if servers of the horizon came.
	JustEnough Method = iota
	// Full keeps all.
	Full

	methods
)

// Result is what happened.
type Result struct {
	Connections      int
	Went, Came       int          // servers
	Broken           [methods]int // connections of which a packet reached another server
	Largest          [methods]int // entries of the table
	Oversubscription float64      // connections of the busiest server at the end, divided by the mean
}
