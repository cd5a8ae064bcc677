package trial

import (
	"io"
	"path/filepath"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
)

// artefacts are the files that a trial leaves; of a trial without a directory
// there are none.
type artefacts struct {
	directory *reports.Directory // nil: none
	recorder  *recorder
}

// openArtefacts begins the files of a trial.
func openArtefacts(t Trial, version string) (*artefacts, error) {
	if t.Dir == "" {
		return &artefacts{}, nil
	}
	d, err := reports.OpenDirectory(t.Dir)
	if err != nil {
		return nil, err
	}
	capture, err := d.Capture(version, t.Replay)
	if err != nil {
		d.Close()
		return nil, err
	}
	return &artefacts{d, &recorder{writer: capture}}, nil
}

// observer is who captures the frames; nil: nobody.
func (a *artefacts) observer() netfab.Observer {
	if a.recorder == nil {
		return nil // not a nil *recorder, which would be an Observer
	}
	return a.recorder
}

// watch is who is told of events: the capture, and also, unless it is nil.
func (a *artefacts) watch(also func(event.Event)) func(event.Event) {
	switch {
	case a.recorder == nil:
		return also
	case also == nil:
		return a.recorder.mark
	}
	return func(e event.Event) {
		a.recorder.mark(e)
		also(e)
	}
}

// output says where the output of a real program goes; nil: nowhere.
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

// write has all files appear, or none.
func (a *artefacts) write(r *reports.Result) error {
	if a.directory == nil {
		return nil
	}
	return a.directory.Write(r)
}

// Close gives up what has not been written.
func (a *artefacts) Close() {
	if a.directory != nil {
		a.directory.Close()
	}
}

// WriteComparison writes a comparison beside the directories of its two trials,
// of which t is one. Where they have none it does nothing.
func WriteComparison(c *reports.Comparison, t Trial) error {
	if t.Dir == "" {
		return nil
	}
	return reports.WriteFile(filepath.Join(filepath.Dir(t.Dir), reports.ComparisonFile), c.WriteJSON)
}
