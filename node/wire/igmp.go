package wire

import "encoding/binary"

// IGMPType is the kind of an IGMP message (RFC 2236 §2.1, RFC 3376 §4).
type IGMPType uint8

// The types we know.
const (
	IGMPQuery    IGMPType = 0x11
	IGMPReportV1 IGMPType = 0x12
	IGMPReportV2 IGMPType = 0x16
	IGMPLeave    IGMPType = 0x17
	IGMPReportV3 IGMPType = 0x22
)

// IGMPSize is the length of an IGMP message without group records.
const IGMPSize = 8

// IGMPHeader views an IGMP message in a frame.
//
//	0 type | 1 response time or reserved | 2-3 checksum
//	4-7 group; of a report of version 3: 6-7 number of records
type IGMPHeader [IGMPSize]byte

// IGMPOf views the IGMP message of a frame and the group records after it; nil
// if the frame carries none.
func IGMPOf(frame []byte) (h *IGMPHeader, records []byte) {
	ip := IPv4Of(frame)
	if ip == nil || ip.Protocol() != ProtocolIGMP || ip.IsLaterFragment() {
		return nil, nil
	}
	message, _ := ip.Payload(frame)
	if len(message) < IGMPSize {
		return nil, nil
	}
	return (*IGMPHeader)(message), message[IGMPSize:]
}

// Type returns the kind of message.
func (h *IGMPHeader) Type() IGMPType { return IGMPType(h[0]) }

// Group returns the multicast group of a message of version 1 or 2.
func (h *IGMPHeader) Group() [4]byte { return [4]byte(h[4:8]) }

// Records returns the number of group records that a report of version 3 claims
// to have.
func (h *IGMPHeader) Records() int { return int(binary.BigEndian.Uint16(h[6:8])) }

// IGMPMode is the type of a group record: how it sets or changes the sources
// that are accepted for the group (RFC 3376 §4.2.12).
type IGMPMode uint8

// The types of group records.
const (
	IGMPIsInclude IGMPMode = 1 + iota
	IGMPIsExclude
	IGMPToInclude
	IGMPToExclude
	IGMPAllowNew
	IGMPBlockOld
)

// IGMPRecord views the fixed part of a group record of a report of version 3.
//
//	0 type | 1 words of auxiliary data | 2-3 number of sources | 4-7 group
//	sources | auxiliary data
type IGMPRecord [8]byte

// NextIGMPRecord views the first of several records, and returns the bytes
// after it; nil if there is none.
func NextIGMPRecord(records []byte) (r *IGMPRecord, rest []byte) {
	if len(records) < len(IGMPRecord{}) {
		return nil, nil
	}
	r = (*IGMPRecord)(records)
	size := len(r) + 4*r.Sources() + 4*int(r[1])
	return r, records[min(len(records), size):]
}

// Mode returns the type of the record.
func (r *IGMPRecord) Mode() IGMPMode { return IGMPMode(r[0]) }

// Sources returns the number of sources in the record.
func (r *IGMPRecord) Sources() int { return int(binary.BigEndian.Uint16(r[2:4])) }

// Group returns the multicast group of the record.
func (r *IGMPRecord) Group() [4]byte { return [4]byte(r[4:8]) }
