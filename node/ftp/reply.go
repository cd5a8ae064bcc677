package ftp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// lineMax is the longest line of a command or of a reply.
const lineMax = 512

// errLine reports a line that is too long: an error of the sender, not of the
// connection.
var errLine = fmt.Errorf("ftp: line: longer than %d bytes", lineMax)

// newReader returns a reader of lines.
func newReader(c io.Reader) *bufio.Reader { return bufio.NewReaderSize(c, lineMax) }

// readLine reads a line and returns it without its end. Errors are the
// connection's, or errLine.
func readLine(from *bufio.Reader) (string, error) {
	line, err := from.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", errLine
	}
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

// errReply reports what is not a reply.
var errReply = errors.New("ftp: reply: want three digits and a text")

// readReply reads a reply of one line or more and returns its last line: RFC
// 959 §4.2. Errors are the connection's, errLine or errReply.
func readReply(from *bufio.Reader) (reply, error) {
	line, err := readLine(from)
	if err != nil {
		return reply{}, err
	}
	code, err := codeOf(line)
	if err != nil {
		return reply{}, err
	}
	if strings.HasPrefix(line[3:], "-") {
		for last := line[:3] + " "; !strings.HasPrefix(line, last); {
			if line, err = readLine(from); err != nil {
				return reply{}, err
			}
		}
	}
	return reply{code, strings.TrimPrefix(line[3:], " ")}, nil
}

// codeOf returns the code at the beginning of a reply.
func codeOf(line string) (int, error) {
	if len(line) < 3 || line[0] < '1' || line[0] > '5' || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, fmt.Errorf("%w, got %.60q", errReply, line)
	}
	code, err := strconv.ParseUint(line[:3], 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%w, got %.60q", errReply, line)
	}
	return int(code), nil
}

// line returns the reply as it is sent.
func (r reply) line() string { return fmt.Sprintf("%d %s\r\n", r.code, r.text) }

// entering is the reply to PASV: RFC 959 §4.1.2, the host's address and the
// port as six numbers.
func entering(a netip.AddrPort) reply {
	host := strings.ReplaceAll(a.Addr().String(), ".", ",")
	return reply{227, fmt.Sprintf("Entering Passive Mode (%s,%d,%d).", host, a.Port()/256, a.Port()%256)}
}

// passiveAddress returns the address in a reply to PASV.
func (r reply) passiveAddress() (netip.AddrPort, error) {
	_, inside, _ := strings.Cut(r.text, "(")
	inside, _, closed := strings.Cut(inside, ")")
	numbers := strings.Split(inside, ",")
	if closed && len(numbers) == 6 {
		host, badHost := netip.ParseAddr(strings.Join(numbers[:4], "."))
		high, badHigh := strconv.ParseUint(numbers[4], 10, 8)
		low, badLow := strconv.ParseUint(numbers[5], 10, 8)
		if port := high*256 + low; badHost == nil && badHigh == nil && badLow == nil && port > 0 {
			return netip.AddrPortFrom(host, uint16(port)), nil
		}
	}
	return netip.AddrPort{}, fmt.Errorf("ftp: reply to PASV: got %.60q, want an address and a port as six numbers in brackets", r.text)
}

// greeting is the first reply on a connection: it names the server.
func greeting(node string) reply { return reply{220, ourServers + node} }

// ourServers is how the greetings of this package's servers begin.
const ourServers = "cablepull "

// server returns the name that a greeting gives, empty if the server is not one
// of this package.
func (r reply) server() string {
	name, ours := strings.CutPrefix(r.text, ourServers)
	if !ours {
		return ""
	}
	return name
}

// opening is the reply before the file comes. The size in brackets is what
// servers have always said, and clients have always read.
func opening(file uint64, size int) reply {
	return reply{150, fmt.Sprintf("Opening BINARY mode data connection for %d (%d bytes).", file, size)}
}

// size returns the size that the reply before a file gives; negative if it
// gives none.
func (r reply) size() int64 {
	before, found := strings.CutSuffix(strings.TrimRight(r.text, "."), " bytes)")
	number := before[strings.LastIndexByte(before, '(')+1:]
	size, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || size < 0 {
		return -1
	}
	return size
}
