package netns

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// segment is a fabric's namespace with two nodes on it, whose kernels have
// 192.0.2.1 and 192.0.2.2.
type segment struct {
	fabric *Namespace
	nodes  [2]*Namespace
	cables [2]*Cable
}

// newSegment lays the cables; the caller connects them. The nodes' kernels have
// addresses, unless they are bare.
func newSegment(tb testing.TB, bare bool) *segment {
	tb.Helper()
	s := &segment{fabric: newNamespace(tb)}
	for i := range s.nodes {
		s.nodes[i] = newNamespace(tb)
		spec := CableSpec{Name: "eth0", MAC: mac(i), Address: address(i)}
		if bare {
			spec.Address = netip.Prefix{}
		}
		cable, err := Connect(s.fabric, s.nodes[i], spec)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { cable.Close() })
		s.cables[i] = cable
	}
	return s
}

// address is the address of node i's kernel.
func address(i int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}), 24)
}

// mac is the address of node i's interface.
func mac(i int) [6]byte { return [6]byte{2, 0, 0, 0, 0, byte(i + 1)} }

// newNamespace makes a namespace for one test, or skips the test if that is not
// possible.
func newNamespace(tb testing.TB) *Namespace {
	tb.Helper()
	ns, err := New()
	if errors.Is(err, ErrPrivilege) {
		tb.Skipf("run as root, or under unshare -rmn: %v", err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { ns.Close() })
	return ns
}

// open makes a port on the fabric's end of a cable.
func (s *segment) open(tb testing.TB, i int) *Port {
	tb.Helper()
	return openPort(tb, s.fabric, s.cables[i].Interface())
}

func openPort(tb testing.TB, ns *Namespace, iface string) *Port {
	tb.Helper()
	p, err := Open(ns, iface)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { p.Close() })
	return p
}

// join copies frames between the two cables in user space: a minimal switch.
func (s *segment) join(tb testing.TB) (ports [2]*Port) {
	tb.Helper()
	for i := range ports {
		ports[i] = s.open(tb, i)
	}
	read(tb, func(p *Port, frames [][]byte) {
		to := ports[0]
		if p == to {
			to = ports[1]
		}
		for _, f := range frames {
			to.Send(f)
		}
		to.Flush()
	}, ports[:]...)
	return ports
}

// read passes on the frames that arrive at the ports, on its own goroutine,
// until stop is called or the test ends.
func read(tb testing.TB, deliver func(p *Port, frames [][]byte), ports ...*Port) (stop func()) {
	tb.Helper()
	poller, err := NewPoller()
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range ports {
		if err := poller.Add(p); err != nil {
			tb.Fatal(err)
		}
	}
	var over atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([][]byte, 0, batchMax)
		for !over.Load() {
			if err := poller.Wait(time.Hour); err != nil {
				tb.Error(err)
				return
			}
			for _, p := range ports {
				if frames := p.Collect(buffer); len(frames) > 0 {
					deliver(p, frames)
					p.Release()
				}
			}
		}
	}()
	stop = sync.OnceFunc(func() {
		over.Store(true)
		poller.Wake()
		<-done
		poller.Close()
	})
	tb.Cleanup(stop)
	return stop
}

// frames reads a port into a channel, each frame a copy.
func frames(tb testing.TB, p *Port) <-chan []byte {
	tb.Helper()
	c := make(chan []byte, slotCount)
	read(tb, func(_ *Port, frames [][]byte) {
		for _, f := range frames {
			c <- bytes.Clone(f)
		}
	}, p)
	return c
}

// within waits for one value, and fails the test if it does not come.
func within[T any](tb testing.TB, limit time.Duration, what string, c <-chan T) T {
	tb.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(limit):
		tb.Fatalf("%s: nothing within %v", what, limit)
		panic("unreachable")
	}
}

// output runs a program in a namespace and returns its output.
func output(ns *Namespace, program string, args ...string) (string, error) {
	var out strings.Builder
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := ns.Do(cmd.Start)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", program, err, out.String())
	}
	return out.String(), err
}

// need skips a test if a program that it needs is not installed.
func need(tb testing.TB, program string) {
	tb.Helper()
	if _, err := exec.LookPath(program); err != nil {
		tb.Skipf("%s is not installed", program)
	}
}
