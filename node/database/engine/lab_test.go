package engine

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// settings are those of the tests, unless they say otherwise.
var settings = Config{Commit: 5 * time.Millisecond, Connections: 3, LockWait: 50 * time.Second, Checkpoint: 5 * time.Minute}

// lab is an engine that is asked in words.
type lab struct {
	*testing.T
	*Engine
	now time.Duration
}

// newLab returns an engine that is ready, with sessions 1 and 2.
func newLab(t *testing.T, cfg Config, store *Store) *lab {
	l := &lab{T: t, Engine: New(cfg, store, 0)}
	l.now, _ = l.Engine.Deadline()
	l.want("due", "ready")
	l.want("1 connect", "")
	l.want("2 connect", "")
	return l
}

// row is what a test does and what the engine then has to do: an instant in
// milliseconds, the event and the actions.
type row struct {
	at          int
	event, want string
}

func (l *lab) play(rows ...row) {
	l.Helper()
	for _, r := range rows {
		l.now = time.Duration(r.at) * time.Millisecond
		l.want(r.event, r.want)
	}
}

var verbs = map[string]Verb{"ping": Ping, "get": Get, "keys": Keys, "commit": Commit, "rollback": Rollback, "lock": Lock, "put": Put, "append": Append, "delete": Delete}

// want does something and compares the actions: "1 put a x" is a statement of
// session 1, "1 put! a x" one with auto-commit.
func (l *lab) want(what, want string) {
	l.Helper()
	ev := Event{}
	words := strings.Fields(what)
	if n, err := strconv.Atoi(words[0]); err == nil {
		ev.Session, words = n, words[1:]
	}
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch words[0] {
	case "due":
	case "connect":
		ev.Kind = Connected
	case "disconnect":
		ev.Kind = Disconnected
	case "attach", "ack":
		ev.Kind = map[string]EventKind{"attach": Attached, "ack": Acknowledged}[words[0]]
		n, _ := strconv.Atoi(word(1))
		ev.Position = Position{word(2), uint64(n)}
	case "promote":
		ev.Kind, ev.Timeline = Promoted, word(1)
	case "demote":
		ev.Kind = Demoted
	case "disk":
		ev.Kind, ev.Full = DiskChanged, word(1) == "full"
	case "hold":
		ev.Kind = Held
		if word(1) != "" {
			ev.Key = Key{"t", word(1)}
		}
	default:
		verb, auto := strings.CutSuffix(words[0], "!")
		v, known := verbs[verb]
		if !known {
			l.Fatalf("no such event: %s", what)
		}
		ev.Kind = Asked
		ev.Statement = Statement{Verb: v, Key: Key{"t", word(1)}, Value: word(2), Auto: auto}
	}
	if got := said(l.Step(l.now, ev)); got != want {
		l.Errorf("%v, %s: got %q, want %q", l.now, what, got, want)
	}
}

var codes = map[Code]string{OK: "ok", ReadOnly: "read-only", LockTimeout: "lock-timeout", Deadlock: "deadlock", DiskFull: "disk-full", TooMany: "too-many", Closing: "closing"}

// said puts actions into words.
func said(actions []Action) string {
	var all []string
	for _, a := range actions {
		answer := codes[a.Answer.Code]
		if a.Answer.Value != "" {
			answer = strings.ReplaceAll(a.Answer.Value, "\n", ",")
		}
		all = append(all, map[ActionKind]func() string{
			Ready:       func() string { return "ready" },
			Reply:       func() string { return fmt.Sprint(a.Session, " ", answer) },
			Refuse:      func() string { return fmt.Sprint(a.Session, " refused ", answer) },
			Send:        func() string { return fmt.Sprint(a.Session, " send", feedOf(a.Feed)) },
			Acknowledge: func() string { return fmt.Sprint("ack ", a.At.Number) },
			Diverged:    func() string { return fmt.Sprint(a.Session, " lost ", a.Lost) },
			Degraded:    func() string { return "degraded" },
			Restored:    func() string { return "restored" },
		}[a.Kind]())
	}
	return strings.Join(all, "; ")
}

func feedOf(f Feed) string {
	text := ""
	if f.Full {
		text = fmt.Sprintf(" copy of %d at %d", len(f.Copy), f.At)
	}
	for _, r := range f.Records {
		text += fmt.Sprint(" ", r.Number)
	}
	return text
}
