package reports

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// nasty are words that a shell would change, run or take for something else.
var nasty = []string{
	"", "plain.yaml", "two words", "a'b", `a"b`, "$HOME", "${HOME}", "$(touch ran)", "`touch ran`", "a;touch ran", "a&b", "a|b", "a>b", "*", "?", "[a-z]*",
	"~", "~root", "#x", "!x", "!!", `a\b`, `a\nb`, "{a,b}", "-x", "--", "a\nb", "a\n\nb", "\n", "a\tb", "\x1b[31m", "%s %d%%", "%n", "=ls", "a=b", "größe", "\xff\xfe", "a\x7fb",
	"it's \n 100% \\ `touch ran`", "'", "''", "a\n'b'", "a\nb\n", "profile=ios,hello=3s", "\u200bx", "\u2028", "@x", "^x",
}

// TestCommand: a shell passes exactly the words on, runs nothing else, and
// reads one line.
func TestCommand(t *testing.T) {
	shells := 0
	for _, shell := range []string{"sh", "dash", "bash", "zsh", "busybox"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		shells++
		arguments := []string{"-c"}
		if shell == "busybox" {
			arguments = []string{"sh", "-c"}
		}
		dir := t.TempDir()
		// The words as the shell passes them on, each behind a NUL.
		line := Command(append([]string{"printf", `\0%s`}, nasty...)...)
		cmd := exec.Command(path, append(arguments, line)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME=/home/of/somebody")
		out, err := cmd.CombinedOutput()
		if want := "\x00" + strings.Join(nasty, "\x00"); err != nil || string(out) != want {
			t.Errorf("%s: %v\ngot  %q\nwant %q\nfrom %s", shell, err, out, want, line)
		}
		if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
			t.Errorf("%s: it ran what a word says", shell)
		}
	}
	if shells == 0 {
		t.Skip("no shell")
	}
	for _, w := range nasty {
		line := Command(w)
		if strings.ContainsAny(strings.TrimSuffix(line, "\n'"), "\n\t\x1b\x7f") && !strings.HasSuffix(w, "\n") {
			t.Errorf("%q: control characters in the line: %q", w, line)
		}
	}
	for word, want := range map[string]string{
		"cable-pull": "cable-pull", "./my.yaml": "./my.yaml", "profile=ios": "profile=ios", "my file.yaml": "'my file.yaml'", "it's": `'it'\''s'`, "größe": "'größe'",
		"a\nb": `"$(printf 'a\012b')"`,
	} {
		if got := Command(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}
