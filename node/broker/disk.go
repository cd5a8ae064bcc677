package broker

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/sim/topology"
)

// Disk is what a broker keeps through a loss of power. Of what is on it, a
// start takes what a real disk would have: see queue.Restart. That it also
// knows the rest tells how much was lost.
type Disk struct {
	// OnChange is told what happens to the broker, so that Redo can repeat it on an
	// empty disk; nil: nobody is.
	OnChange func(Change)

	cfg   queue.Config
	state *queue.Broker // nil: no broker has started yet
}

// NewDisk returns the empty disk of a broker. cfg must be complete.
func NewDisk(cfg topology.Broker) *Disk {
	return &Disk{cfg: queue.Config{Depth: cfg.Depth, Deliveries: cfg.Deliveries, Deduplicate: cfg.Deduplicate}}
}

// Change is something that happened to a broker: an event, or a start.
type Change struct {
	At    time.Duration // by the monotonic clock of the machine
	Event queue.Event   // nil: the broker has started
}

// Redo repeats a change.
func (d *Disk) Redo(c Change) {
	if c.Event == nil {
		d.start(c.At)
		return
	}
	d.state.Step(c.At, c.Event)
}

// start makes the broker what it is after a loss of power, and returns how many
// messages are lost. First says that it is new.
func (d *Disk) start(at time.Duration) (lost int, first bool) {
	if d.state == nil {
		d.state = queue.New(d.cfg)
		return 0, true
	}
	d.state, lost = queue.Restart(d.state, d.cfg, at)
	return lost, false
}

// Queues lists the queues that there are, sorted; none before the first start.
func (d *Disk) Queues() []string {
	if d.state == nil {
		return nil
	}
	return d.state.Queues()
}

// Most returns the most messages that a queue has had at once.
func (d *Disk) Most(name string) int { return d.state.Most(name) }

func (d *Disk) changed(at time.Duration, e queue.Event) {
	if d.OnChange != nil {
		d.OnChange(Change{at, e})
	}
}

// events are all kinds of events.
var events = func() map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for _, e := range []queue.Event{
		queue.Publish{}, queue.Subscribe{}, queue.Acknowledge{}, queue.Return{}, queue.Unsubscribe{},
		queue.End{}, queue.Acquire{}, queue.Release{}, queue.Timeout{},
	} {
		all[reflect.TypeOf(e).Name()] = reflect.TypeOf(e)
	}
	return all
}()

// written is the JSON form of a change.
type written struct {
	At    time.Duration
	Kind  string          `json:",omitempty"` // of the event
	Event json.RawMessage `json:",omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (c Change) MarshalJSON() ([]byte, error) {
	w := written{At: c.At}
	if c.Event != nil {
		w.Kind = reflect.TypeOf(c.Event).Name()
		if events[w.Kind] == nil {
			return nil, fmt.Errorf("broker: change: got %q, want a kind of event", w.Kind)
		}
		var err error
		if w.Event, err = json.Marshal(c.Event); err != nil {
			return nil, fmt.Errorf("broker: %s: %w", w.Kind, err)
		}
	}
	return json.Marshal(w)
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Change) UnmarshalJSON(text []byte) error {
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return fmt.Errorf("broker: change: %w", err)
	}
	c.At, c.Event = w.At, nil
	if w.Kind == "" {
		return nil
	}
	kind, known := events[w.Kind]
	if !known {
		return fmt.Errorf("broker: change: got %q, want a kind of event", w.Kind)
	}
	e := reflect.New(kind)
	if err := json.Unmarshal(w.Event, e.Interface()); err != nil {
		return fmt.Errorf("broker: %s: %w", w.Kind, err)
	}
	c.Event = e.Elem().Interface().(queue.Event)
	return nil
}
