package sighting

import (
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// stations is where each source address was last seen, as a switch learns it.
type stations struct {
	ageing time.Duration
	seen   map[station]place
}

// station is a source address on one segment.
type station struct {
	segment string
	mac     wire.MAC
}

type place struct {
	port *Port
	at   time.Duration
}

// stationsMax limits how many are remembered, like the table of a switch.
const stationsMax = 8192

func newStations(ageing time.Duration) *stations {
	return &stations{ageing: ageing, seen: map[station]place{}}
}

// learn notes the source of a frame, and emits an event if it moved.
func (w *Watcher) learn(now time.Duration, from *Port, data []byte) {
	eth := wire.EthernetOf(data)
	if eth == nil || eth.Source().IsMulticast() {
		return // no machine has a group address
	}
	s := w.stations
	key := station{from.segment, eth.Source()}
	before, known := s.seen[key]
	if !known && len(s.seen) >= stationsMax {
		return
	}
	s.seen[key] = place{from, now}
	if known && before.port != from && now-before.at < s.ageing {
		w.Moved(now, key.mac, before.port, from)
	}
}
