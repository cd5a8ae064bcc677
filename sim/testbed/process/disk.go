//go:build linux

package process

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/cablepull/cablepull/netfab/netns"
)

// A disk is a file in memory that the processes of a node share, one after
// another: what programs have written is there after the next boot, as it is on
// a machine.

// diskFD is where a node process finds its disk, next to its tape.
const diskFD = 5

func newDisk() (*os.File, error) { return netns.NewMemoryFile("disk") }

// disk is the disk of this process. It implements world.Disk.
type disk struct{ file *os.File }

// ownDisk returns that of this process.
func ownDisk() disk { return disk{os.NewFile(diskFD, "disk")} }

// entry is what a program has written.
type entry struct {
	Program string          `json:"program"`
	Entry   json.RawMessage `json:"entry"`
}

// Write implements world.Disk.
func (d disk) Write(program string, text []byte) error {
	line, err := json.Marshal(entry{program, text})
	if err != nil {
		return fmt.Errorf("testbed: disk: %w", err)
	}
	return netns.WriteMemory(int(d.file.Fd()), append(line, '\n'))
}

// Read implements world.Disk.
func (d disk) Read(program string) (entries [][]byte, err error) {
	text, err := io.ReadAll(io.NewSectionReader(d.file, 0, math.MaxInt64)) // it leaves the place of the next write alone
	if err != nil {
		return nil, fmt.Errorf("testbed: disk: %w", err)
	}
	for line := range bytes.Lines(text) {
		var e entry
		if json.Unmarshal(line, &e) == nil && e.Program == program { // the last line may have no end
			entries = append(entries, e.Entry)
		}
	}
	return entries, nil
}
