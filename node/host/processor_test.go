//go:build !cablepull_barrier

package host_test

import (
	"os"
	"regexp"
	"runtime"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"github.com/cablepull/cablepull/node/host"
)

// TestProcessorIsTaken fails when gVisor changes, because what processor.go
// relies on is private to gVisor: read its dispatcher.go again.
func TestProcessorIsTaken(t *testing.T) {
	l := newLab(t, 1, nil)
	if !host.HasProcessor(l.Hosts[0]) {
		t.Error("settling: by Pause and Resume, want by the loop: the fields in processor.go are not those of gVisor's dispatcher.go")
	}
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\s+gvisor\.dev/gvisor (\S+)$`).FindSubmatch(text)
	if found == nil || string(found[1]) != host.GVisorRead {
		t.Errorf("gVisor in go.mod: got %s, want %s: read start and its callers in dispatcher.go, then change processor.go", found, host.GVisorRead)
	}
}

// TestForeignProcessorsAreLeftAlone: a stack that is not as expected keeps its
// goroutines.
func TestForeignProcessorsAreLeftAlone(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	two := stack.New(stack.Options{TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol}})
	defer two.Destroy()
	if host.TakesProcessor(two) {
		t.Error("stack with two processors: one was taken")
	}
	none := stack.New(stack.Options{})
	defer none.Destroy()
	if host.TakesProcessor(none) {
		t.Error("stack without TCP: a processor was taken")
	}
	two.Pause() // returns when both goroutines have answered
	two.Resume()
}

// TestBothWaysOfSettlingAreEqual: the same frames pass at the same instants
// whether segments are processed on the loop's goroutine or by the stack's own.
func TestBothWaysOfSettlingAreEqual(t *testing.T) {
	loop, events, _ := eventful(t, false, nil)
	host.WithoutProcessors(func() {
		before := runtime.NumGoroutine()
		l := newLab(t, 3, nil)
		if host.HasProcessor(l.Hosts[0]) || runtime.NumGoroutine() < before+3 {
			t.Error("settling by Pause and Resume: the processors have no goroutines")
		}
		goroutines, same, _ := eventful(t, false, nil)
		if goroutines != loop || same != events {
			t.Errorf("digest: got %s and %d events on the loop's goroutine, want %s and %d as by Pause and Resume", loop, events, goroutines, same)
		}
	})
}
