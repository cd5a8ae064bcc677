package capture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// Frame is a frame of a capture.
type Frame struct {
	At   time.Duration // since the first frame
	Data []byte
}

// Read reads all frames of a pcap or pcapng file of Ethernet frames.
func Read(r io.Reader) ([]Frame, error) {
	buffered := bufio.NewReader(r)
	next, err := open(buffered)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	var all []Frame
	var start time.Time
	for {
		data, info, err := next.ReadPacketData()
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("capture: frame %d: %w", len(all)+1, err)
		}
		if len(all) == 0 {
			start = info.Timestamp
		}
		all = append(all, Frame{info.Timestamp.Sub(start), data})
	}
}

// ErrLink reports a capture of another link type than Ethernet.
var ErrLink = errors.New("not a capture of Ethernet frames")

// source is a file of either format.
type source interface {
	gopacket.PacketDataSource
	LinkType() layers.LinkType
}

// open detects the format by its first bytes.
func open(r *bufio.Reader) (s source, err error) {
	sectionHeader := []byte{0x0a, 0x0d, 0x0d, 0x0a}
	magic, err := r.Peek(len(sectionHeader))
	if err != nil {
		return nil, err
	}
	if bytes.Equal(magic, sectionHeader) {
		s, err = pcapgo.NewNgReader(r, pcapgo.DefaultNgReaderOptions)
	} else {
		s, err = pcapgo.NewReader(r)
	}
	if err == nil && s.LinkType() != layers.LinkTypeEthernet {
		err = fmt.Errorf("%w: link type %s", ErrLink, s.LinkType())
	}
	return s, err
}

// Write writes frames as a pcap file whose times are nanoseconds since 1970.
func Write(w io.Writer, frames []Frame) error {
	const most = 1 << 16
	p := pcapgo.NewWriterNanos(w)
	if err := p.WriteFileHeader(most, layers.LinkTypeEthernet); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	for i, f := range frames {
		info := gopacket.CaptureInfo{Timestamp: time.Unix(0, int64(f.At)), CaptureLength: len(f.Data), Length: len(f.Data)}
		if err := p.WritePacket(info, f.Data); err != nil {
			return fmt.Errorf("capture: frame %d: %w", i+1, err)
		}
	}
	return nil
}

// FieldFolder is the environment variable that names the folder of captures of
// real routers. Without it, the default is a folder next to the project.
const FieldFolder = "CABLEPULL_CAPTURES"

// Field reads a capture of real routers. They belong to third parties and are
// not part of the project, so tests that need one skip if the error is
// fs.ErrNotExist.
func Field(name string) ([]Frame, error) {
	folder := os.Getenv(FieldFolder)
	if folder == "" {
		root, err := projectRoot()
		if err != nil {
			return nil, err
		}
		folder = filepath.Join(root, "..", "shared", "pcaps")
	}
	f, err := os.Open(filepath.Join(folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("capture: %s does not exist; set %s to the folder of captures of real routers: %w", filepath.Join(folder, name), FieldFolder, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	defer f.Close()
	frames, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return frames, nil
}

// projectRoot is the folder of go.mod: the working directory or one above it.
func projectRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("capture: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		above := filepath.Dir(folder)
		if above == folder {
			return "", fmt.Errorf("capture: no go.mod above the working directory: %w", fs.ErrNotExist)
		}
		folder = above
	}
}
