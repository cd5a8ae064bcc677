package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"strings"
)

//go:embed style.css script.js
var source embed.FS

//go:embed uplot/uPlot.iife.min.js
var uPlot string

//go:embed uplot/LICENSE
var uPlotLicence string

//go:embed uplot/uPlot.min.css
var uPlotStyle string

// read returns an embedded file.
func read(name string) string {
	content, err := source.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(content)
}

// newFrame returns the frame of a page.
func newFrame(title string) frame {
	script, zoom := read("script.js"), "/*\n"+uPlotLicence+"*/\n"+uPlot
	return frame{
		Title: title, Style: uPlotStyle + read("style.css"),
		UPlot: zoom, Script: script,
		Policy: policy(zoom, script),
	}
}

// policy lets a browser run our scripts alone, and refuse every request.
func policy(scripts ...string) string {
	var hashes strings.Builder
	for _, s := range scripts {
		sum := sha256.Sum256([]byte(s))
		hashes.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src" + hashes.String()
}

// Policy is the content security policy of the pages of this version, for
// whoever serves them: a browser runs their own scripts alone, and makes no
// request.
func Policy() string { return newFrame("").Policy }
