package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// TestTidiedPage: a page as cobra makes it becomes one about which the
// formatter has nothing to say.
func TestTidiedPage(t *testing.T) {
	verb := &cobra.Command{
		Use: "cablepull", Short: "Pull", Example: "  cablepull  run" + strings.Repeat("  x", 40),
		Long: "One line that is longer than eighty columns, and that has its end somewhere in the middle of\nthe next.\n\nSecond.",
		Run:  func(*cobra.Command, []string) {}, DisableAutoGenTag: true,
	}
	verb.Flags().Bool("all", false, "everything that there is, which is more than fits into one line of a page of a manual")
	verb.Flags().String("out", "", "folder")
	var page strings.Builder
	if err := doc.GenMan(verb, &doc.GenManHeader{Section: "1", Source: "cablepull v0.1.0"}, &page); err != nil {
		t.Fatal(err)
	}
	got := tidied(page.String(), instant)
	want := `.nh
.TH "CABLEPULL" "1" "2026-01-31" "cablepull v0.1.0" ""
.SH NAME
cablepull - Pull
.SH SYNOPSIS
\fBcablepull [flags]\fP
.SH DESCRIPTION
One line that is longer than eighty columns, and that has its end somewhere in
the middle of
the next.
.PP
Second.
.SH OPTIONS
.TP
\fB--all\fP[=false]
everything that there is, which is more than fits into one line of a page of a
manual
.TP
\fB-h\fP, \fB--help\fP[=false]
help for cablepull
.TP
\fB--out\fP=""
folder
.SH EXAMPLE
.EX
  cablepull  run` + strings.Repeat("  x", 40) + `
.EE
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("needs mandoc (apt install mandoc)")
	}
	file := filepath.Join(t.TempDir(), "cablepull.1")
	if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(mandoc, "-T", "lint", "-W", "warning", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("mandoc: %v\n%s", err, out)
	}
}
