//go:build linux

package process

import (
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/world"
)

// refusal is a fault that is not possible on the node as it is now. This is a
// mistake of the timeline; other failures are not.
type refusal struct {
	At      time.Duration `json:"at"`
	Fault   string        `json:"fault"`
	Mistake string        `json:"mistake"` // as in package fault
	Message string        `json:"message"`
}

// noticeOf is the notice of what ended a node.
func noticeOf(err error) notice {
	var failed *world.FaultError
	if mistake := fault.Mistake(err); mistake != nil && errors.As(err, &failed) {
		return notice{Refused: &refusal{failed.At, failed.Fault.String(), mistake.Error(), failed.Err.Error()}}
	}
	return notice{Failed: err.Error()}
}

// error is the error that the coordinator's own machines would return.
func (r refusal) error() error {
	f, err := fault.Parse(r.Fault)
	mistake := fault.MistakeOf(r.Mistake)
	if err != nil || mistake == nil {
		return fmt.Errorf("%s: %s: %w", r.Fault, r.Message, errProtocol)
	}
	return &world.FaultError{At: r.At, Fault: f, Err: refused{r.Message, mistake}}
}

// refused is a mistake in the words of a node.
type refused struct {
	message string
	mistake error
}

func (e refused) Error() string { return e.message }

func (e refused) Unwrap() error { return e.mistake }
