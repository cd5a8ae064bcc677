package selfbalance

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// ipvsTable is the table of spec/failover.md §5.4; – is an unchanged state.
const ipvsTable = `
segment NONE     ESTABLISHED SYN_SENT    SYN_RECV    FIN_WAIT TIME_WAIT CLOSE    CLOSE_WAIT LAST_ACK LISTEN   SYNACK
syn     SYN_RECV –           ESTABLISHED –           SYN_RECV SYN_RECV  SYN_RECV SYN_RECV   SYN_RECV SYN_RECV SYN_RECV
fin     CLOSE    FIN_WAIT    –           TIME_WAIT   –        –         –        –          –        –        TIME_WAIT
ack     CLOSE    –           –           ESTABLISHED –        –         –        –          CLOSE    –        ESTABLISHED
rst     CLOSE    CLOSE       CLOSE       –           CLOSE    CLOSE     –        CLOSE      –        –        CLOSE
other   –        –           –           –           –        –         –        –          –        –        –
`

func TestTransitions(t *testing.T) {
	segments := map[string]Segment{"syn": SYN, "fin": FIN, "ack": ACK, "rst": RST, "other": OtherSegment}
	rows := strings.Split(strings.TrimSpace(ipvsTable), "\n")
	states := strings.Fields(rows[0])[1:]
	if len(states) != stateCount || len(rows) != 1+len(segments) {
		t.Fatalf("%d states and %d segments, want %d and %d", len(states), len(rows)-1, stateCount, len(segments))
	}
	for _, row := range rows[1:] {
		cells := strings.Fields(row)
		if len(cells) != 1+stateCount {
			t.Fatalf("row %q: %d cells", cells[0], len(cells))
		}
		for i, want := range cells[1:] {
			s := State(i)
			if s.String() != states[i] {
				t.Fatalf("state %d is %v, want %s", i, s, states[i])
			}
			if want == "–" {
				want = states[i]
			}
			if got := s.After(segments[cells[0]]).String(); got != want {
				t.Errorf("%s in %v: got %s, want %s", cells[0], s, got, want)
			}
		}
		delete(segments, cells[0])
	}
	if len(segments) != 0 {
		t.Errorf("no row for %v", segments)
	}
}

// TestUnknownState: a state from a message may be any number.
func TestUnknownState(t *testing.T) {
	for n := range 256 {
		s := State(n)
		if known := n <= int(SynAck); s.Known() != known {
			t.Errorf("state %d: known is %v, want %v", n, s.Known(), known)
		}
		if s.Known() {
			continue
		}
		for _, seg := range []Segment{OtherSegment, SYN, FIN, ACK, RST} {
			if got := s.After(seg); got != s {
				t.Errorf("%v after %d: got %v", s, seg, got)
			}
		}
		if s.Active() || Reusable(s) || s.String() != fmt.Sprintf("State(%d)", n) {
			t.Errorf("%v: active %v, reusable %v", s, s.Active(), Reusable(s))
		}
	}
	if got := Established.After(RST + 1); got != Established {
		t.Errorf("after an unknown segment: got %v, want ESTABLISHED", got)
	}
}

func TestActiveAndReusable(t *testing.T) {
	active := map[State]bool{Established: true, SynSent: true, SynRecv: true, SynAck: true}
	reusable := map[State]bool{TimeWait: true, Close: true, FinWait: true}
	for s := range State(stateCount) {
		if s.Active() != active[s] {
			t.Errorf("%v: active is %v", s, s.Active())
		}
		if Reusable(s) != reusable[s] {
			t.Errorf("%v: reusable is %v", s, Reusable(s))
		}
	}
}

func TestIPVSTimeouts(t *testing.T) {
	want := map[string]int{
		"NONE": 2, "ESTABLISHED": 900, "SYN_SENT": 120, "SYN_RECV": 60, "FIN_WAIT": 120, "TIME_WAIT": 120,
		"CLOSE": 10, "CLOSE_WAIT": 60, "LAST_ACK": 30, "LISTEN": 120, "SYNACK": 120,
	}
	for s, got := range IPVSTimeouts() {
		if got != time.Duration(want[State(s).String()])*time.Second {
			t.Errorf("%v: got %v, want %d s", State(s), got, want[State(s).String()])
		}
	}
}
