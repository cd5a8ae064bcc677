package b2b

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"
)

// Disposition is what a receipt says of its document.
type Disposition string

// The dispositions that the bench sends: RFC 4130 §7.4.3 and §7.5.
const (
	DispositionProcessed Disposition = "processed"
	DispositionDuplicate Disposition = "processed/Warning: duplicate-document"
)

// Positive reports whether the document was processed, now or before.
func (d Disposition) Positive() bool { return strings.HasPrefix(string(d), "processed") }

// Word returns the disposition as events name it.
func (d Disposition) Word() string {
	switch {
	case !d.Positive():
		return "refused"
	case d == DispositionDuplicate:
		return "duplicate"
	}
	return "processed"
}

// Receipt is a message disposition notification: RFC 8098 §3, RFC 4130 §7.
type Receipt struct {
	Message     string // Message-ID of the document
	By          string // who sends the receipt
	Disposition Disposition
}

const (
	receiptBoundary = "cablepull-receipt"
	receiptPart     = "message/disposition-notification"
	dispositionMode = "automatic-action/MDN-sent-automatically; "
	receiptMax      = 64 << 10 // bytes; readers look at no more
)

// ReceiptType is the Content-Type of a receipt.
const ReceiptType = `multipart/report; report-type=disposition-notification; boundary="` + receiptBoundary + `"`

// Marshal returns the body of a receipt. Its parts are a text for people and
// the notification, without the signature that partners usually agree on.
func (r Receipt) Marshal() string {
	return fmt.Sprintf("--%[1]s\r\nContent-Type: text/plain\r\n\r\nThe document %[2]s: %[4]s\r\n"+
		"--%[1]s\r\nContent-Type: %[5]s\r\n\r\n"+
		"Reporting-UA: %[3]s\r\nOriginal-Recipient: rfc822; %[3]s\r\nFinal-Recipient: rfc822; %[3]s\r\n"+
		"Original-Message-ID: %[2]s\r\nDisposition: %[6]s%[4]s\r\n\r\n--%[1]s--\r\n",
		receiptBoundary, r.Message, r.By, r.Disposition, receiptPart, dispositionMode)
}

// FormatError says why a text is no receipt or no status.
type FormatError struct{ Detail string }

// Error implements error.
func (e *FormatError) Error() string { return "b2b: " + e.Detail }

func malformed(format string, args ...any) error {
	return &FormatError{fmt.Sprintf(format, args...)}
}

// ParseReceipt reads a receipt with its Content-Type. Its error is a
// *FormatError.
func ParseReceipt(contentType string, body []byte) (Receipt, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/report" || parameters["boundary"] == "" {
		return Receipt{}, malformed("receipt: Content-Type: got %.60q, want multipart/report", contentType)
	}
	if len(body) > receiptMax {
		return Receipt{}, malformed("receipt: got %d bytes, want at most %d", len(body), receiptMax)
	}
	for parts := multipart.NewReader(bytes.NewReader(body), parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return Receipt{}, malformed("receipt: got no part of type %s, want one", receiptPart)
		}
		if err != nil {
			return Receipt{}, malformed("receipt: got broken parts, want those of RFC 2046")
		}
		if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind != receiptPart {
			continue
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return Receipt{}, malformed("receipt: got broken parts, want those of RFC 2046")
		}
		return parseNotification(text)
	}
}

// parseNotification reads the fields of a notification.
func parseNotification(text []byte) (Receipt, error) {
	fields, ok := parseFields(text)
	if !ok {
		return Receipt{}, malformed("receipt: got other lines, want fields")
	}
	r := Receipt{Message: fields.Get("Original-Message-Id"), By: fields.Get("Reporting-Ua")}
	if r.Message == "" {
		return Receipt{}, malformed("receipt: Original-Message-ID is missing")
	}
	_, disposition, found := strings.Cut(fields.Get("Disposition"), ";")
	r.Disposition = Disposition(strings.TrimSpace(disposition))
	if !found || r.Disposition == "" {
		return Receipt{}, malformed("receipt: Disposition: got %.60q, want a mode and a type", fields.Get("Disposition"))
	}
	return r, nil
}

// parseFields reads lines of the form name: value.
func parseFields(text []byte) (textproto.MIMEHeader, bool) {
	fields := textproto.MIMEHeader{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, false
		}
		fields.Set(name, strings.TrimSpace(value))
	}
	return fields, true
}
