package trial

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/reports/perfetto"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/reports/sequence"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/sim/event"
)

// TimelineFile is the page of a run as the command prints it where there is no
// terminal, wider.
const TimelineFile = "timeline.txt"

// table lists the files that are written when a trial is over, in the order in
// which they appear. The capture and events.jsonl, which are written during the
// trial, come before them, run.pftrace, report.html and run.json after them.
var table = []reports.File{
	{Name: TimelineFile, Write: func(w io.Writer, r *reports.Result) error { return text.WriteRun(w, r, paper) }},
	{Name: reports.JUnitFile, Write: func(w io.Writer, r *reports.Result) error {
		return reports.WriteJUnit(w, r.Scenario, []reports.Result{*r})
	}},
}

// paper is how pages are drawn that nobody reads in a terminal: in ASCII, which
// survives mail, tickets and CI servers, and looks the same in every font.
var paper = text.Options{Width: 120}

// ArtefactNames lists the files that a trial leaves in its directory, beside
// the folder of its real programs.
func ArtefactNames() []string {
	names := []string{reports.CaptureFile, reports.EventsFile}
	for _, f := range table {
		names = append(names, f.Name)
	}
	return append(names, perfetto.File, page.File, reports.RunFile)
}

// pageOf draws a run on paper.
func pageOf(r *reports.Result) (string, error) {
	var page strings.Builder
	err := text.WriteRun(&page, r, paper)
	return page.String(), err
}

// artefacts are the files that a trial leaves: none if it has no directory.
type artefacts struct {
	directory *reports.Directory // nil: none
	recorder  *recorder
	events    *event.Writer
	trace     *perfetto.Trace
	record    *picture.Record  // for report.html
	frames    *sequence.Frames // those around faults; nil if nobody draws them
}

// openArtefacts begins the files of a trial.
func openArtefacts(t Trial, version string) (*artefacts, error) {
	if t.Dir == "" {
		return &artefacts{}, nil
	}
	a := &artefacts{}
	a.trace = perfetto.New(a.announced)
	d, err := reports.OpenDirectory(t.Dir, append(slices.Clip(table),
		reports.File{Name: perfetto.File, Write: a.trace.Write}, reports.File{Name: page.File, Write: a.writePage})...)
	if err != nil {
		return nil, err
	}
	capture, err := d.Capture(version, t.Replay)
	if err != nil {
		d.Close()
		return nil, err
	}
	events, err := d.Events()
	if err != nil {
		d.Close()
		return nil, err
	}
	a.directory, a.recorder, a.events = d, &recorder{writer: capture}, events
	return a, nil
}

// draw watches the frames for the pictures of a record, unless it is nil.
func (a *artefacts) draw(rec *picture.Record) {
	if a.record = rec; rec != nil {
		a.frames = sequence.New()
		rec.Frames = a.frames
	}
}

// writePage writes report.html.
func (a *artefacts) writePage(w io.Writer, r *reports.Result) error {
	beside := slices.DeleteFunc(ArtefactNames(), func(name string) bool { return name == page.File })
	return page.Write(w, a.record, r, beside)
}

// announced says which frame told a machine where an address is.
func (a *artefacts) announced(node, ip, mac string, at time.Duration) (perfetto.Announcement, bool) {
	told, found := a.frames.Announced(node, ip, mac, at)
	return perfetto.Announcement{From: told.From, SentAt: told.SentAt, Gratuitous: told.Gratuitous}, found
}

// observer captures the frames and watches them; nil if nobody needs them.
func (a *artefacts) observer() netfab.Observer {
	var all observers
	if a.recorder != nil {
		all = append(all, a.recorder)
	}
	if a.frames != nil {
		all = append(all, witness{a.frames})
	}
	if len(all) == 0 {
		return nil // not nil observers, which would be an Observer
	}
	return all
}

// watch returns the function that gets every event: it passes them to the
// capture, to the frames around faults, and to also, unless that is nil.
func (a *artefacts) watch(also func(event.Event)) func(event.Event) {
	if a.recorder == nil && a.frames == nil {
		return also
	}
	return func(e event.Event) {
		if a.recorder != nil {
			a.recorder.mark(e)
		}
		if a.frames != nil {
			a.frames.Observe(e)
		}
		if also != nil {
			also(e)
		}
	}
}

// follow returns the function that gets every event in order: it passes them to
// the file, to the trace and to also, unless that is nil.
func (a *artefacts) follow(also func(event.Event)) func(event.Event) {
	if a.events == nil {
		return also
	}
	return func(e event.Event) {
		a.events.Write(e)
		a.trace.Observe(e)
		if also != nil {
			also(e)
		}
	}
}

// output opens the file for the output of a real program; nil if it is not
// kept.
func (a *artefacts) output() func(name string) (io.Writer, error) {
	if a.directory == nil {
		return nil
	}
	return func(name string) (io.Writer, error) {
		file, err := a.directory.Program(name)
		if err != nil {
			return nil, err
		}
		return file, nil
	}
}

// write makes all files appear, or none.
func (a *artefacts) write(r *reports.Result) error {
	if a.directory == nil {
		return nil
	}
	return a.directory.Write(r)
}

// Close discards what has not been written.
func (a *artefacts) Close() {
	if a.directory != nil {
		a.directory.Close()
	}
}

// WriteComparison writes a comparison next to the directories of its two
// trials; t is one of them. If they have no directories it does nothing.
func WriteComparison(c *reports.Comparison, t Trial) error {
	if t.Dir == "" {
		return nil
	}
	return reports.WriteFile(filepath.Join(filepath.Dir(t.Dir), reports.ComparisonFile), c.WriteJSON)
}
