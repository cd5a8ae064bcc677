package text

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Options says what the reader's terminal can show.
type Options struct {
	Width   int  // columns; 0: 100
	Unicode bool // else plain ASCII
	Colour  bool // ANSI escape sequences
	Lines   int  // of the list of transitions at most; 0: 100
}

// Limits and defaults of Options.
const (
	widthDefault = 100
	widthMin     = 80
	widthMax     = 160 // more is hard to follow with the eye
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
