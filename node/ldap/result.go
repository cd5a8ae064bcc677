package ldap

import "strconv"

// Result is the result code of an operation: RFC 4511 §4.1.9.
type Result int64

// Some of the results.
const (
	Success            Result = 0
	ProtocolError      Result = 2
	AuthNotSupported   Result = 7
	InvalidCredentials Result = 49
	Busy               Result = 51
	Unavailable        Result = 52
	UnwillingToPerform Result = 53
)

// resultNames are the names of the RFC.
var resultNames = map[Result]string{
	Success: "success", ProtocolError: "protocolError", AuthNotSupported: "authMethodNotSupported",
	InvalidCredentials: "invalidCredentials", Busy: "busy", Unavailable: "unavailable", UnwillingToPerform: "unwillingToPerform",
}

// String returns the RFC's name of a result, or its number.
func (r Result) String() string {
	if name, known := resultNames[r]; known {
		return name
	}
	return "result " + strconv.FormatInt(int64(r), 10)
}
