package trial

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
)

// Parallel trials run in processes, each with one processor: a world runs on
// one goroutine, and processes share no heap. Parent and worker exchange JSON,
// a line per trial and per result. A worker ends as soon as its input does,
// which happens when its parent ends.

// workerPatience is how long a worker may take to end when it is told to.
const workerPatience = 10 * time.Second

// worker is the parent's side of a worker process.
type worker struct {
	cmd     *exec.Cmd
	cancel  context.CancelFunc // tells it to end
	in      io.Closer
	trials  *json.Encoder
	results *json.Decoder
}

// startWorker starts a worker by its command line. Its standard error goes to
// stderr.
func startWorker(command []string, stderr io.Writer) (*worker, error) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	// An interrupted worker cleans up before it ends.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = workerPatience
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	return &worker{cmd, cancel, in, json.NewEncoder(in), json.NewDecoder(bufio.NewReaderSize(out, 1<<16))}, nil
}

// reply is a Result of which only the blame has been read. The report takes
// longer, and meanwhile the worker can play.
type reply struct {
	Report json.RawMessage `json:"report"`
	Blame  Blame           `json:"blame"`
	Kept   bool            `json:"kept"`
	Page   string          `json:"page"`
	Part   page.Part       `json:"part"`
	Brief  *Brief          `json:"brief"`
	Line   *reports.Line   `json:"line"`
	err    error           // why there is no report, or nil
}

// result reads the rest of the reply to a trial.
func (r reply) result(t Trial, version string) Result {
	if r.err != nil {
		return t.without(version, r.Blame, r.err)
	}
	if r.Brief != nil {
		return t.briefly(version, r)
	}
	if r.Line != nil {
		return t.lined(version, r)
	}
	whole := Result{Blame: r.Blame, Kept: r.Kept}
	if err := json.Unmarshal(r.Report, &whole.Report); err != nil {
		return t.without(version, BlameBench, err)
	}
	whole.Report.Page, whole.Page, whole.Part = r.Page, r.Page, r.Part
	return whole.restored()
}

// play lets the worker play one trial. After an error the worker is unusable.
func (w *worker) play(t Trial) (r reply, err error) {
	if err := w.trials.Encode(t); err != nil {
		return reply{}, err
	}
	err = w.results.Decode(&r)
	return r, err
}

// end closes the worker's input and waits for its end.
func (w *worker) end() error {
	w.in.Close()
	err := w.cmd.Wait()
	w.cancel()
	return err
}
