package netns

import (
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// Port is an AF_PACKET socket on one interface. It sees every frame that
// arrives there, whomever it is for, and none of those that the machine itself
// sends. Receiving goes through a ring that the kernel writes and we read in
// place; sending goes in batches of one system call.
//
// Run is called by one goroutine; Send and Flush by any, one batch at a time.
type Port struct {
	file  *os.File // gives the socket to Go's poller, so that Close wakes Run
	conn  syscall.RawConn
	index int // of the interface
	ring  *ring

	life    sync.Mutex
	running bool // Run reads the ring
	over    bool // Close was called

	sending sync.Mutex
	batch   batch

	received, receivedBytes atomic.Uint64
	sent, sentBytes         atomic.Uint64
	lost, refused           atomic.Uint64
}

// framesMax is how many frames Run hands over at once: enough to share the cost
// of a batch, few enough that the first does not wait long for the last.
const framesMax = 64

// Open makes a port on an interface of a namespace. It needs CAP_NET_RAW there.
// The kernel takes some 20 ms to attach a ring, mostly waiting: who opens many
// ports opens them side by side.
func Open(ns *Namespace, iface string) (*Port, error) {
	var p *Port
	err := ns.Do(func() error {
		link, err := net.InterfaceByName(iface)
		if err != nil {
			return err
		}
		// Protocol 0 receives nothing until bind, so no frame of another
		// interface slips in.
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return explain("AF_PACKET socket", err)
		}
		p = &Port{file: os.NewFile(uintptr(fd), "port "+iface), index: link.Index}
		return p.prepare(fd, link.MTU)
	})
	if err != nil {
		if p != nil {
			p.Close()
		}
		return nil, fmt.Errorf("netns: port on %s: %w", iface, err)
	}
	return p, nil
}

// prepare sets the socket up and, when all is ready, binds it.
func (p *Port) prepare(fd, mtu int) error {
	var err error
	if p.conn, err = p.file.SyscallConn(); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
		return fmt.Errorf("ignore outgoing frames (needs Linux 4.20): %w", err)
	}
	membership := unix.PacketMreq{Ifindex: int32(p.index), Type: unix.PACKET_MR_PROMISC}
	if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &membership); err != nil {
		return fmt.Errorf("promiscuous: %w", err)
	}
	// The queueing discipline is none of the fabric's business, and going round
	// it saves a lock per frame. Kernels without the option do as before.
	_ = unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1)
	enlargeSendBuffer(fd)
	if p.ring, err = newRing(fd, mtu); err != nil {
		return err
	}
	const all = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8 // in network order
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: p.index}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	return nil
}

// enlargeSendBuffer asks for room for a burst. Past the limit of the host only
// CAP_NET_ADMIN may go; without it the limit is what we get.
func enlargeSendBuffer(fd int) {
	const size = 4 << 20
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, size)
	}
}

// Run hands over the frames that arrive, in their order and in batches, until
// the port is closed or deliver returns an error, which Run then returns. A
// closed port is net.ErrClosed. An interface that is down or gone is silent;
// WatchCarrier tells of that.
//
// The frames lie in the kernel's ring: they are valid until deliver returns,
// and the longer it takes the fuller the ring gets.
func (p *Port) Run(deliver func(frames [][]byte) error) error {
	if !p.begin() {
		return net.ErrClosed
	}
	defer p.end()
	frames := make([][]byte, 0, framesMax)
	for {
		err := p.conn.Read(func(uintptr) bool {
			frames = p.ring.collect(frames[:0])
			return len(frames) > 0
		})
		if err != nil {
			return p.ended(err)
		}
		size := 0
		for _, f := range frames {
			size += len(f)
		}
		p.received.Add(uint64(len(frames)))
		p.receivedBytes.Add(uint64(size))
		err = deliver(frames)
		p.ring.release()
		if err != nil {
			return err
		}
	}
}

// ended says why the poller let go: mostly because the port was closed.
func (p *Port) ended(err error) error {
	p.life.Lock()
	defer p.life.Unlock()
	if p.over {
		return net.ErrClosed
	}
	return fmt.Errorf("netns: receive: %w", err)
}

// Send takes one frame for the next Flush, and keeps a copy. A full batch is
// flushed by itself.
func (p *Port) Send(frame []byte) {
	p.sending.Lock()
	defer p.sending.Unlock()
	if !p.batch.add(frame) {
		p.flush()
		if !p.batch.add(frame) { // longer than a batch can hold
			p.refused.Add(1)
		}
	}
}

// Flush gives the frames taken by Send to the kernel. What the kernel does not
// take is lost and counted, as on a cable that is pulled.
func (p *Port) Flush() {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.flush()
}

func (p *Port) flush() {
	if p.batch.len() == 0 {
		return
	}
	_ = p.conn.Control(func(fd uintptr) { // it fails only when the port is closed
		sent, size, refused := p.batch.send(int(fd))
		p.sent.Add(uint64(sent))
		p.sentBytes.Add(uint64(size))
		p.refused.Add(uint64(refused))
	})
	p.batch.reset()
}

// Stats returns the counters. It asks the kernel how many frames it lost.
func (p *Port) Stats() PortStats {
	_ = p.conn.Control(func(fd uintptr) {
		if s, err := unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			p.lost.Add(uint64(s.Drops)) // the kernel counts from zero after each question
		}
	})
	return PortStats{
		Received: p.received.Load(), ReceivedBytes: p.receivedBytes.Load(),
		Sent: p.sent.Load(), SentBytes: p.sentBytes.Load(),
		Lost: p.lost.Load(), Refused: p.refused.Load(),
	}
}

// begin claims the ring for Run, unless the port is closed.
func (p *Port) begin() bool {
	p.life.Lock()
	defer p.life.Unlock()
	p.running = !p.over
	return p.running
}

// end gives the ring up, and back to the kernel if the port was closed while
// Run read it.
func (p *Port) end() {
	p.life.Lock()
	defer p.life.Unlock()
	p.running = false
	if p.over {
		p.ring.unmap()
	}
}

// Close ends Run; a batch that is being delivered stays valid until deliver
// returns. It may be called from within deliver.
func (p *Port) Close() error {
	p.life.Lock()
	defer p.life.Unlock()
	p.over = true
	err := p.file.Close()
	if !p.running {
		p.ring.unmap()
	}
	return err
}
