//go:build linux

package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os/exec"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/testbed/realhost"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Way connects two hosts, source and sink, by some path, runs a program on each
// and returns the output of the source's.
type Way func(source, sink []string) (string, error)

// The addresses of the hosts.
var (
	Source = netip.MustParsePrefix("192.0.2.1/24")
	Sink   = netip.MustParsePrefix("192.0.2.2/24")
)

// headStart is how much earlier the sink's program starts than the source's.
const headStart = 300 * time.Millisecond

// patience is the time limit of the source's program.
const patience = 30 * time.Second

// Fabric is the way through our fabric, as in scenarios.
func Fabric(source, sink []string) (string, error) {
	return play(topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes:    map[string]topology.Node{"source": host(Source, headStart, source), "sink": host(Sink, 0, sink)},
	})
}

// host is a real host that runs a program from an instant on.
func host(address netip.Prefix, start time.Duration, run []string) topology.Node {
	return topology.Node{
		Start: start, NICs: map[string]topology.NIC{"lan": {Address: address}},
		Exec: &topology.Exec{Run: run, Name: "program"},
	}
}

// play runs a testbed until the program of its host source has ended, and
// returns what that has printed.
func play(t topology.Topology) (string, error) {
	said := map[string]*bytes.Buffer{}
	output := func(name string) (io.Writer, error) {
		said[name] = &bytes.Buffer{}
		return said[name], nil
	}
	b, err := testbed.New(t, testbed.Options{Options: world.Options{Seed: 1}, Output: output})
	if err != nil {
		return "", absent(err)
	}
	defer b.Close()
	for !ended(b.Events(), "source") {
		if b.Now() > patience {
			return "", fmt.Errorf("wire: the program of the source has not ended within %v", patience)
		}
		if err := b.Run(b.Now() + 50*time.Millisecond); err != nil {
			return "", err
		}
	}
	return said["source.program.log"].String(), nil
}

// ended reports whether a program of the node has ended.
func ended(events []event.Event, node string) bool {
	for _, e := range events {
		if _, is := e.What.(event.ProgramEnded); is && e.Node == node {
			return true
		}
	}
	return false
}

// absent marks errors that mean that this machine lacks something.
func absent(err error) error {
	for _, lack := range []error{netns.ErrPrivilege, netns.ErrUnsupported, netns.ErrLimit, realhost.ErrProgram, exec.ErrNotFound} {
		if errors.Is(err, lack) {
			return fmt.Errorf("%w: %w", ErrAbsent, err)
		}
	}
	return err
}

// Bridge is the way through a bridge of the kernel, over the same kind of
// cables.
func Bridge(source, sink []string) (string, error) {
	var spaces [3]*netns.Namespace
	for i := range spaces {
		ns, err := netns.New()
		if err != nil {
			return "", absent(err)
		}
		defer ns.Close()
		spaces[i] = ns
	}
	between := spaces[2]
	if err := command(between, "ip", "link", "add", "bridge", "type", "bridge"); err != nil {
		return "", err
	}
	for i, address := range []netip.Prefix{Source, Sink} {
		cable, err := netns.Connect(between, spaces[i], netns.CableSpec{Name: "lan", MAC: [6]byte{2, 0, 0, 0, 0, byte(i + 1)}, Address: address})
		if err != nil {
			return "", absent(err)
		}
		if err := command(between, "ip", "link", "set", cable.Interface(), "master", "bridge"); err != nil {
			return "", err
		}
	}
	if err := command(between, "ip", "link", "set", "bridge", "up"); err != nil {
		return "", err
	}
	var out bytes.Buffer
	server, client := exec.Command(sink[0], sink[1:]...), exec.Command(source[0], source[1:]...)
	client.Stdout, client.Stderr = &out, &out
	leave, err := preferred(spaces[1], server)
	if err != nil {
		return "", absent(err)
	}
	defer leave()
	defer server.Wait()
	defer server.Process.Kill()
	time.Sleep(headStart)
	if leave, err = preferred(spaces[0], client); err != nil {
		return "", absent(err)
	}
	defer leave()
	if err := client.Wait(); err != nil {
		return "", fmt.Errorf("wire: %s: %w: %s", source[0], err, out.String())
	}
	return out.String(), nil
}

// preferred starts a program in a namespace with priority over others of the
// machine, as in a testbed. Call leave when it has ended.
func preferred(ns *netns.Namespace, program *exec.Cmd) (leave func() error, err error) {
	if err := ns.Do(program.Start); err != nil {
		return nil, err
	}
	group, err := netns.NewGroup("bench")
	if err != nil {
		return func() error { return nil }, nil // a testbed also continues without priority
	}
	group.Prefer()
	return group.Delete, group.Add(program.Process.Pid)
}

// command runs a program in a namespace.
func command(ns *netns.Namespace, program string, args ...string) error {
	var said bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	err := ns.Do(cmd.Start)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return fmt.Errorf("wire: %s: %w: %s", program, absent(err), said.String())
	}
	return nil
}
