package spec_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// tcpFrames is how many frames of TCP tshark reads of each capture. It takes
// 40 us for each frame, and the library has millions: they have the same few
// forms from beginning to end. Of all frames that open, close or reset a
// connection it reads as many again, for faults come later.
const tcpFrames = 400

// concatenate joins captures into one file, without what is beyond tcpFrames.
func concatenate(whole string, paths []string) error {
	file, err := os.Create(whole)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	for _, path := range paths {
		if err := copyBlocks(out, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return out.Flush()
}

// copyBlocks copies the blocks of a capture, each of which has its type and its
// length in front.
func copyBlocks(out io.Writer, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	blocks := bufio.NewReader(in)
	for read := map[bool]int{}; ; {
		head, err := blocks.Peek(8)
		if errors.Is(err, io.EOF) && len(head) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		block := make([]byte, binary.LittleEndian.Uint32(head[4:]))
		if _, err := io.ReadFull(blocks, block); err != nil {
			return err
		}
		if is, turns := isTCP(block); is {
			if read[turns]++; read[turns] > tcpFrames {
				continue
			}
		}
		if _, err := out.Write(block); err != nil {
			return err
		}
	}
}

// isTCP reports whether a block of a capture is a frame of TCP without options,
// for a comment in an option marks a fault; and whether it has SYN, FIN or RST,
// which turn a connection. In an enhanced packet the length of the frame is at
// 20, and the frame itself at 28, before its options and the length of the
// block.
func isTCP(block []byte) (is, turns bool) {
	const enhancedPacket, frame, ip, flags, turning = 6, 28, 14, 13, 1 | 2 | 4
	if len(block) < frame+ip+10 || binary.LittleEndian.Uint32(block) != enhancedPacket {
		return false, false
	}
	padded := (int(binary.LittleEndian.Uint32(block[20:])) + 3) &^ 3
	if len(block) != frame+padded+4 || binary.BigEndian.Uint16(block[frame+12:]) != 0x0800 || block[frame+ip+9] != 6 {
		return false, false
	}
	tcp := frame + ip + int(block[frame+ip]&15)*4
	return true, len(block) > tcp+flags && block[tcp+flags]&turning != 0
}
