package ftp

import (
	"bufio"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
)

func reader(text string) *bufio.Reader { return bufio.NewReaderSize(strings.NewReader(text), lineMax) }

// TestReadReply: RFC 959 §4.2.
func TestReadReply(t *testing.T) {
	long := strings.Repeat("x", lineMax)
	for _, c := range []struct {
		text string
		err  error
	}{
		{"", io.EOF},
		{"220 no end", io.EOF},
		{"220-first\r\n220", io.EOF},
		{"\r\n", errReply},
		{"22\r\n", errReply},
		{"020 low\r\n", errReply},
		{"620 high\r\n", errReply},
		{"2x0 letter\r\n", errReply},
		{"2200 long\r\n", errReply},
		{"HTTP/1.1 400 Bad Request\r\n", errReply},
		{"220 " + long + "\r\n", errLine},
		{"220-" + "a\r\n" + long + "\r\n", errLine},
	} {
		if r, err := readReply(reader(c.text)); !errors.Is(err, c.err) || r != (reply{}) {
			t.Errorf("%.20q: got %v, %v, want %v", c.text, r, err, c.err)
		}
	}
	for text, want := range map[string]reply{
		"220 ready\r\n": {220, "ready"},
		"220 ready\n":   {220, "ready"},
		"220\r\n":       {220, ""},
		"220-Welcome\r\n220-to\r\n us\r\n220 end\r\n": {220, "end"},
		"220-331 no\r\n331 no\r\n220 yes\r\n":         {220, "yes"},
	} {
		if got, err := readReply(reader(text)); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
}

// TestPassiveAddress: what entering says reads back, and what others say too;
// nothing else is an address.
func TestPassiveAddress(t *testing.T) {
	for _, text := range []string{
		"", "Entering Passive Mode.", "()", "(192,0,2,100,195)", "(192,0,2,100,195,80,1)", "(192,0,2,100,195,256)",
		"(192,0,2,100,-1,80)", "(192,0,2,100,0,0)", "(192,0,2,100,195,80", "192,0,2,100,195,80)", "(192.0.2.100,195,80)",
	} {
		if at, err := (reply{227, text}).passiveAddress(); err == nil {
			t.Errorf("%q: got %v, want an error", text, at)
		}
	}
	want := netip.MustParseAddrPort("192.0.2.100:50000")
	for _, r := range []reply{entering(want), {227, "Okay (192,0,2,100,195,80)"}} {
		if got, err := r.passiveAddress(); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", r.text, got, err, want)
		}
	}
	if got := entering(want).line(); got != "227 Entering Passive Mode (192,0,2,100,195,80).\r\n" {
		t.Errorf("got %q", got)
	}
}

func TestSizeOfOpening(t *testing.T) {
	for text, want := range map[string]int64{
		opening(42, 1000).text: 1000, opening(42, 0).text: 0, "Opening (65536 bytes)": 65536,
		"": -1, "Opening": -1, "Opening (x bytes).": -1, "Opening (-5 bytes).": -1, "Opening 5 bytes": -1, "Opening (5 bytes) soon": -1,
	} {
		if got := (reply{150, text}).size(); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

func TestGreeting(t *testing.T) {
	for text, want := range map[string]string{
		greeting("dp-a").text: "dp-a", "(vsFTPd 3.0.3)": "", "": "", "cablepull": "",
	} {
		if got := (reply{220, text}).server(); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzReadReply: any bytes give a reply with a code or an error.
func FuzzReadReply(f *testing.F) {
	f.Add("227 Entering Passive Mode (192,0,2,100,195,80).\r\n")
	f.Add("150 Opening (10 bytes).\r\n")
	f.Add("220-a\r\n220 b\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := readReply(reader(text))
		if err == nil && (r.code < 100 || r.code > 599) {
			t.Errorf("%q: got %v", text, r)
		}
		if at, err := r.passiveAddress(); err == nil && (!at.IsValid() || at.Port() == 0) {
			t.Errorf("%q: got %v", text, at)
		}
		if r.size() < -1 {
			t.Errorf("%q: size %d", text, r.size())
		}
	})
}
