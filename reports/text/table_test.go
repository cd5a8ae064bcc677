package text

import (
	"strings"
	"testing"
)

// TestFold: what is too wide continues below, after the names of the rows; a
// title is wrapped between words.
func TestFold(t *testing.T) {
	table := newTable(strings.Repeat("a title of words ", 5), "<by", "<age", "established", "of those kept", "reset by the server", "timed out after all", "<fault")
	table.row("failed", "under 50", "100", "0", "100", "0", "crash a")
	table.row("others", "older", "200", "200", "0", "0", "crash a")
	p := newPage(Options{Width: 80})
	p.table(table)
	want := `
a title of words a title of words a title of words a title of words a title of
words
  by      age       established  of those kept  reset by the server
  failed  under 50          100              0                  100
  others  older             200            200                    0
  by      age       timed out after all  fault
  failed  under 50                    0  crash a
  others  older                       0  crash a
`
	if got := p.out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	wide := newPage(Options{Width: 120})
	wide.table(table)
	if got := wide.out.String(); strings.Count(got, "by  ") != 1 {
		t.Errorf("there is room for all, got\n%s", got)
	}
}
