package tracking

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// hash finds the bucket of a connection among those that work. Each bucket is
// the place of one server.
type hash interface {
	lookup(key uint64) (bucket int, moves bool)
	working() []int
	remove(bucket int)
	add() int // adds the bucket that was removed last
}

// connection is an open connection.
type connection struct {
	key     uint64
	server  int           // where its first packet went
	packets int           // still to come
	at, end time.Duration // between these instants
	place   int           // in run.open; -1: closed
	broken  [methods]bool
}

// run is a Simulation in progress.
type run struct {
	Simulation
	random  *rand.Rand
	now     time.Duration
	hash    hash
	servers []int // by bucket
	tables  [methods]*table
	open    []*connection
	ends    [][]*connection // by the index of their duration, in the order of their ends
	returns []time.Duration // of servers, in order
	result  Result
}

// Run simulates.
func (s Simulation) Run() Result {
	r := &run{Simulation: s, random: sim.Stream(s.Seed, "tracking"), ends: make([][]*connection, len(durations))}
	capacity := 2 * s.Servers
	r.hash = newAnchor(capacity, s.Servers, s.Horizon)
	if s.Modulo {
		r.hash = newModulo(s.Servers)
	}
	for b := range capacity {
		r.servers = append(r.servers, b)
	}
	for m := range r.tables {
		r.tables[m] = newTable(s.Table)
	}
	between := durations.mean() / float64(s.Connections) // seconds
	var connects, goes time.Duration
	for r.now < s.Span {
		due := min(connects, goes)
		ends := r.nextEnd()
		if ends >= 0 {
			due = min(due, r.ends[ends][0].end)
		}
		if len(r.returns) > 0 {
			due = min(due, r.returns[0])
		}
		r.now = due
		switch {
		case ends >= 0 && due == r.ends[ends][0].end:
			r.finish(ends)
		case len(r.returns) > 0 && due == r.returns[0]:
			r.serverComes()
		case due == goes:
			r.serverGoes()
			goes += seconds(r.random.ExpFloat64() * 60 / s.UpdatesPerMinute)
		default:
			r.connect()
			connects += seconds(r.random.ExpFloat64() * between)
		}
	}
	r.result.Oversubscription = r.oversubscription()
	return r.result
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// nextEnd returns the index of the duration whose connections end next, or -1.
func (r *run) nextEnd() int {
	first := -1
	for i, queue := range r.ends {
		if len(queue) > 0 && (first < 0 || queue[0].end < r.ends[first][0].end) {
			first = i
		}
	}
	return first
}

// connect opens a connection.
func (r *run) connect() {
	i := durations.draw(r.random)
	c := &connection{
		key: r.random.Uint64(), at: r.now, end: r.now + seconds(durations[i].value),
		packets: 1 + int(10*sizes[sizes.draw(r.random)].value), // of 100 bytes
		place:   len(r.open),
	}
	r.result.Connections++
	r.open = append(r.open, c)
	r.ends[i] = append(r.ends[i], c)
	c.server = r.server(c.key, JustEnough)
	r.packet(c)
}

// finish ends the connection that is first in a queue, with a last packet.
func (r *run) finish(queue int) {
	c := r.ends[queue][0]
	r.ends[queue] = r.ends[queue][1:]
	if c.place < 0 {
		return
	}
	r.packet(c)
	for _, t := range r.tables {
		t.remove(c.key)
	}
	r.close(c)
}

// close removes a connection from the open ones.
func (r *run) close(c *connection) {
	last := r.open[len(r.open)-1]
	r.open[c.place], last.place = last, c.place
	r.open = r.open[:len(r.open)-1]
	c.place = -1
}

// server returns where a method sends a packet.
func (r *run) server(key uint64, m Method) int {
	if server, ok := r.tables[m].get(key); ok {
		return server
	}
	bucket, moves := r.hash.lookup(key)
	if m == Full || moves {
		r.tables[m].put(key, r.servers[bucket])
		r.result.Largest[m] = max(r.result.Largest[m], len(r.tables[m].places))
	}
	return r.servers[bucket]
}

// packet sends a packet of a connection by all methods.
func (r *run) packet(c *connection) {
	for m := range methods {
		if r.server(c.key, m) != c.server && !c.broken[m] {
			c.broken[m] = true
			r.result.Broken[m]++
		}
	}
}

// serverGoes removes a server, and with it the connections that it has.
func (r *run) serverGoes() {
	working := r.hash.working()
	bucket := working[r.random.IntN(len(working))]
	r.hash.remove(bucket)
	r.result.Went++
	for _, c := range slices.Backward(r.open) {
		if c.server == r.servers[bucket] {
			r.close(c)
		}
	}
	due := r.now + seconds(downtimes[downtimes.draw(r.random)].value)
	at, _ := slices.BinarySearch(r.returns, due)
	r.returns = slices.Insert(r.returns, at, due)
	r.packets()
}

// serverComes adds a server that was not there before.
func (r *run) serverComes() {
	r.returns = r.returns[1:]
	r.result.Came++
	r.servers[r.hash.add()] = len(r.servers) + r.result.Came
	r.packets()
}

// packets lets those connections send that had a packet since the last change
// of servers, in random order: the table forgets those that were silent.
func (r *run) packets() {
	r.random.Shuffle(len(r.open), func(i, j int) {
		r.open[i], r.open[j] = r.open[j], r.open[i]
		r.open[i].place, r.open[j].place = i, j
	})
	for _, c := range r.open {
		if c.at == r.now {
			continue
		}
		sent := binomial(r.random, c.packets, float64(r.now-c.at)/float64(c.end-c.at))
		c.packets, c.at = c.packets-sent, r.now
		if sent > 0 {
			r.packet(c)
		}
	}
}

func (r *run) oversubscription() float64 {
	loads := map[int]int{}
	most := 0
	for _, c := range r.open {
		loads[c.server]++
		most = max(most, loads[c.server])
	}
	return float64(most) * float64(len(loads)) / float64(len(r.open))
}
