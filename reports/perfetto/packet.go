package perfetto

import (
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of Perfetto's messages that a trace uses, by message.
const (
	tracePacket protowire.Number = 1

	packetTimestamp  protowire.Number = 8
	packetSequence   protowire.Number = 10 // trusted_packet_sequence_id
	packetEvent      protowire.Number = 11
	packetFlags      protowire.Number = 13 // sequence_flags
	packetClock      protowire.Number = 58 // timestamp_clock_id
	packetDescriptor protowire.Number = 60

	descriptorUUID     protowire.Number = 1
	descriptorName     protowire.Number = 2
	descriptorParent   protowire.Number = 5
	descriptorCounter  protowire.Number = 8
	descriptorOrdering protowire.Number = 11 // child_ordering
	descriptorRank     protowire.Number = 12 // sibling_order_rank

	counterUnit protowire.Number = 3

	eventAnnotation  protowire.Number = 4
	eventType        protowire.Number = 9
	eventTrack       protowire.Number = 11
	eventCategory    protowire.Number = 22
	eventName        protowire.Number = 23
	eventCounter     protowire.Number = 30
	eventFlow        protowire.Number = 47 // fixed64
	eventTerminating protowire.Number = 48 // fixed64

	annotationText protowire.Number = 6
	annotationName protowire.Number = 10
)

// The values of enumerations.
const (
	typeBegin   = 1
	typeEnd     = 2
	typeInstant = 3
	typeCounter = 4

	orderingExplicit = 3

	unitCount = 2
	unitBytes = 3

	clockBoot = 6 // nanoseconds; ours count from the start of the run

	stateCleared = 1 // nothing that came before this packet is needed to read it
)

// sequence names the only writer of a trace.
const sequence = 1

// message is an encoded message.
type message []byte

func (m message) number(field protowire.Number, value uint64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), value)
}

func (m message) fixed(field protowire.Number, value uint64) message {
	return protowire.AppendFixed64(protowire.AppendTag(m, field, protowire.Fixed64Type), value)
}

func (m message) text(field protowire.Number, value string) message {
	return protowire.AppendString(protowire.AppendTag(m, field, protowire.BytesType), value)
}

func (m message) inner(field protowire.Number, value message) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), value)
}

// descriptor is the packet that declares a track.
func (t *track) descriptor(first bool) message {
	d := message{}.number(descriptorUUID, t.uuid).text(descriptorName, t.name)
	if t.parent != nil {
		d = d.number(descriptorParent, t.parent.uuid).number(descriptorRank, t.rank)
	}
	if t.unit != 0 {
		d = d.inner(descriptorCounter, message{}.number(counterUnit, t.unit))
	} else {
		d = d.number(descriptorOrdering, orderingExplicit)
	}
	p := message{}.number(packetSequence, sequence)
	if first {
		p = p.number(packetFlags, stateCleared)
	}
	return p.inner(packetDescriptor, d)
}

// point is something at an instant of a track: a begin, an end, an instant or a
// value.
type point struct {
	at       time.Duration
	kind     uint64 // typeBegin and so on
	track    *track
	name     string
	category string
	notes    []note
	value    int64
	flows    []uint64 // arrows that begin here
	ending   []uint64 // arrows that end here
}

// note is a detail that the viewer shows for what is selected.
type note struct{ name, text string }

// packet is the packet of a point.
func (p *point) packet() message {
	e := message{}.number(eventType, p.kind).number(eventTrack, p.track.uuid)
	if p.name != "" {
		e = e.text(eventName, p.name).text(eventCategory, p.category)
	}
	for _, n := range p.notes {
		e = e.inner(eventAnnotation, message{}.text(annotationText, n.text).text(annotationName, n.name))
	}
	if p.kind == typeCounter {
		e = e.number(eventCounter, uint64(p.value))
	}
	for _, id := range p.flows {
		e = e.fixed(eventFlow, id)
	}
	for _, id := range p.ending {
		e = e.fixed(eventTerminating, id)
	}
	return message{}.number(packetTimestamp, uint64(p.at)).number(packetClock, clockBoot).
		number(packetSequence, sequence).inner(packetEvent, e)
}
