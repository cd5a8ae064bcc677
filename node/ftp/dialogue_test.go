package ftp

import (
	"fmt"
	"strings"
	"testing"
)

// dialogue is the whole table: for each command, the state after it, the code
// of the reply and the action, from each state. A dot is no change, an empty
// action none; the reply to listen and send depends on what becomes of them.
const dialogue = `
command      greeted         named          ready             passive
USER someone named 331       . 331          named 331         named 331
user someone named 331       . 331          named 331         named 331
PASS secret  . 503           ready 230      . 503             . 503
NOOP         . 200           . 200          . 200             . 200
QUIT         . 221 hangUp    . 221 hangUp   . 221 hangUp      . 221 hangUp
TYPE I       . 530           . 530          . 200             . 200
type i       . 530           . 530          . 200             . 200
TYPE A       . 530           . 530          . 504             . 504
TYPE         . 530           . 530          . 504             . 504
PASV         . 530           . 530          passive 0 listen  . 0 listen
RETR 42      . 530           . 530          . 425             ready 0 send
RETR /a/42   . 530           . 530          . 425             ready 0 send
RETR         . 530           . 530          . 501             . 501
RETR /a/     . 530           . 530          . 550             . 550
RETR -1      . 530           . 530          . 550             . 550
RETR file    . 530           . 530          . 550             . 550
STOR 42      . 500           . 500          . 500             . 500
PORT 1,2     . 500           . 500          . 500             . 500
EPSV         . 500           . 500          . 500             . 500
GET / HTTP/1 . 500           . 500          . 500             . 500
(empty)      . 500           . 500          . 500             . 500
`

func TestDialogue(t *testing.T) {
	actions := [...]string{"", " listen", " send", " hangUp"}
	rows := 0
	for line := range strings.Lines(strings.TrimSpace(dialogue)) {
		text := strings.TrimSpace(line[:min(13, len(line))])
		if text == "command" {
			continue
		}
		rows++
		var cells []string
		for cell := range strings.SplitSeq(line[13:], "  ") {
			if cell = strings.TrimSpace(cell); cell != "" {
				cells = append(cells, cell)
			}
		}
		if len(cells) != len(stateNames) {
			t.Fatalf("%s: %d cells, want %d", text, len(cells), len(stateNames))
		}
		if text == "(empty)" {
			text = ""
		}
		for s := range state(len(stateNames)) {
			next, r, what := step(s, parseCommand(text))
			after := next.String()
			if next == s {
				after = "."
			}
			if got := fmt.Sprintf("%s %d%s", after, r.code, actions[what]); got != cells[s] {
				t.Errorf("%q when %s: got %s, want %s", text, s, got, cells[s])
			}
			if (r.text == "") != (what == listen || what == send) {
				t.Errorf("%q when %s: the reply is %q", text, s, r.text)
			}
		}
	}
	if rows != 21 {
		t.Errorf("%d rows, want all", rows)
	}
}
