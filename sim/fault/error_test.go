package fault

import (
	"errors"
	"strings"
	"testing"
)

// goldenErrors shows what is said about wrong lines: where, what was got, what
// is wanted. Usage is left out; TestErrorsQuoteTheUsage looks at it.
var goldenErrors = []struct {
	line   string
	column int
	want   string
}{
	{"", 1, `verb: got nothing, want one`},
	{"   ", 1, `verb: got nothing, want one`},
	{"pul a.lan", 1, `(did you mean "pull"?)`},
	{"rebot a", 1, `(did you mean "reboot"?)`},
	{"zzzzzz a", 1, `verb: got "zzzzzz", want pull, plug, partition,`},
	{"pull", 5, `interface: got nothing, want one`},
	{"pull a", 6, `interface: got "a", want a node and its interface, such as a.lan`},
	{"pull A.lan", 6, `node: bad name: "A" has 'A', want lower-case letters, digits and dashes`},
	{"pull a.LAN", 8, `interface: bad name: "LAN"`},
	{"pull a.", 8, `interface: bad name: it is empty`},
	{"pull a.lan quietly", 12, `got "quietly", want the end of the line`},
	{"pull a.lan out", 12, `got "out", want the end of the line`},
	{"pull a.lan for", 12, `got "for", want the end of the line`},
	{"pull a.lan for 5", 16, `span: got "5", want a duration such as 5s, 20ms or 1m30s`},
	{"pull a.lan for -5s", 16, `span: got -5s, want at least 1ns`},
	{"plug a.lan for 5s", 12, "plug cannot be undone, want no `for`"},
	{"partition", 10, `got one set of nodes, want at least two with | between them`},
	{"partition a", 12, `got one set of nodes, want at least two with | between them`},
	{"partition a |", 14, `got nothing after the last |, want a node`},
	{"partition | a", 11, `got "|", want a node`},
	{"partition a | b a", 17, `node a is in the partition twice`},
	{"partition a -> b", 13, `got "->", want a node`},
	{"partition one-way a | b", 21, `got "|", want a node`},
	{"partition one-way a -> b -> c", 26, `got "->", want a node`},
	{"impair a.lan loss 2%", 8, `want a node and its interface, such as a~lan`},
	{"impair a~lan", 13, `got nothing, want at least one of loss, burst,`},
	{"impair a~lan los 2%", 14, `(did you mean "loss"?)`},
	{"impair a~lan loss 2", 19, `loss: got "2", want a percentage such as 50%`},
	{"impair a~lan loss 200%", 19, `loss: got 200%, want 0.0000001% to 100%`},
	{"impair a~lan loss 2% loss 3%", 22, `loss is in the line twice`},
	{"impair a~lan burst 4", 14, `burst means nothing without loss`},
	{"impair a~lan loss 2% burst 0.5", 28, `burst: got "0.5", want a number from 1 to 1000000`},
	{"impair a~lan loss 2% burst NaN", 28, `burst: got "NaN", want a number`},
	{"impair a~lan rate 10mbit", 19, `rate: got "10mbit", want a whole number with a unit (Gbit/s, Mbit/s, kbit/s or bit/s), such as 10Mbit/s`},
	{"impair a~lan rate 99999999999Gbit/s", 19, `rate: got "99999999999Gbit/s"`},
	{"impair a~lan jitter 5ms distribution gauss", 38, `distribution: got "gauss", want uniform, normal or exponential`},
	{"drop helo from a", 6, `(did you mean "hello"?)`},
	{"drop hello a", 12, `got "a", want "from"`},
	{"drop hello from a every 1st", 25, `every: got "1st", want a whole number from 2 to 1000000000`},
	{"drop hello from a first 0", 25, `first: got "0", want a whole number from 1`},
	{"unprune multicast lan for 3s", 23, "unprune cannot be undone, want no `for`"},
	{"backend web status 199", 20, `status: got "199", want a whole number from 200 to 599`},
	{"block a.lan", 12, `got nothing, want "foreign"`},
	{"block a.lan own", 13, `got "own", want "foreign"`},
	{"unblock a.lan foreign", 15, `got "foreign", want the end of the line`},
	{"prune lan", 7, `got "lan", want "multicast"`},
	{"hog a", 6, `class: got nothing, want one`},
	{"hog a servce 100%", 7, `class: got "servce", want service or control (did you mean "service"?)`},
	{"hog a service 0%", 15, `share: got 0%, want 0.0000001% to 100%`},
	{"set a", 6, `property: got nothing, want one`},
	{"set a standby..priority 1", 7, ``},
	{"set a standby.Priority 1", 15, `property: got "standby.Priority", want names with dots between them`},
	{"set a standby.priority", 23, `value: got nothing, want one`},
	{"set a standby.authentication x\x00", 30, `value: got "x\x00", want printable characters`},
	{"stop web on b", 6, `got "web", want "service"`},
	{"stop service web at b", 18, `got "at", want "on"`},
	{"backend web status 5000", 20, `status: got "5000", want a whole number from 200 to 599`},
	{"backend web teapot", 13, `mode: got "teapot", want latency, hang, reset, reset-on-accept, ok, status, slow-drip, endless-head, wrong-length, http-1.0, chunked, garbage, huge, empty, html, soap-fault, xml-bomb, invalid-credentials or busy`},
	{"skew a 5", 8, `step: got "5", want a duration`},
	{"drift a -95%", 9, `drift: got -95%, want -90% to 100%`},
	{"pull a.lan für 5s", 12, `got "für", want the end of the line`},
	{"crash für", 7, `node: bad name: "für" has 'ü'`},
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	for _, g := range goldenErrors {
		f, err := Parse(g.line)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("Parse(%q): got %v, %v, want a SyntaxError", g.line, f, err)
			continue
		}
		if f != nil {
			t.Errorf("Parse(%q): got %v beside the error", g.line, f)
		}
		if !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q): %v is no ErrSyntax", g.line, err)
		}
		if g.want != "" && (syntax.Column != g.column || !strings.Contains(syntax.Message, g.want)) {
			t.Errorf("Parse(%q):\n got column %d: %s\nwant column %d: %s", g.line, syntax.Column, syntax.Message, g.column, g.want)
		}
	}
}

func TestErrorsQuoteTheUsage(t *testing.T) {
	_, err := Parse("drop hello")
	want := "fault: column 11: got nothing, want \"from\"; " +
		"usage: drop hello|coup|resign|report|garp|arp|multicast|tcp|udp|all from NODE [to NODE] [every 3rd] [first NUMBER]"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func TestErrorsStayShort(t *testing.T) {
	_, err := Parse("crash " + strings.Repeat("x", 3000) + "Y")
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("got an error of %d bytes, want at most 300", len(err.Error()))
	}
	if _, err := Parse(strings.Repeat("pull ", 2000)); !errors.Is(err, ErrSyntax) {
		t.Errorf("a line of 10000 bytes: got %v, want ErrSyntax", err)
	}
}
