package database

import (
	"strconv"

	"github.com/cablepull/cablepull/node/database/engine"
	"github.com/cablepull/cablepull/node/session"
)

// The messages between a database and its clients. The database begins:
//
//	welcome primary                  or: refused too-many-connections
//	get TABLE ROW                    found VALUE, or: none
//	keys TABLE                       found KEYS, one a line
//	lock TABLE ROW                   as get
//	put TABLE ROW VALUE              ok
//	append TABLE ROW WORD            ok
//	delete TABLE ROW                 ok
//	commit, rollback, ping           ok
//
// A verb that ends in ! commits at once. Instead of an answer there may be an
// error, which is one of the words of codes.
//
// A replica says attach TIMELINE NUMBER, and gets what it lacks, in the order
// of its numbers:
//
//	history TIMELINE AFTER ...       the timelines of the data of the primary
//	lost COUNT                       transactions that only the replica had
//	copy NUMBER ROWS                 forget all: as many rows follow
//	row TABLE ROW VALUE
//	records                          the end of what it lacked
//	record NUMBER WRITES...          each write: put or delete, table, row, value
//	beat                             nothing is new
//
// It answers records, record and beat by ack TIMELINE NUMBER, once that is
// written.
const (
	VerbWelcome = "welcome"
	VerbRefused = "refused"
	VerbFound   = "found"
	VerbNone    = "none"
	VerbOK      = "ok"

	verbAttach  = "attach"
	verbHistory = "history"
	verbCopy    = "copy"
	verbRow     = "row"
	verbRecords = "records"
	verbRecord  = "record"
	verbLost    = "lost"
	verbBeat    = "beat"
	verbAck     = "ack"
)

// statements are the verbs of clients.
var statements = map[string]engine.Verb{
	"ping": engine.Ping, "get": engine.Get, "keys": engine.Keys, "commit": engine.Commit, "rollback": engine.Rollback,
	"lock": engine.Lock, "put": engine.Put, "append": engine.Append, "delete": engine.Delete,
}

// The errors of a database, as answers and events name them.
const (
	TooMany     = "too-many-connections"
	ReadOnly    = "read-only"
	LockTimeout = "lock-timeout"
	Deadlock    = "deadlock"
	DiskFull    = "disk-full"
	Closing     = "closing"
)

var codes = map[engine.Code]string{
	engine.TooMany: TooMany, engine.ReadOnly: ReadOnly, engine.LockTimeout: LockTimeout, engine.Deadlock: Deadlock,
	engine.DiskFull: DiskFull, engine.Closing: Closing,
}

// statementOf reads what a client asks for; false: it is none.
func statementOf(m session.Message) (engine.Statement, bool) {
	verb, auto := m.Verb, false
	if n := len(verb); n > 0 && verb[n-1] == '!' {
		verb, auto = verb[:n-1], true
	}
	v, known := statements[verb]
	return engine.Statement{Verb: v, Key: engine.Key{Table: m.Field(0), Row: m.Field(1)}, Value: m.Field(2), Auto: auto}, known
}

// answerOf is the message of an answer to a statement. One that finds nothing
// to show is answered with ok.
func answerOf(v engine.Verb, a engine.Answer) session.Message {
	switch {
	case a.Code != engine.OK:
		return session.New(codes[a.Code])
	case v != engine.Get && v != engine.Keys && v != engine.Lock:
		return session.New(VerbOK)
	case a.Found:
		return session.New(VerbFound, a.Value)
	}
	return session.New(VerbNone)
}

// feedOf is the messages that feed a replica. Whole says that they are what it
// lacked when it came.
func feedOf(f engine.Feed, whole bool) []session.Message {
	var all []session.Message
	if whole {
		history := session.New(verbHistory)
		for _, h := range f.History {
			history.Fields = append(history.Fields, h.Timeline, number(h.After))
		}
		all = append(all, history)
	}
	if f.Full {
		all = append(all, session.New(verbCopy, number(f.At), strconv.Itoa(len(f.Copy))))
		for _, w := range f.Copy {
			all = append(all, session.New(verbRow, w.Key.Table, w.Key.Row, w.Value))
		}
	}
	for _, r := range f.Records {
		m := session.New(verbRecord, number(r.Number))
		for _, w := range r.Writes {
			verb := "put"
			if w.Delete {
				verb = "delete"
			}
			m.Fields = append(m.Fields, verb, w.Key.Table, w.Key.Row, w.Value)
		}
		all = append(all, m)
	}
	if whole {
		all = append(all, session.New(verbRecords))
	}
	return all
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// numberOf reads a number; what is none is 0, which no record has.
func numberOf(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// recordOf reads a record; false: it is none.
func recordOf(m session.Message) (engine.Record, bool) {
	r := engine.Record{Number: numberOf(m.Field(0))}
	if m.Verb != verbRecord || len(m.Fields)%4 != 1 {
		return r, false
	}
	for i := 1; i < len(m.Fields); i += 4 {
		r.Writes = append(r.Writes, engine.Write{
			Key: engine.Key{Table: m.Fields[i+1], Row: m.Fields[i+2]}, Value: m.Fields[i+3], Delete: m.Fields[i] == "delete",
		})
	}
	return r, true
}
