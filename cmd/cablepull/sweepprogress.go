package main

import (
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// sweepProgress shows on a terminal how many runs are done; elsewhere nothing.
// A search plays in rounds, and does not know how many there will be.
type sweepProgress struct {
	stderr io.Writer
	pages  *mpb.Progress
	bar    *mpb.Bar
	total  int64
}

// begin adds runs that are due, and returns what is called for each that ends.
func (p *sweepProgress) begin(runs int) func() {
	file, ok := p.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	p.total += int64(runs)
	if p.pages == nil {
		p.pages = mpb.New(mpb.WithOutput(file), mpb.WithWidth(48))
		p.bar = p.pages.AddBar(p.total, mpb.PrependDecorators(decor.CountersNoUnit("%d / %d runs ")),
			mpb.AppendDecorators(decor.AverageETA(decor.ET_STYLE_GO)), mpb.BarRemoveOnComplete())
	}
	p.bar.SetTotal(p.total, false)
	return p.bar.Increment
}

// end removes the bar.
func (p *sweepProgress) end() {
	if p.pages != nil {
		p.bar.Abort(true)
		p.pages.Wait()
		p.pages = nil
	}
}
