package ftp

import (
	"strconv"
	"strings"
)

// state is how far a client has come in the dialogue of a control connection.
type state uint8

const (
	greeted state = iota // nobody has logged in
	named                // the name of a user has come, the password has not
	ready                // logged in
	passive              // logged in, and a port waits for the data connection
)

var stateNames = [...]string{"greeted", "named", "ready", "passive"}

func (s state) String() string { return stateNames[s] }

// action is what the server does before it replies.
type action uint8

const (
	none   action = iota
	listen        // open a port for the data connection
	send          // send the file
	hangUp        // end the connection after the reply
)

// reply is one answer of a server: RFC 959 §4.2.
type reply struct {
	code int
	text string
}

// The replies whose code depends on the state or on what an action finds.
var (
	wantUser    = reply{530, "Log in with USER and PASS."}
	noPort      = reply{425, "No port is free for the data connection."}
	noData      = reply{425, "The data connection was not opened in time."}
	noListener  = reply{425, "Use PASV first."}
	noMemory    = reply{451, "Out of memory."}
	broken      = reply{426, "The data connection was closed: transfer aborted."}
	idle        = reply{421, "No command for too long: closing the connection."}
	noFile      = reply{550, "No such file: the name is a number."}
	noWord      = reply{500, "No such command."}
	outOfOrder  = reply{503, "Send USER first."}
	onlyBinary  = reply{504, "Only type I."}
	needsNumber = reply{501, "The name of the file is missing."}
)

// command is one line of a client.
type command struct {
	verb, argument string
}

// parseCommand reads a line without its end. Verbs may be in any case.
func parseCommand(line string) command {
	verb, argument, _ := strings.Cut(line, " ")
	return command{strings.ToUpper(verb), argument}
}

// step says what a server replies to a command, in which state it is then, and
// what it does first: the reply to an action other than hangUp depends on what
// becomes of it.
func step(s state, c command) (state, reply, action) {
	switch c.verb {
	case "USER":
		return named, reply{331, "Any password will do."}, none
	case "PASS":
		if s != named {
			return s, outOfOrder, none
		}
		return ready, reply{230, "Logged in."}, none
	case "QUIT":
		return s, reply{221, "Goodbye."}, hangUp
	case "NOOP":
		return s, reply{200, "Nothing done."}, none
	case "TYPE", "PASV", "RETR":
		if s < ready {
			return s, wantUser, none
		}
		return stepUser(s, c)
	}
	return s, noWord, none
}

// stepUser is step for commands that only a user who has logged in may use.
func stepUser(s state, c command) (state, reply, action) {
	switch c.verb {
	case "TYPE":
		if !strings.EqualFold(c.argument, "I") {
			return s, onlyBinary, none
		}
		return s, reply{200, "Type is I."}, none
	case "PASV":
		return passive, reply{}, listen
	}
	_, isNumber := fileNumber(c.argument)
	switch {
	case c.argument == "":
		return s, needsNumber, none
	case !isNumber:
		return s, noFile, none
	case s != passive:
		return s, noListener, none
	}
	return ready, reply{}, send
}

// fileNumber returns the number that names a file, in whatever folder.
func fileNumber(path string) (uint64, bool) {
	number, err := strconv.ParseUint(path[strings.LastIndexByte(path, '/')+1:], 10, 64)
	return number, err == nil
}
