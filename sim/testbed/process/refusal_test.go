//go:build linux

package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/world"
)

// TestRefusalCrosses: what a node refuses is for the coordinator the error that
// its own machines would return. Other failures are text.
func TestRefusalCrosses(t *testing.T) {
	at, f := 3*time.Second, fault.Freeze{Node: "a"}
	for _, mistake := range []error{fault.ErrDown, fault.ErrRefused, fault.ErrTarget, fault.ErrRealStack} {
		sent := fmt.Errorf("world: %w", &world.FaultError{At: at, Fault: f, Err: fmt.Errorf("a: %w", mistake)})
		data, err := json.Marshal(noticeOf(sent))
		if err != nil {
			t.Fatal(err)
		}
		var n notice
		if err := json.Unmarshal(data, &n); err != nil || n.Refused == nil || n.Failed != "" {
			t.Fatalf("%v: got %+v, %v, want a refusal", mistake, n, err)
		}
		got := n.Refused.error()
		var failed *world.FaultError
		if !errors.Is(got, mistake) || !errors.As(got, &failed) || failed.At != at || failed.Fault != f || "world: "+got.Error() != sent.Error() {
			t.Errorf("got %v, want %v", got, sent)
		}
	}
	if n := noticeOf(&world.FaultError{At: at, Fault: f, Err: errProtocol}); n.Refused != nil || n.Failed == "" {
		t.Errorf("of another failure: got %+v, want its text", n)
	}
	if err := (refusal{Fault: "freeze a", Mistake: "no such mistake"}).error(); !errors.Is(err, errProtocol) {
		t.Errorf("of an unknown mistake: got %v, want errProtocol", err)
	}
}
