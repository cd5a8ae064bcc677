package member

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/node/cluster"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// letter is the verb of a message of the application. Its fields are an ID, a
// text, and "repeated" if it is sent again to a member that has joined.
const letter = "letter"

// send sends a message to all other members.
func (l *life) send(text string) {
	l.posted++
	one := cluster.Letter{ID: l.self.ID + "#" + strconv.Itoa(l.posted), Text: text}
	l.mailbox.Sent(l.now(), one)
	recipients := 0
	for _, m := range l.machine.Members() {
		if m != l.self {
			recipients++
			l.post(m.Address, session.New(letter, one.ID, one.Text))
		}
	}
	l.log(event.ClusterMessageSent{Message: one.ID, Recipients: recipients, Instance: l.of})
}

// repeat sends a member that has joined all messages that are kept.
func (l *life) repeat(to netip.AddrPort) {
	for _, one := range l.mailbox.Repeat() {
		l.post(to, session.New(letter, one.ID, one.Text, "repeated"))
	}
}

// receive takes in a message.
func (l *life) receive(from cluster.Member, m session.Message) {
	one := cluster.Letter{ID: m.Field(0), Text: m.Field(1)}
	repeated := m.Field(2) != ""
	if !l.mailbox.Receive(l.now(), one, repeated) {
		l.log(event.ClusterMessageDropped{Message: one.ID, From: from.Name, Instance: l.of})
		return
	}
	l.compare(from, one.ID)
	l.log(event.ClusterMessageDelivered{Message: one.ID, From: from.Name, Repeated: repeated, Instance: l.of})
	for _, f := range l.letter {
		f(one.Text)
	}
}

// compare finds messages that are missing. A sender's messages come in order,
// and what it repeats comes before anything new; so what is missing then is
// lost. Of a life of which nothing has come, nothing is missed.
func (l *life) compare(from cluster.Member, id string) {
	of, text, _ := strings.Cut(id, "#")
	n, err := strconv.Atoi(text)
	if err != nil {
		return
	}
	last, known := l.last[of]
	if known && n > last+1 {
		l.log(event.ClusterMessagesMissed{From: from.Name, First: of + "#" + strconv.Itoa(last+1), Count: n - last - 1, Instance: l.of})
	}
	l.last[of] = max(last, n)
}

// clean forgets old messages at times.
func (l *life) clean() {
	l.host.Go("cluster cleanup", func(p *sim.Proc) {
		for {
			p.Sleep(cluster.CleanupTime)
			if l.over {
				return
			}
			l.mailbox.Clean(l.now())
		}
	})
}
