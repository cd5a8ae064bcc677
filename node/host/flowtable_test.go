package host

import "testing"

// TestFlowTable: a full table forgets what began first, and nothing else.
func TestFlowTable(t *testing.T) {
	var table flowTable[int]
	number := func(i int) flow {
		return flow{from: [4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}, fromPort: 1}
	}
	if table.get(number(0)) != nil {
		t.Error("an empty table knows a flow")
	}
	for i := range flowsMax + 10 {
		*table.add(number(i)) = i
		table.add(number(i)) // again
	}
	for i := range flowsMax + 10 {
		switch got := table.get(number(i)); {
		case i < 10 && got != nil:
			t.Errorf("flow %d is still known", i)
		case i >= 10 && (got == nil || *got != i):
			t.Fatalf("flow %d: got %v", i, got)
		}
	}
	if len(table.known) != flowsMax {
		t.Errorf("got %d flows, want %d", len(table.known), flowsMax)
	}
}
