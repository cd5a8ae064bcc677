package netns

import (
	"bytes"
	"syscall"
	"testing"
)

// TestMemoryFile: what is written can be read, what is freed reads as zeros and
// takes no memory, and the rest stays.
func TestMemoryFile(t *testing.T) {
	file, err := NewMemoryFile("test")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const page = 4096
	written := bytes.Repeat([]byte("0123456789abcdef"), 10*page/16)
	for _, part := range [][]byte{written[:7], nil, written[7:]} {
		if err := WriteMemory(int(file.Fd()), part); err != nil {
			t.Fatal(err)
		}
	}
	got := make([]byte, len(written))
	if _, err := file.ReadAt(got, 0); err != nil || !bytes.Equal(got, written) {
		t.Errorf("got %d bytes that differ, %v, want what was written", len(got), err)
	}
	FreeMemory(file, 0, 9*page+5)
	want := append(make([]byte, 9*page+5), written[9*page+5:]...)
	if _, err := file.ReadAt(got, 0); err != nil || !bytes.Equal(got, want) {
		t.Errorf("after the rest was freed: got something else than zeros and the rest, %v", err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Size != 10*page || s.Blocks*512 > page {
		t.Errorf("got %d bytes that take %d of memory, want %d that take a page", s.Size, s.Blocks*512, 10*page)
	}
	if err := WriteMemory(-1, written); err == nil || err.Error() != "netns: file in memory: bad file descriptor" {
		t.Errorf("got %v, want that the descriptor is bad", err)
	}
}
