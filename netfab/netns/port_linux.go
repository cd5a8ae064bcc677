package netns

import (
	"fmt"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Port is an AF_PACKET socket on one interface. It sees every frame that
// arrives there, for any destination, and none that the machine itself sends.
// Receiving uses a ring that the kernel writes and we read in place, without a
// system call; sending uses one system call per batch, without copying frames.
//
// A port never waits: use a Poller for that. It belongs to one goroutine,
// except for Stats.
type Port struct {
	fd    int
	ring  *ring
	batch batch

	received, receivedBytes atomic.Uint64
	sent, sentBytes         atomic.Uint64
	lost, refused           atomic.Uint64
}

// Open makes a port on an interface of a namespace. It needs CAP_NET_RAW there.
// The kernel takes some 20 ms to attach a ring, mostly waiting, so open many
// ports in parallel.
func Open(ns *Namespace, iface string) (*Port, error) {
	var p *Port
	err := ns.Do(func() error {
		// Protocol 0 receives nothing until bind, so no frame of another
		// interface slips in.
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return explain("AF_PACKET socket", err)
		}
		p = &Port{fd: fd}
		return p.prepare(iface)
	})
	if err != nil {
		if p != nil {
			p.Close()
		}
		return nil, fmt.Errorf("netns: port on %s: %w", iface, err)
	}
	return p, nil
}

// prepare configures the socket and then binds it. It is promiscuous: the end
// of a cable accepts all frames.
func (p *Port) prepare(iface string) error {
	// Not net.InterfaceByName: netlink waits for every process that changes
	// interfaces.
	index, err := interfaceNumber(p.fd, iface, unix.SIOCGIFINDEX)
	if err != nil {
		return err
	}
	mtu, err := interfaceNumber(p.fd, iface, unix.SIOCGIFMTU)
	if err != nil {
		return err
	}
	if err := unix.SetsockoptInt(p.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
		return fmt.Errorf("ignore outgoing frames (needs Linux 4.20): %w", err)
	}
	// The fabric does not need the queueing discipline, and bypassing it saves a
	// lock per frame. Kernels without the option keep using it.
	_ = unix.SetsockoptInt(p.fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1)
	enlargeSendBuffer(p.fd)
	if p.ring, err = newRing(p.fd, int(mtu)); err != nil {
		return err
	}
	const all = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8 // in network order
	if err := unix.Bind(p.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: int(index)}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	return nil
}

// interfaceNumber asks for a number of an interface.
func interfaceNumber(fd int, iface string, request uint) (uint32, error) {
	question, err := unix.NewIfreq(iface)
	if err == nil {
		err = unix.IoctlIfreq(fd, request, question)
	}
	if err != nil {
		return 0, fmt.Errorf("interface: %w", err)
	}
	return question.Uint32(), nil
}

// enlargeSendBuffer asks for room for a burst. Only CAP_NET_ADMIN may exceed
// the host's limit; without it we get the limit.
func enlargeSendBuffer(fd int) {
	const size = 4 << 20
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, size)
	}
}

// Ready reports whether frames have arrived, without a system call.
func (p *Port) Ready() bool { return p.fd >= 0 && p.ring.ready() }

// Collect appends the frames that have arrived, in order, up to the capacity of
// the slice. An interface that is down or gone has no frames; WatchCarrier
// reports that.
//
// The frames are in the kernel's ring: they are valid until Release, and
// meanwhile the ring fills up.
func (p *Port) Collect(frames [][]byte) [][]byte {
	if p.fd < 0 {
		return frames
	}
	before := len(frames)
	frames = p.ring.collect(frames)
	size := 0
	for _, f := range frames[before:] {
		size += len(f)
	}
	p.received.Add(uint64(len(frames) - before))
	p.receivedBytes.Add(uint64(size))
	return frames
}

// Release returns the collected frames to the kernel.
func (p *Port) Release() {
	if p.fd >= 0 {
		p.ring.release()
	}
}

// Send queues a frame for the next Flush without copying it: the bytes must not
// change until then. A full batch is flushed automatically.
func (p *Port) Send(frame []byte) {
	if !p.batch.add(frame) {
		p.Flush()
		if !p.batch.add(frame) { // empty
			p.refused.Add(1)
		}
	}
}

// Flush gives the queued frames to the kernel. Frames that the kernel does not
// accept are lost and counted, as on a pulled cable. A closed port discards
// frames.
func (p *Port) Flush() {
	if p.batch.len() > 0 && p.fd >= 0 {
		sent, size, refused := p.batch.send(p.fd)
		p.sent.Add(uint64(sent))
		p.sentBytes.Add(uint64(size))
		p.refused.Add(uint64(refused))
	}
	p.batch.reset()
}

// Stats returns the counters. It asks the kernel how many frames it lost.
func (p *Port) Stats() PortStats {
	// On a closed port it fails, and the counters are final.
	if s, err := unix.GetsockoptTpacketStats(p.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
		p.lost.Add(uint64(s.Drops)) // the kernel counts from zero after each question
	}
	return PortStats{
		Received: p.received.Load(), ReceivedBytes: p.receivedBytes.Load(),
		Sent: p.sent.Load(), SentBytes: p.sentBytes.Load(),
		Lost: p.lost.Load(), Refused: p.refused.Load(),
	}
}

// Close closes the port. Collected frames are no longer valid; remove the port
// from its Poller first.
func (p *Port) Close() error {
	if p.fd < 0 {
		return nil
	}
	p.ring.unmap()
	err := unix.Close(p.fd)
	p.fd = -1
	return err
}
