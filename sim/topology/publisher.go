package topology

import (
	"cmp"
	"net/netip"
	"time"
)

// Publisher sends numbered messages to a queue or a topic, one after the other:
// a message that blocks makes the next ones wait. Numbers go on after a loss of
// power.
type Publisher struct {
	Queue      string        `yaml:"queue" doc:"the queue that it sends to"`
	Topic      string        `yaml:"topic" doc:"the topic that it sends to, in place of a queue"`
	Brokers    Brokers       `yaml:"brokers" doc:"the brokers: a connection URL or a mapping" jsonschema:"required"`
	Rate       Rate          `yaml:"rate" doc:"how many messages come due, such as 5/s (default 10/s); those that come due while it blocks are sent later"`
	Start      time.Duration `yaml:"start" doc:"when the first message is due (default 0)"`
	Stop       time.Duration `yaml:"stop" doc:"when the last message is due (default: the end of the run)"`
	Size       int64         `yaml:"size" form:"bytes" doc:"size of a message (default 100)" jsonschema:"minimum=1,maximum=65536"`
	Persistent *bool         `yaml:"persistent" doc:"messages survive a restart of the broker (default on)"`
	Confirm    *bool         `yaml:"confirm" doc:"it waits until the broker has each message, and sends it again when it cannot know (default on); off: it sends and forgets"`
	Timeout    time.Duration `yaml:"timeout" doc:"how long it waits for the broker before it connects anew (default: as long as the connection lives)"`
}

// Complete implements Program.
func (p Publisher) Complete(at Place) Program {
	p.Brokers = p.Brokers.complete(at.Topology)
	p.Rate = cmp.Or(p.Rate, 10)
	p.Size = cmp.Or(p.Size, 100)
	p.Persistent = orOn(p.Persistent)
	p.Confirm = orOn(p.Confirm)
	return &p
}

// orOn returns a switch that is on if it was left out.
func orOn(given *bool) *bool {
	if given == nil {
		on := true
		return &on
	}
	return given
}

// Problems implements Program.
func (p Publisher) Problems(at Place) []Problem {
	c := at.check()
	p.Brokers.problems(c, []string{"brokers"}, at.Node)
	switch {
	case (p.Queue == "") == (p.Topic == ""):
		c.fail(nil, "got queue %q and topic %q, want one of both", p.Queue, p.Topic)
	case p.Queue != "":
		c.addressName([]string{"queue"}, p.Queue)
	default:
		c.addressName([]string{"topic"}, p.Topic)
	}
	if p.Stop > 0 && p.Stop < p.Start {
		c.fail([]string{"stop"}, "got %s, want at least %s, when it starts", p.Stop, p.Start)
	}
	return c.problems
}

// Addresses implements Program.
func (Publisher) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Publisher) ServiceNames() []string { return nil }

// Properties implements Program.
func (Publisher) Properties() []Property { return nil }

// Faults implements Program.
func (Publisher) Faults() []string { return nil }
