package pcapng

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket/pcapgo"
)

// arp asks for 192.0.2.<host>; 42 bytes, so that padding is needed.
func arp(host byte) []byte {
	frame, err := hex.DecodeString("ffffffffffff02000000000108060001080006040001" + "020000000001c000020b" + "000000000000c00002")
	if err != nil {
		panic(err)
	}
	return append(frame, host)
}

// sample is a small capture with everything in it.
func sample(w io.Writer) error {
	c := NewWriter(w, "cablepull test", "cable-pull, seed 7")
	a := c.Interface("a.lan")
	c.Frame(39*time.Second+1, a, arp(1))
	c.Frame(39*time.Second+2, a, arp(2))
	c.Mark(40*time.Second, "fault: pull a.lan\n")
	b := c.Interface("b.lan")
	c.Frame(40*time.Second+100*time.Microsecond, b, arp(1))
	c.Lost(40*time.Second+100*time.Microsecond, a, arp(1), "lost to b.lan: cable pulled")
	c.Lost(40*time.Second+100*time.Microsecond, b, arp(1), "lost to a.lan: cable pulled")
	c.Lost(40*time.Second+100*time.Microsecond, b, arp(1), "lost to c.lan: partition a b | c")
	c.Frame(41*time.Second, c.Interface("a.lan"), arp(3))
	return c.Close()
}

type frame struct {
	At    time.Duration
	Iface string
	Data  string
}

// readBack reads a capture as other programs do, with gopacket's reader.
func readBack(t *testing.T, data []byte) []frame {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	var frames []frame
	for {
		data, info, err := r.ReadPacketData()
		if err == io.EOF {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		iface, err := r.Interface(info.InterfaceIndex)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, frame{info.Timestamp.Sub(start), iface.Name, string(data)})
	}
}

func TestReadBack(t *testing.T) {
	var out bytes.Buffer
	if err := sample(&out); err != nil {
		t.Fatal(err)
	}
	want := []frame{
		{39*time.Second + 1, "a.lan", string(arp(1))},
		{39*time.Second + 2, "a.lan", string(arp(2))},
		{40*time.Second + 100*time.Microsecond, "b.lan", string(arp(1))},
		{41 * time.Second, "a.lan", string(arp(3))},
	}
	if diff := cmp.Diff(want, readBack(t, out.Bytes())); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
}

// TestTshark: the text of markers and losses is where a person looks for it,
// relative times are instants, and nothing is malformed.
func TestTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed; apt-get install tshark")
	}
	path := filepath.Join(t.TempDir(), "capture.pcapng")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sample(file), file.Close()); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(tshark, append([]string{"-r", path}, args...)...).Output()
		if err != nil {
			t.Fatalf("tshark %v: %v", args, err)
		}
		return string(out)
	}
	want := strings.Join([]string{
		"946684800.000000000|0.000000000||systemd_journal|",
		"946684839.000000001|39.000000001|a.lan|eth:ethertype:arp|lost to b.lan: cable pulled",
		"946684839.000000002|39.000000002|a.lan|eth:ethertype:arp|",
		"946684840.000000000|40.000000000||systemd_journal|",
		"946684840.000100000|40.000100000|b.lan|eth:ethertype:arp|fault: pull a.lan ,lost to a.lan: cable pulled,lost to c.lan: partition a b | c",
		"946684841.000000000|41.000000000|a.lan|eth:ethertype:arp|", "",
	}, "\n")
	got := run("-T", "fields", "-E", "separator=|", "-e", "frame.time_epoch", "-e", "frame.time_relative", "-e", "frame.interface_name", "-e", "frame.protocols", "-e", "frame.comment")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if list := run("-t", "ud"); !strings.Contains(list, "00:00:40.000000") || !strings.Contains(list, "fault: pull a.lan") || !strings.Contains(list, "instant 0: cable-pull, seed 7") {
		t.Errorf("packet list: got\n%s\nwant lines with instant 0 and the fault", list)
	}
	if bad := run("-Y", "_ws.malformed || _ws.expert.severity >= 6291456"); bad != "" {
		t.Errorf("malformed or warned about:\n%s", bad)
	}
}

// TestLongCapture: a capture larger than the buffer is whole, and a frame that
// was sent long ago is written again with its comment instead of amended.
func TestLongCapture(t *testing.T) {
	var out bytes.Buffer
	c := NewWriter(&out, "test", "")
	a := c.Interface("a.lan")
	var want []frame
	const count = 5000
	for i := range count {
		data := append(arp(byte(i)), make([]byte, i%1000)...)
		copy(data[42:], fmt.Sprint(i))
		c.Frame(time.Duration(i), a, data)
		want = append(want, frame{time.Duration(i), "a.lan", string(data)})
		if i%10 == 0 {
			c.Lost(time.Duration(i), a, data, "lost to b.lan: rule")
		}
	}
	c.Lost(count, a, []byte(want[1].Data), "lost to b.lan: cable pulled")
	want = append(want, frame{count, "a.lan", want[1].Data})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, readBack(t, out.Bytes())); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	if got := bytes.Count(out.Bytes(), []byte("lost to b.lan: rule")); got != count/10 {
		t.Errorf("got %d comments, want %d", got, count/10)
	}
	if got := bytes.Count(out.Bytes(), []byte("lost to b.lan: cable pulled")); got != 1 {
		t.Errorf("got %d comments on copies, want 1", got)
	}
	if c.Frames() != count {
		t.Errorf("got %d frames counted, want %d", c.Frames(), count)
	}
}

func TestHostileText(t *testing.T) {
	var out bytes.Buffer
	c := NewWriter(&out, "test", "")
	c.Mark(0, "first\nPRIORITY=0\x00\xff"+strings.Repeat("é", 100_000))
	c.Frame(0, c.Interface("a.lan"), arp(1))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(readBack(t, out.Bytes())); got != 1 {
		t.Errorf("got %d frames, want 1", got)
	}
	if bytes.Contains(out.Bytes(), []byte("\nPRIORITY=0")) || out.Len() > 3*textMax {
		t.Errorf("the text of a marker was not made safe: %d bytes", out.Len())
	}
}

// brokenAfter fails once it has taken some bytes, like a disk that fills.
type brokenAfter int

func (b *brokenAfter) Write(data []byte) (int, error) {
	if *b -= brokenAfter(len(data)); *b < 0 {
		return 0, io.ErrShortWrite
	}
	return len(data), nil
}

func TestCloseReportsTheWriter(t *testing.T) {
	for _, room := range []brokenAfter{0, 1 << 20, 3 << 20} {
		c := NewWriter(&room, "test", "")
		for range 5000 {
			c.Frame(0, c.Interface("a.lan"), make([]byte, 1000))
		}
		if len(c.buffer) > 2*bufferFull {
			t.Errorf("got a buffer of %d bytes behind a broken writer", len(c.buffer))
		}
		if err := c.Close(); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("got %v, want the writer's error", err)
		}
	}
}

func BenchmarkFrame(b *testing.B) {
	for _, size := range []int{60, 1066} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := NewWriter(io.Discard, "test", "")
			data := make([]byte, size)
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				c.Frame(0, c.Interface("a.lan"), data)
			}
		})
	}
}
