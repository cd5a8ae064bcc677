package bench

import (
	"runtime"
	"syscall"
	"time"
)

// Usage is what the process has used so far.
type Usage struct {
	Wall   time.Time
	CPU    time.Duration // user and system, of all threads
	Bytes  uint64        // allocated, including freed
	Allocs uint64
}

// Now returns the current usage of the process.
func Now() Usage {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic("bench: getrusage: " + err.Error()) // RUSAGE_SELF is always valid
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Usage{
		Wall:   time.Now(),
		CPU:    time.Duration(r.Utime.Nano() + r.Stime.Nano()),
		Bytes:  m.TotalAlloc,
		Allocs: m.Mallocs,
	}
}

// Spent is the difference of two Usages.
type Spent struct {
	Wall, CPU     time.Duration
	Bytes, Allocs uint64
}

// Since returns what the process has used since then.
func Since(then Usage) Spent {
	now := Now()
	return Spent{
		Wall:   now.Wall.Sub(then.Wall),
		CPU:    now.CPU - then.CPU,
		Bytes:  now.Bytes - then.Bytes,
		Allocs: now.Allocs - then.Allocs,
	}
}

// Heap returns the bytes of heap in use after a garbage collection.
func Heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Resident returns the most memory in bytes that the process has occupied.
func Resident() float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic("bench: getrusage: " + err.Error()) // RUSAGE_SELF is always valid
	}
	return float64(r.Maxrss) * 1024 // Linux counts in KiB
}
