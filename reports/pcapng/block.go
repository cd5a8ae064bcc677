package pcapng

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Block types, options and constants of
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6 // enhanced packet
	blockJournal   = 9 // systemd journal export, §4.7

	optionEnd         = 0
	optionComment     = 1
	optionName        = 2 // if_name
	optionResolution  = 9 // if_tsresol
	optionApplication = 4 // shb_userappl

	byteOrderMagic   = 0x1a2b3c4d
	linkTypeEthernet = 1
	nanoseconds      = 9 // if_tsresol: 10^-9 s
)

// packetHead is the size of a packet block up to its data: type, length,
// interface, timestamp in two halves, captured and original length.
const packetHead = 28

// epoch is the instant 0 of a world in nanoseconds since 1970:
// 2000-01-01T00:00:00Z.
const epoch = 946_684_800 * uint64(time.Second)

var order = binary.LittleEndian

// textMax bounds a comment or a marker, in bytes.
const textMax = 4096

// begin opens a block of the type kind; end closes it.
func begin(dst []byte, kind uint32) (out []byte, start int) {
	start = len(dst)
	dst = order.AppendUint32(dst, kind)
	return order.AppendUint32(dst, 0), start // the length, which end fills in
}

// end pads the block that began at start and writes its length at both ends.
func end(dst []byte, start int) []byte {
	dst = pad(dst, start)
	size := uint32(len(dst) - start + 4)
	order.PutUint32(dst[start+4:], size)
	return order.AppendUint32(dst, size)
}

// pad fills up to a multiple of four bytes after start.
func pad(dst []byte, start int) []byte {
	const zeros = "\x00\x00\x00"
	return append(dst, zeros[:-(len(dst)-start)&3]...)
}

func appendOption(dst []byte, code uint16, value string) []byte {
	start := len(dst)
	dst = order.AppendUint16(dst, code)
	dst = order.AppendUint16(dst, uint16(len(value)))
	dst = append(dst, value...)
	return pad(dst, start)
}

func appendSection(dst []byte, application, comment string) []byte {
	dst, start := begin(dst, blockSection)
	dst = order.AppendUint32(dst, byteOrderMagic)
	dst = order.AppendUint16(dst, 1)                // version 1.0
	dst = order.AppendUint16(dst, 0)                //
	dst = order.AppendUint64(dst, 1<<64-1)          // length of the section: not known
	dst = appendOption(dst, optionComment, comment) //
	dst = appendOption(dst, optionApplication, application)
	dst = order.AppendUint32(dst, optionEnd)
	return end(dst, start)
}

func appendInterface(dst []byte, name string) []byte {
	dst, start := begin(dst, blockInterface)
	dst = order.AppendUint16(dst, linkTypeEthernet)
	dst = order.AppendUint16(dst, 0) // reserved
	dst = order.AppendUint32(dst, 0) // no limit to the length of frames
	dst = appendOption(dst, optionName, name)
	dst = appendOption(dst, optionResolution, string([]byte{nanoseconds}))
	dst = order.AppendUint32(dst, optionEnd)
	return end(dst, start)
}

func appendPacket(dst []byte, at time.Duration, iface int, data []byte, comments []string) []byte {
	dst, start := begin(dst, blockPacket)
	stamp := epoch + uint64(at)
	dst = order.AppendUint32(dst, uint32(iface))
	dst = order.AppendUint32(dst, uint32(stamp>>32))
	dst = order.AppendUint32(dst, uint32(stamp))
	dst = order.AppendUint32(dst, uint32(len(data)))
	dst = order.AppendUint32(dst, uint32(len(data)))
	dst = append(dst, data...)
	if len(comments) > 0 {
		dst = pad(dst, start)
		for _, comment := range comments {
			dst = appendOption(dst, optionComment, comment)
		}
		dst = order.AppendUint32(dst, optionEnd)
	}
	return end(dst, start)
}

// withComment returns the packet block with one more comment.
func withComment(block []byte, comment string) []byte {
	data := order.Uint32(block[packetHead-8:])
	body := block[:len(block)-4] // without the length at the end
	if padded := packetHead + (int(data)+3)&^3; len(body) > padded {
		body = body[:len(body)-4] // without the end of the options
	}
	dst := append([]byte(nil), body...)
	dst = appendOption(dst, optionComment, comment)
	dst = order.AppendUint32(dst, optionEnd)
	return end(dst, 0)
}

// appendJournal appends an entry of the systemd journal: lines of NAME=value.
// The journal counts microseconds.
func appendJournal(dst []byte, at time.Duration, message string) []byte {
	dst, start := begin(dst, blockJournal)
	dst = fmt.Appendf(dst, "__REALTIME_TIMESTAMP=%d\n", (epoch+uint64(at))/uint64(time.Microsecond))
	dst = fmt.Appendf(dst, "MESSAGE=%s\nPRIORITY=5\nSYSLOG_IDENTIFIER=cablepull\n", message)
	return end(dst, start)
}

// clean makes text fit for a comment or a line of the journal: sound UTF-8
// without control characters, of bounded length.
func clean(text string) string {
	if len(text) > textMax {
		text = text[:textMax]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '\x7f' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
}
