package queue

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// script plays a broker. A line of it is an event, then " > " and the actions
// that it must cause, in order; "-" for none.
//
//	publish S q:NAME|t:NAME PUBLISHER N [transient]
//	subscribe S.N q:NAME PREFETCH [TOKEN]
//	ack S.N DELIVERY · return S.N DELIVERY · unsubscribe S.N · end S
//	acquire S LEASE HOLDER TOKEN TIME · release S LEASE HOLDER TOKEN
//	wait TIME · restart
type script struct {
	t      *testing.T
	cfg    Config
	broker *Broker
	now    time.Duration
	drift  float64
}

func play(t *testing.T, cfg Config, lines string) *script {
	t.Helper()
	s := &script{t: t, cfg: cfg, broker: New(cfg)}
	s.play(lines)
	return s
}

func (s *script) play(lines string) {
	s.t.Helper()
	for line := range strings.Lines(lines) {
		event, want, _ := strings.Cut(strings.TrimSpace(line), " > ")
		if event == "" || strings.HasPrefix(event, "#") {
			continue
		}
		if got := s.step(event); got != strings.TrimSpace(want) {
			s.t.Errorf("%s\n got %s\nwant %s", event, got, want)
		}
	}
}

func (s *script) step(line string) string {
	w := strings.Fields(line)
	word := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	number := func(i int) (n uint64) { fmt.Sscan(word(i), &n); return n }
	span := func(i int) time.Duration { d, _ := time.ParseDuration(word(i)); return d }
	session, sub := 0, 0
	fmt.Sscanf(word(1), "%d.%d", &session, &sub)
	kind, name, _ := strings.Cut(word(2), ":")
	at := Address{kind == "t", name}
	var e Event
	switch w[0] {
	case "publish":
		e = Publish{session, at, Message{word(3), number(4), word(5) == "", ""}}
	case "subscribe":
		e = Subscribe{session, sub, at, int(number(3)), number(4)}
	case "ack":
		e = Acknowledge{session, sub, number(2)}
	case "return":
		e = Return{session, sub, number(2)}
	case "unsubscribe":
		e = Unsubscribe{session, sub}
	case "end":
		e = End{session}
	case "acquire":
		e = Acquire{session, word(2), word(3), number(4), span(5), s.drift}
	case "release":
		e = Release{session, word(2), word(3), number(4)}
	case "wait":
		s.now += span(1)
		e = Timeout{}
	case "restart":
		b, lost := Restart(s.broker, s.cfg, s.now)
		s.broker = b
		return fmt.Sprintf("lost %d", lost)
	default:
		s.t.Fatalf("script: got %q, want an event", line)
	}
	var all []string
	for _, a := range s.broker.Step(s.now, e) {
		all = append(all, text(a))
	}
	if len(all) == 0 {
		return "-"
	}
	return strings.Join(all, ", ")
}

func text(a Action) string {
	switch a := a.(type) {
	case Confirmed:
		if a.Known {
			return fmt.Sprintf("%d known %d", a.Session, a.Number)
		}
		return fmt.Sprintf("%d has %d", a.Session, a.Number)
	case Delivered:
		again := ""
		if a.Count > 1 {
			again = fmt.Sprintf(" x%d", a.Count)
		}
		return fmt.Sprintf("%d.%d gets %s%d as %d%s", a.Session, a.Subscription, a.Message.Publisher, a.Message.Number, a.Delivery, again)
	case Receipt:
		return fmt.Sprintf("%d.%d done %d", a.Session, a.Subscription, a.Delivery)
	case Refused:
		return fmt.Sprintf("%d no %s: %s", a.Session, a.What, a.Reason)
	case Fenced:
		return fmt.Sprintf("%d.%d fenced %d", a.Session, a.Subscription, a.Token)
	case Granted:
		if a.Renewed {
			return fmt.Sprintf("%d renews %d", a.Session, a.Token)
		}
		return fmt.Sprintf("%d holds %d", a.Session, a.Token)
	case LeaseEnded:
		return fmt.Sprintf("%s %s %d", a.Holder, a.Reason, a.Token)
	case Dropped:
		return fmt.Sprintf("drops %s%d %s", a.Message.Publisher, a.Message.Number, a.Reason)
	}
	return fmt.Sprintf("%T", a)
}
