package netns

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dropOffloads switches off segmentation, aggregation, checksum offload and
// scatter-gather: everything that the NIC would do to frames. So every frame on
// the cable is a valid Ethernet frame, with its checksum computed by the sender
// and verified by the receiver.
func (ns *Namespace) dropOffloads(name string) error {
	change, err := ns.plainFeatures(name)
	if err != nil || change == nil {
		return err
	}
	if err := ns.Do(func() error { return change.apply(name) }); err != nil {
		return fmt.Errorf("%s: offloads off: %w", name, err)
	}
	return nil // Probe asks whether the kernel keeps some
}

// featureChange is the kernel's struct ethtool_sfeatures: which features of an
// interface to change, and to what.
type featureChange struct {
	command, size uint32
	blocks        [featureBlocks]struct{ valid, requested uint32 }
}

const featureBlocks = 4 // of 32 features; kernels have 2

// apply makes the change.
func (c *featureChange) apply(iface string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request := struct { // ifreq
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}{data: unsafe.Pointer(c)}
	copy(request.name[:], iface)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request)))
	runtime.KeepAlive(c)
	if errno != 0 {
		return errno
	}
	return nil
}

// plain is the change that turns all offloads of a new cable's end off. It is
// cached because all ends start with the same features, and reading names and
// states takes 2 ms, during which no interface can be changed.
var plain struct {
	sync.Mutex
	known  bool
	change *featureChange // nil: there is nothing to do
}

// plainFeatures returns that change. The name is that of a new end.
func (ns *Namespace) plainFeatures(name string) (*featureChange, error) {
	plain.Lock()
	defer plain.Unlock()
	if plain.known {
		return plain.change, nil
	}
	active, err := ns.Offloads(name)
	if err != nil {
		return nil, err
	}
	places, err := ns.tool.FeatureNames(name)
	if err != nil {
		return nil, fmt.Errorf("netns: %s: names of features: %w", name, err)
	}
	if len(active) > 0 {
		c := &featureChange{command: unix.ETHTOOL_SFEATURES}
		for _, feature := range active {
			place := places[feature]
			if place >= 32*featureBlocks {
				return nil, fmt.Errorf("netns: %s: place of %s: got %d, want less than %d", name, feature, place, 32*featureBlocks)
			}
			c.blocks[place/32].valid |= 1 << (place % 32)
		}
		c.size = uint32(len(places)+31) / 32
		plain.change = c
	}
	plain.known = true
	return plain.change, nil
}

// Offloads lists the features of an interface that change frames, are on, and
// can be switched off, by their ethtool names in sorted order.
func (ns *Namespace) Offloads(name string) ([]string, error) {
	features, err := ns.tool.FeaturesWithState(name)
	if err != nil {
		return nil, fmt.Errorf("netns: %s: features: %w", name, err)
	}
	var active []string
	// order: the names are sorted below.
	for feature, state := range features {
		onFrames := strings.HasPrefix(feature, "tx-") || strings.HasPrefix(feature, "rx-")
		if onFrames && state.Active && state.Available && !state.NeverChanged {
			active = append(active, feature)
		}
	}
	slices.Sort(active)
	return active, nil
}
