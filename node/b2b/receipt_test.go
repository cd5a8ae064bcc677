package b2b

import (
	"errors"
	"strings"
	"testing"
)

// TestParseReceipt: errors first, then what a receipt looks like.
func TestParseReceipt(t *testing.T) {
	good := Receipt{"<1@a>", "p1", DispositionProcessed}.Marshal()
	for _, c := range []struct{ kind, body, want string }{
		{"text/plain", good, `b2b: receipt: Content-Type: got "text/plain", want multipart/report`},
		{"", good, `b2b: receipt: Content-Type: got "", want multipart/report`},
		{"multipart/report", good, `b2b: receipt: Content-Type: got "multipart/report", want multipart/report`},
		{ReceiptType, strings.Repeat(" ", receiptMax+1), "b2b: receipt: got 65537 bytes, want at most 65536"},
		{"multipart/report; boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n", "b2b: receipt: got no part of type message/disposition-notification, want one"},
		{ReceiptType, "", "b2b: receipt: got broken parts, want those of RFC 2046"},
		{ReceiptType, good[:100], "b2b: receipt: got broken parts, want those of RFC 2046"},
		{ReceiptType, strings.Replace(good, "Original-Message-ID: <1@a>", "Nothing", 1), "b2b: receipt: got other lines, want fields"},
		{ReceiptType, strings.Replace(good, "Original-Message-ID", "X", 1), "b2b: receipt: Original-Message-ID is missing"},
		{ReceiptType, strings.Replace(good, "sent-automatically; processed", "sent-automatically", 1), `b2b: receipt: Disposition: got "automatic-action/MDN-sent-automatically", want a mode and a type`},
	} {
		_, err := ParseReceipt(c.kind, []byte(c.body))
		var format *FormatError
		if !errors.As(err, &format) || err.Error() != c.want {
			t.Errorf("%.30q of %.40q: got %v, want %s", c.kind, c.body, err, c.want)
		}
	}
	// RFC 4130 has the boundary without quotes, and other parts before ours.
	got, err := ParseReceipt("multipart/report; boundary=b", []byte("--b\r\nContent-Type: message/disposition-notification\r\n\r\n"+
		"original-message-id: <x@y>\r\ndisposition: automatic-action/MDN-sent-automatically;processed/Warning: duplicate-document\r\n--b--\r\n"))
	if want := (Receipt{"<x@y>", "", DispositionDuplicate}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// TestReceipts: what is written reads back as the same.
func TestReceipts(t *testing.T) {
	for disposition, want := range map[Disposition]struct {
		positive bool
		word     string
	}{
		DispositionProcessed: {true, "processed"}, DispositionDuplicate: {true, "duplicate"},
		"failed/Failure: unsupported format": {false, "refused"},
	} {
		r := Receipt{"<1.2@a>", "p1", disposition}
		got, err := ParseReceipt(ReceiptType, []byte(r.Marshal()))
		if err != nil || got != r || got.Disposition.Positive() != want.positive || got.Disposition.Word() != want.word {
			t.Errorf("%s: got %+v, %v", disposition, got, err)
		}
	}
}

// TestStatus: requests and answers, errors first.
func TestStatus(t *testing.T) {
	for _, text := range []string{"", "x", "MessageStatus: Processed\r\n", "RefToMessageId: \r\n"} {
		if _, _, err := ParseStatus([]byte(text)); err == nil {
			t.Errorf("%q: got no error", text)
		}
	}
	if id, m, err := ParseStatus([]byte(StatusRequest("<1@a>"))); id != "<1@a>" || m != "" || err != nil {
		t.Errorf("request: got %q, %q, %v", id, m, err)
	}
	if id, m, err := ParseStatus([]byte(StatusAnswer("<1@a>", NotRecognized))); id != "<1@a>" || m != NotRecognized || err != nil {
		t.Errorf("answer: got %q, %q, %v", id, m, err)
	}
}

// FuzzParse: no text makes a reader fail otherwise than by its error, and what
// reads as a receipt has a document and a disposition.
func FuzzParse(f *testing.F) {
	f.Add(ReceiptType, []byte(Receipt{"<1@a>", "p1", DispositionDuplicate}.Marshal()))
	f.Add("multipart/report; boundary=b", []byte("--b\r\n\r\n--b--"))
	f.Add("", []byte(StatusAnswer("<1@a>", StatusProcessed)))
	f.Fuzz(func(t *testing.T, kind string, text []byte) {
		r, err := ParseReceipt(kind, text)
		var format *FormatError
		if err != nil && !errors.As(err, &format) || err == nil && (r.Message == "" || r.Disposition == "") {
			t.Errorf("got %+v, %v", r, err)
		}
		if id, _, err := ParseStatus(text); err != nil && !errors.As(err, &format) || err == nil && id == "" {
			t.Errorf("status: got %q, %v", id, err)
		}
	})
}
