package text

import (
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/cablepull/cablepull/reports"
)

// Options says what the reader's terminal can show, and what of a run the
// reader wants to see.
type Options struct {
	Width   int  // columns; 0: 100
	Unicode bool // else plain ASCII
	Colour  bool // ANSI escape sequences
	Lines   int  // of the list of transitions at most; 0: 100
	Quiet   bool // only verdicts and failures
	View    View
}

// View is the part of a timeline that is drawn. The zero View is all of it.
type View struct {
	reports.Window
	Nodes []string // whose lanes and lines are drawn; none: those of all
}

// shows reports whether the view includes a node.
func (v View) shows(node string) bool { return len(v.Nodes) == 0 || slices.Contains(v.Nodes, node) }

// Limits and defaults of Options.
const (
	widthDefault = 100
	widthMin     = 80
	widthMax     = 200 // the highlights of a run hold no more
	proseMax     = 100 // of paragraphs: longer lines are hard to follow with the eye
	linesDefault = 100
)

// OptionsFor returns the options for w: plain ASCII if it is not a terminal,
// else what the environment says about it. It respects NO_COLOR.
func OptionsFor(w io.Writer, getenv func(string) string) Options {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return Options{}
	}
	o := Options{Unicode: speaksUTF8(getenv), Colour: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil {
		o.Width = width
	}
	return o
}

// speaksUTF8 looks at the variables of the locale in the order of POSIX.
func speaksUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToLower(getenv(name)); value != "" {
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}

// bounded fills in defaults and keeps to the limits.
func (o Options) bounded() Options {
	if o.Width == 0 {
		o.Width = widthDefault
	}
	o.Width = min(max(o.Width, widthMin), widthMax)
	if o.Lines <= 0 {
		o.Lines = linesDefault
	}
	return o
}
