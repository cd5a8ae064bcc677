package database

import (
	"time"

	"github.com/cablepull/cablepull/node/database/engine"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// follower is a replica's connection to its primary, and the proc that opens it
// again and again.
type follower struct {
	database *Database
	link     *session.Link // nil: not connected
	over     bool
}

// connectTime is how long a replica waits for a connection to its primary.
const connectTime = 10 * time.Second

func (d *Database) follow() {
	f := &follower{database: d}
	d.follower = f
	d.host.Go("database follower", f.run)
}

// unfollow ends what follow began.
func (d *Database) unfollow() {
	f := d.follower
	if f == nil {
		return
	}
	d.follower, f.over = nil, true
	if f.link != nil {
		f.link.Abort()
	}
}

func (f *follower) run(p *sim.Proc) {
	for !f.over {
		if link, err := session.Dial(f.database.host, f.database.cfg.Primary, connectTime); err == nil {
			f.link = link
			f.receive()
			f.link = nil
			link.Close()
		}
		if !f.over {
			p.Sleep(f.database.cfg.Retry)
		}
	}
}

// receive follows the primary until the connection ends.
func (f *follower) receive() {
	d := f.database
	if m, err := f.link.Receive(silenceTime); err != nil || m.Verb != VerbWelcome || f.over {
		return
	}
	at := d.engine.Position()
	f.link.Post(session.New(verbAttach, at.Timeline, number(at.Number)))
	feed, whole, lost := engine.Feed{}, true, 0
	for rows := 0; ; {
		m, err := f.link.Receive(silenceTime)
		if err != nil || f.over || d.follower != f {
			return
		}
		switch m.Verb {
		case verbHistory:
			feed.History = historyOf(m)
		case verbLost:
			lost = int(numberOf(m.Field(0)))
		case verbCopy:
			feed.Full, feed.At, rows = true, numberOf(m.Field(0)), int(numberOf(m.Field(1)))
		case verbRow:
			feed.Copy = append(feed.Copy, engine.Write{Key: engine.Key{Table: m.Field(0), Row: m.Field(1)}, Value: m.Field(2)})
		case verbRecord:
			r, ok := recordOf(m)
			if !ok {
				return
			}
			feed.Records = append(feed.Records, r)
		case verbRecords:
			if whole = false; len(feed.Copy) != rows {
				return
			}
			d.host.Log(event.DatabaseFollowed{Primary: d.cfg.Primary.String(), Lost: lost})
		case verbBeat:
			f.acknowledge(d.engine.Position())
			continue
		default:
			return // refused, or not a database
		}
		if !whole {
			d.step(engine.Event{Kind: engine.Received, Feed: feed})
			feed = engine.Feed{}
		}
	}
}

// acknowledge tells the primary what is written.
func (f *follower) acknowledge(at engine.Position) {
	if f != nil && f.link != nil {
		f.link.Post(session.New(verbAck, at.Timeline, number(at.Number)))
	}
}

func historyOf(m session.Message) []engine.Fork {
	history := []engine.Fork{}
	for i := 0; i+1 < len(m.Fields); i += 2 {
		history = append(history, engine.Fork{Timeline: m.Fields[i], After: numberOf(m.Fields[i+1])})
	}
	return history
}
