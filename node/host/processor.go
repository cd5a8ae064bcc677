package host

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"sync"
	"unsafe"

	"gvisor.dev/gvisor/pkg/sleep"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// processor is the TCP processor of a stack, run by settle instead of by a
// goroutine. gVisor's processor is an endless loop: it waits until one of its
// wakers is asserted, and processes all queued segments or ends. Here it is
// started for each settling, with two wakers that are already asserted, work
// and end, so that it returns without ever waiting.
//
// This relies on what gVisor does not promise. If anything differs from the
// gVisor that was read, there is no processor and settle uses Pause and Resume,
// which has the same result (TestBothWaysOfSettlingAreEqual).
type processor struct {
	loop      unsafe.Pointer // gVisor's processor
	sleeper   *sleep.Sleeper
	work, end *sleep.Waker
	running   *sync.WaitGroup
}

// startProcessor runs gVisor's processor until it ends; nil if this build does
// not know how.
var startProcessor func(processor unsafe.Pointer, running *sync.WaitGroup)

// gvisorRead is the version of gVisor whose dispatcher.go was read for this
// file.
const gvisorRead = "v0.0.0-20260905035102-160fafc42237"

// The fields of gVisor's dispatcher and of its processor.
const (
	dispatcherFields = "processors []tcp.processor, wg sync.WaitGroup, hasher tcp.jenkinsHasher, " +
		"mu tcp.dispatcherMutex, paused bool, closed bool"
	processorFields = "epQ tcp.epQueue, sleeper sleep.Sleeper, newEndpointWaker sleep.Waker, closeWaker sleep.Waker, " +
		"pauseWaker sleep.Waker, pauseChan chan struct {}, resumeChan chan struct {}"
)

// takeProcessor ends the goroutine of the stack's only processor and returns
// that processor; nil if it is not what this file expects.
func takeProcessor(s *stack.Stack) *processor {
	if startProcessor == nil || !gvisorIsRead() {
		return nil
	}
	protocol := reflect.ValueOf(s.TransportProtocolInstance(tcp.ProtocolNumber))
	if protocol.Kind() != reflect.Pointer || protocol.Elem().Kind() != reflect.Struct {
		return nil
	}
	d := protocol.Elem().FieldByName("dispatcher")
	if fields(d) != dispatcherFields {
		return nil
	}
	all := d.FieldByName("processors")
	if all.Len() != 1 || fields(all.Index(0)) != processorFields {
		return nil
	}
	at := func(v reflect.Value, field string) unsafe.Pointer {
		return unsafe.Pointer(v.FieldByName(field).UnsafeAddr())
	}
	one := all.Index(0)
	p := &processor{
		loop:    unsafe.Pointer(one.UnsafeAddr()),
		sleeper: (*sleep.Sleeper)(at(one, "sleeper")),
		work:    (*sleep.Waker)(at(one, "newEndpointWaker")),
		end:     (*sleep.Waker)(at(one, "closeWaker")),
		running: (*sync.WaitGroup)(at(d, "wg")),
	}
	p.end.Assert()
	p.running.Wait()
	return p
}

// run processes the queued segments, and those that the stack sends to itself
// meanwhile.
func (p *processor) run() {
	p.sleeper.AddWaker(p.work) // asserted when an endpoint was queued
	p.end.Assert()
	p.sleeper.AddWaker(p.end)
	p.running.Add(1)
	startProcessor(p.loop, p.running)
}

// fields lists the names and types of a struct's fields.
func fields(v reflect.Value) string {
	if v.Kind() != reflect.Struct {
		return ""
	}
	text := ""
	for i := range v.NumField() {
		f := v.Type().Field(i)
		text += fmt.Sprintf(", %s %s", f.Name, f.Type)
	}
	return text[len(", "):]
}

// gvisorIsRead reports whether the program contains the version of gVisor that
// was read. Test binaries do not record it; a test compares go.mod.
var gvisorIsRead = sync.OnceValue(func() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, m := range info.Deps {
		if m.Path == "gvisor.dev/gvisor" {
			return m.Version == gvisorRead && m.Replace == nil
		}
	}
	return true
})
