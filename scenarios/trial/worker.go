package trial

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"time"
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

// play lets the worker play one trial. After an error the worker is unusable.
func (w *worker) play(t Trial) (Result, error) {
	if err := w.trials.Encode(t); err != nil {
		return Result{}, err
	}
	var r Result
	if err := w.results.Decode(&r); err != nil {
		return Result{}, err
	}
	return r.restored(), nil
}

// end closes the worker's input and waits for its end.
func (w *worker) end() error {
	w.in.Close()
	err := w.cmd.Wait()
	w.cancel()
	return err
}
