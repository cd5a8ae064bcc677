package balance

import "encoding/binary"

// Sizes of the parts of a message.
const (
	headerSize = 24
	fieldSize  = 4 // of type and length
	// AuthSize is the length of the authentication code.
	AuthSize = 16
)

// fieldType says what a field holds.
//
//	0-1 type | 2-3 length of the value | 4- value
type fieldType uint16

// The fields. Each is in its message exactly once, unless its comment says
// otherwise. The bits of flags that have no meaning are 0, and ignored.
const (
	// Report: 0 flags: 1 owner, 2 quiesce | 1 busy, per cent
	fieldStatus fieldType = 1
	// Report, once per service:
	//	0-3 virtual IP | 4-5 port | 6-7 weight | 8 flags: 1 listening, 2 quiesce
	//	9 reserved 0 | 10-13 active connections | 14-17 inactive connections
	fieldService fieldType = 2
	// Report, from version 2 on: 0-1 busy, hundredths of a per cent
	fieldBusyExact fieldType = 3
	// Request, Flows, Ack: 0-3 address of a member
	fieldTo fieldType = 4
	// Flows: 0-1 number of the chunk | 2-3 how many there are
	fieldChunk fieldType = 5
	// Flows: any number of connections of 13 bytes. This field cannot grow.
	//	0-3 client | 4-5 its port | 6-9 virtual IP | 10-11 port | 12 state
	fieldFlows fieldType = 6
	// Ack: 0-1 number of the chunk
	fieldReceived fieldType = 7

	statusSize    = 2
	serviceSize   = 18
	busyExactSize = 2
	toSize        = 4
	chunkSize     = 4
	flowSize      = 13
	receivedSize  = 2
)

// appendField appends type and length.
func appendField(dst []byte, of fieldType, size int) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(of))
	return binary.BigEndian.AppendUint16(dst, uint16(size))
}

// required are the fields without which a message is incomplete.
var required = map[Kind][]fieldType{
	KindReport:  {fieldStatus},
	KindRequest: {fieldTo},
	KindFlows:   {fieldTo, fieldChunk, fieldFlows},
	KindAck:     {fieldTo, fieldReceived},
}

// size returns the shortest value of a field in a message of that kind. known
// is false if the version does not have it there.
func (of fieldType) size(kind Kind, version uint8) (size int, known bool) {
	switch of {
	case fieldStatus:
		return statusSize, kind == KindReport
	case fieldService:
		return serviceSize, kind == KindReport
	case fieldBusyExact:
		return busyExactSize, kind == KindReport && version >= 2
	case fieldTo:
		return toSize, kind != KindReport
	case fieldChunk:
		return chunkSize, kind == KindFlows
	case fieldFlows:
		return 0, kind == KindFlows
	case fieldReceived:
		return receivedSize, kind == KindAck
	}
	return 0, false
}

// fieldSet says which fields a message has had so far.
type fieldSet uint16

func (s fieldSet) has(of fieldType) bool { return s&(1<<of) != 0 }
func (s *fieldSet) add(of fieldType)     { *s |= 1 << of }
