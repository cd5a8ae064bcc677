package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
)

// TestServe plays two runs, serves them, reads them as a browser does, and ends
// the server as Ctrl-C does.
func TestServe(t *testing.T) {
	out := filepath.Join(t.TempDir(), "runs")
	if status, _, problems := invoke(t, "run", writeScenario(t, "a"), "--seeds", "1,2", "--out", out); status != exitPassed {
		t.Fatalf("got status %d: %s", status, problems)
	}
	if _, err := os.Stat(filepath.Join(out, reports.ProgressFile)); !os.IsNotExist(err) {
		t.Errorf("the progress stays after the end: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	text, say := io.Pipe()
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", out}, strings.NewReader(""), say, io.Discard) }()
	line, err := bufio.NewReader(text).ReadString('\n')
	address := strings.TrimSpace(line)
	if err != nil || !strings.HasPrefix(address, "http://127.0.0.1:") || !strings.Contains(address, "/?token=") {
		t.Fatalf("got %q (%v), want an address with a token", line, err)
	}
	jar, _ := cookiejar.New(nil) // its error is always nil
	browser := http.Client{Jar: jar}
	without, _, _ := strings.Cut(address, "?")
	for _, c := range []struct {
		address, part string
		status        int
	}{{without, "with its token", 403}, {address, "quick-seed-2", 200}, {without + "file/quick-seed-1/run.json", `"quick"`, 200}} {
		answer, err := browser.Get(c.address)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != c.status || !strings.Contains(string(body), c.part) || strings.Contains(answer.Request.URL.RawQuery, "token") {
			t.Errorf("%s: got status %d at %v, %v, want %d and %q in %.500s", c.address, answer.StatusCode, answer.Request.URL, err, c.status, c.part, body)
		}
	}
	stop()
	if status := <-ended; status != exitPassed {
		t.Errorf("got status %d at the end", status)
	}
	if _, err := browser.Get(without); err == nil {
		t.Error("it still answers")
	}
}

// TestServeRefuses: each mistake has status 2 and says what to do.
func TestServeRefuses(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "serve: got 0 arguments, want one"},
		{[]string{folder, folder}, "serve: got 2 arguments, want one"},
		{[]string{filepath.Join(folder, "none")}, "does not exist; cablepull run --all --out "},
		{[]string{file}, "is a file; name the directory of --out"},
		{[]string{folder, "--listen", "8080"}, `got "8080", want ADDRESS:PORT`},
		{[]string{folder, "--listen", "0.0.0.0:0", "--no-token"}, "other machines can reach"},
		{[]string{folder, "--listen", "192.0.2.1:0"}, "serve: --listen: "},
	} {
		status, stdout, stderr := invoke(t, append([]string{"serve"}, c.args...)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: got status %d, %q and %q, want %q", c.args, status, stdout, stderr, c.want)
		}
	}
}

// TestHostsOf: a server on one address is called by it alone; one on all of
// them by each, and by the name of the machine.
func TestHostsOf(t *testing.T) {
	if got := hostsOf("192.0.2.1"); len(got) != 1 || got[0] != "192.0.2.1" {
		t.Errorf("got %q, want the address", got)
	}
	for _, host := range []string{"", "0.0.0.0", "::"} {
		if got := hostsOf(host); len(got) < 2 {
			t.Errorf("%q: got %q, want the name and the addresses of this machine", host, got)
		}
	}
}

// TestProgressIsLive: while runs go on, their directory says how far they are.
// When they are interrupted, nothing of that stays.
func TestProgressIsLive(t *testing.T) {
	out := filepath.Join(t.TempDir(), "runs")
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan int, 1)
	path := writeScenario(t, "a")
	go func() {
		ended <- run(ctx, []string{"run", path, "--seeds", "1..5000", "--out", out}, strings.NewReader(""), io.Discard, io.Discard)
	}()
	for {
		p, err := reports.ReadProgress(root, ".")
		if err == nil && p.Done > 0 {
			if p.Total != 5000 || p.Failed != 0 || len(p.Running) > 1 || p.Stale() || p.Simulated < 40*time.Second {
				t.Errorf("got %+v", p)
			}
			break
		}
		select {
		case status := <-ended:
			t.Fatalf("it ended with status %d before it said how far it is: %v", status, err)
		default:
		}
	}
	stop()
	if status := <-ended; status != exitInterrupted {
		t.Errorf("got status %d, want %d", status, exitInterrupted)
	}
	if _, err := reports.ReadProgress(root, "."); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the progress stays after an interrupt: %v", err)
	}
}
