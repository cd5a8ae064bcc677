//go:build !cablepull_barrier

package host

import (
	"sync"
	"unsafe" // also for go:linkname
)

// start is gVisor's loop of a TCP processor: the only symbol that cablepull
// uses without it being exported. An empty start.s allows a declaration without
// a body. If a future gVisor has no such method, linking fails and names it;
// the tag cablepull_barrier builds without it.
//
//go:linkname start gvisor.dev/gvisor/pkg/tcpip/transport/tcp.(*processor).start
func start(processor unsafe.Pointer, running *sync.WaitGroup)

func init() { startProcessor = start }
