package capture_test

import (
	"bytes"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/cablepull/cablepull/node/wire/capture"
)

var frames = []capture.Frame{
	{0, []byte("first frame")}, {1500 * time.Millisecond, []byte("second")}, {1500*time.Millisecond + 1, make([]byte, 1514)},
}

// TestFormats: frames and instants survive writing and reading in either
// format.
func TestFormats(t *testing.T) {
	var pcap, pcapng bytes.Buffer
	if err := capture.Write(&pcap, frames); err != nil {
		t.Fatal(err)
	}
	ng, err := pcapgo.NewNgWriter(&pcapng, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		info := gopacket.CaptureInfo{Timestamp: time.Unix(100, int64(f.At)), CaptureLength: len(f.Data), Length: len(f.Data)}
		if err := ng.WritePacket(info, f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := ng.Flush(); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]*bytes.Buffer{"pcap": &pcap, "pcapng": &pcapng} {
		if got, err := capture.Read(file); err != nil || !reflect.DeepEqual(got, frames) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	var whole, raw bytes.Buffer
	if err := capture.Write(&whole, frames); err != nil {
		t.Fatal(err)
	}
	if err := pcapgo.NewWriter(&raw).WriteFileHeader(100, layers.LinkTypeRaw); err != nil {
		t.Fatal(err)
	}
	if got, err := capture.Read(&raw); !errors.Is(err, capture.ErrLink) || got != nil {
		t.Errorf("raw IP: got %v, %v, want %v", got, err, capture.ErrLink)
	}
	for name, text := range map[string]string{
		"nothing": "", "text": "this is no capture, but long enough for its header", "cut": whole.String()[:whole.Len()-1],
	} {
		if got, err := capture.Read(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), "capture: ") || got != nil {
			t.Errorf("%s: got %v, %v, want an error", name, got, err)
		}
	}
}

// TestFieldIsOptional: captures of real routers are not part of the project. If
// they are missing, the error names the file that was expected.
func TestFieldIsOptional(t *testing.T) {
	t.Setenv(capture.FieldFolder, t.TempDir())
	got, err := capture.Field("some.pcap")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "some.pcap does not exist") || !strings.Contains(err.Error(), capture.FieldFolder) || got != nil {
		t.Errorf("got %v, %v", got, err)
	}
	t.Setenv(capture.FieldFolder, "")
	if _, err := capture.Field("no such.pcap"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("next to the project: got %v", err)
	}
}
