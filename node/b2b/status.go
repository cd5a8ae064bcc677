package b2b

import "fmt"

// MessageStatus is what a party answers to a status request, in the words of
// ebMS 2.0 §7.1.2.
type MessageStatus string

// The answers that the bench gives. The standard also has UnAuthorized and
// Forwarded.
const (
	NotRecognized   MessageStatus = "NotRecognized"
	StatusReceived  MessageStatus = "Received"
	StatusProcessed MessageStatus = "Processed"
)

// Status answers a status request for a document that the other side has sent.
func (s *Store) Status(id string) MessageStatus {
	switch t := s.all[id]; {
	case t == nil || t.Sent:
		return NotRecognized
	case !t.Receipt:
		return StatusReceived // its receipt is under way
	}
	return StatusProcessed
}

// StatusType is the Content-Type of a status request and its answer.
const StatusType = "text/plain"

// StatusRequest is the body of a status request, and StatusAnswer of its
// answer: the fields of ebMS without its envelope.
func StatusRequest(id string) string { return "RefToMessageId: " + id + "\r\n" }

// StatusAnswer is the body of the answer to a status request.
func StatusAnswer(id string, m MessageStatus) string {
	return fmt.Sprintf("RefToMessageId: %s\r\nMessageStatus: %s\r\n", id, m)
}

// ParseStatus reads a status request or its answer; that of a request has no
// status. Its error is a *FormatError.
func ParseStatus(text []byte) (id string, m MessageStatus, err error) {
	fields, ok := parseFields(text)
	if !ok || fields.Get("RefToMessageId") == "" {
		return "", "", malformed("status: RefToMessageId is missing")
	}
	return fields.Get("RefToMessageId"), MessageStatus(fields.Get("MessageStatus")), nil
}
