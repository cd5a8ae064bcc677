package netns

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ring is memory shared with the kernel: slots of equal size, written by the
// kernel in turn and returned by us (TPACKET_V2, packet_mmap.rst). Version 3
// delivers whole blocks instead, whose first frame waits for the last or for a
// timer of at least a millisecond: too late for a ping.
type ring struct {
	memory   []byte
	slotSize int
	next     int // the slot that the kernel fills next
	held     int // slots behind next that were collected and not released
}

// slotCount is how many frames can wait for a slow reader: 25 ms at 1 Gbit/s.
const slotCount = 2048

// vlanTagSize is reserved before each frame, to restore the tag that the kernel
// removes.
const vlanTagSize = 4

// newRing attaches a ring for frames of the interface's MTU to a socket.
func newRing(fd, mtu int) (*ring, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2); err != nil {
		return nil, fmt.Errorf("ring version: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, vlanTagSize); err != nil {
		return nil, fmt.Errorf("ring headroom: %w", err)
	}
	const overhead = 128 // the slot's header, the sender's address, Ethernet's header, two tags
	slotSize := 1 << bits.Len(uint(mtu+overhead-1))
	blockSize := max(slotSize, 1<<16) // of contiguous memory, a power of two of pages
	request := unix.TpacketReq{
		Block_size: uint32(blockSize),
		Block_nr:   uint32(slotCount * slotSize / blockSize),
		Frame_size: uint32(slotSize),
		Frame_nr:   slotCount,
	}
	if err := unix.SetsockoptTpacketReq(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &request); err != nil {
		return nil, fmt.Errorf("ring of %d bytes: %w", slotCount*slotSize, err)
	}
	memory, err := unix.Mmap(fd, 0, slotCount*slotSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map ring: %w", err)
	}
	return &ring{memory: memory, slotSize: slotSize}, nil
}

// slot returns the header of a slot and its memory.
func (r *ring) slot(i int) (*unix.Tpacket2Hdr, []byte) {
	memory := r.memory[i*r.slotSize:][:r.slotSize]
	return (*unix.Tpacket2Hdr)(unsafe.Pointer(&memory[0])), memory
}

// ready reports whether a frame waits.
func (r *ring) ready() bool {
	header, _ := r.slot(r.next)
	return r.held < slotCount && atomic.LoadUint32(&header.Status)&unix.TP_STATUS_USER != 0
}

// collect appends the frames that have arrived, up to the capacity. They belong
// to the ring until release.
func (r *ring) collect(frames [][]byte) [][]byte {
	for len(frames) < cap(frames) && r.held < slotCount {
		header, memory := r.slot(r.next)
		if atomic.LoadUint32(&header.Status)&unix.TP_STATUS_USER == 0 {
			break
		}
		start := int(header.Mac)
		frame := memory[start : start+int(header.Snaplen)]
		if header.Status&unix.TP_STATUS_VLAN_VALID != 0 {
			frame = restoreTag(memory[start-vlanTagSize:start+int(header.Snaplen)], header)
		}
		frames = append(frames, frame)
		r.next = (r.next + 1) % slotCount
		r.held++
	}
	return frames
}

// restoreTag moves the addresses forward into the space reserved for a tag, and
// puts the tag after them: the kernel always moves it to the header of the
// slot, whatever the interface's features.
func restoreTag(frame []byte, header *unix.Tpacket2Hdr) []byte {
	const addresses = 12
	copy(frame, frame[vlanTagSize:vlanTagSize+addresses])
	protocol := uint16(unix.ETH_P_8021Q)
	if header.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		protocol = header.Vlan_tpid
	}
	binary.BigEndian.PutUint16(frame[addresses:], protocol)
	binary.BigEndian.PutUint16(frame[addresses+2:], header.Vlan_tci)
	return frame
}

// release returns the collected slots to the kernel.
func (r *ring) release() {
	for ; r.held > 0; r.held-- {
		header, _ := r.slot((r.next - r.held + slotCount) % slotCount)
		atomic.StoreUint32(&header.Status, unix.TP_STATUS_KERNEL)
	}
}

// unmap returns the memory to the kernel, which also ends the socket: the
// mapping alone keeps it open. A ring that was never made has none.
func (r *ring) unmap() {
	if r == nil || r.memory == nil {
		return
	}
	_ = unix.Munmap(r.memory) // the memory is one that Mmap gave
	r.memory = nil
}
