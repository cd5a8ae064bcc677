package event

import "time"

// ProgramEnded: a program of a real host ended, for whatever reason.
type ProgramEnded struct {
	Program string
	Status  string // exit 0, signal terminated
}

// ProgramSaid: a program of a real host printed a line that its scenario
// watches for.
type ProgramSaid struct {
	Program string
	Line    string // printable characters only, cut if it is long
}

// Kind implements Body.
func (ProgramEnded) Kind() string { return "program-ended" }

// Kind implements Body.
func (ProgramSaid) Kind() string { return "program-said" }

// ProbeChanged: a probe found its target up or down.
type ProbeChanged struct {
	Target string
	By     string `words:"tcp-half,tcp-full,http-status,http-token,http-regexp,soap,json,ldap-ping,ldap-bind,ims"`
	State  string `words:"up,down"`
	Reason string // why the last check failed, such as timeout, status 503; empty: it succeeded
}

// NameResolved: a program got other addresses for a name than before, or the
// first ones. Node is the machine that asked.
type NameResolved struct {
	Name      string        // in full, such as app.example
	Addresses string        // in the order of the answer, with commas between them
	TTL       time.Duration // how long the answer may be kept
	Server    string        // the address of the resolver
}

// NameFailed: a program could not find the addresses of a name, for another
// reason than the last time, or could the last time.
type NameFailed struct {
	Name   string
	Reason string `words:"timeout,refused,unreachable,unknown,empty,failed"`
}

// RecordChanged: a resolver answers with other addresses or another TTL,
// because of a health check or because somebody has set them.
type RecordChanged struct {
	Name      string // in full, such as app.example
	Addresses string // that answers contain, with commas between them, or none
	TTL       time.Duration
	Reason    string // set, or what a check found: 192.0.2.11 is down: timeout
}

// Kind implements Body.
func (NameResolved) Kind() string { return "name-resolved" }

// Kind implements Body.
func (NameFailed) Kind() string { return "name-failed" }

// Kind implements Body.
func (RecordChanged) Kind() string { return "record-changed" }

// Kind implements Body.
func (ProbeChanged) Kind() string { return "probe-changed" }
