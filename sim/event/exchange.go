package event

import "time"

// DocumentSent: a party sends a business document, again if the attempt is not
// the first.
type DocumentSent struct {
	Message string // its Message-ID, the same for every attempt
	To      string // address and port of the other side
	Attempt int    // from 1
	Receipt string `words:"sync,async,none"` // that it asks for
}

// DocumentUndelivered: the other side did not take a document.
type DocumentUndelivered struct {
	Message string
	Attempt int
	Failure string // such as timeout, refused, status 503
}

// DocumentArrived: a document came to a party. It was processed, or recognised
// as one that this party has had before, or refused for lack of room.
type DocumentArrived struct {
	Message string
	From    string // the name of the sender
	Outcome string `words:"processed,duplicate,refused"`
}

// ReceiptSent: a party has delivered the receipt for a document that came to
// it, or could not.
type ReceiptSent struct {
	Message     string
	Disposition string `words:"processed,duplicate"`
	How         string `words:"sync,async"`
	Failure     string // why it could not; empty: it did
}

// ReceiptArrived: a receipt came to a party. It is matched if the party waits
// for it, late if it has given up the document, repeated if it has had one, and
// unknown if it has never sent the document: then the receipt has come to the
// wrong member.
type ReceiptArrived struct {
	Message     string
	Disposition string `words:"processed,duplicate,refused"`
	How         string `words:"sync,async"`
	Outcome     string `words:"matched,late,repeated,unknown"`
}

// DocumentEnded: a sender is done with a document.
type DocumentEnded struct {
	Message  string
	State    string        `words:"acknowledged,failed"`
	Attempts int           // transmissions
	After    time.Duration // since the first
}

// StatusArrived: a sender has asked what has become of a document.
type StatusArrived struct {
	Message string
	Status  string `words:"NotRecognized,Received,Processed,"` // empty: no answer came
	Failure string // why none came
}

// StoreChanged: a persistence store is full, or has room again.
type StoreChanged struct {
	Service   string
	State     string `words:"full,room"`
	Documents int    // in it
}

// DocumentForgotten: a persistence store has dropped a transaction.
type DocumentForgotten struct {
	Message string
	Reason  string `words:"full,retention"`
}

// StoreStatus: what a persistence store holds when the run ends.
type StoreStatus struct {
	Service   string
	Documents int // in it
	Waiting   int // of them: sent, and without a receipt
	Limit     int // 0: none
}

// Kind implements Body.
func (DocumentSent) Kind() string { return "document-sent" }

// Kind implements Body.
func (DocumentUndelivered) Kind() string { return "document-undelivered" }

// Kind implements Body.
func (DocumentArrived) Kind() string { return "document-arrived" }

// Kind implements Body.
func (ReceiptSent) Kind() string { return "receipt-sent" }

// Kind implements Body.
func (ReceiptArrived) Kind() string { return "receipt-arrived" }

// Kind implements Body.
func (DocumentEnded) Kind() string { return "document-ended" }

// Kind implements Body.
func (StatusArrived) Kind() string { return "status-arrived" }

// Kind implements Body.
func (StoreChanged) Kind() string { return "store-changed" }

// Kind implements Body.
func (DocumentForgotten) Kind() string { return "document-forgotten" }

// Kind implements Body.
func (StoreStatus) Kind() string { return "store-status" }
