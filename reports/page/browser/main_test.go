package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// scratch is a folder for all tests.
var scratch string

// browserContext has the one browser of all tests; each test gets its own tab.
var browserContext context.Context

// chromiumNames are the programs that do, the best first.
var chromiumNames = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "cablepull-browser-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(scratch)
	if program := chromium(); program != "" {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.WindowSize(1280, 900),
			chromedp.Flag("no-proxy-server", true))
		if os.Getuid() == 0 { // its sandbox refuses root
			options = append(options, chromedp.NoSandbox)
		}
		allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
		defer end()
		var close context.CancelFunc
		browserContext, close = chromedp.NewContext(allocator)
		defer close()
		if err := chromedp.Do(browserContext); err != nil {
			fmt.Fprintf(os.Stderr, "%s does not start: %v\n", program, err)
			return 1
		}
	}
	return m.Run()
}

// chromium is the path of the browser; empty if there is none.
func chromium() string {
	for _, name := range chromiumNames {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// binary is cablepull: the one that the variable names, or one that is built.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("CABLEPULL"); path != "" {
		return filepath.Abs(path)
	}
	path := filepath.Join(scratch, "cablepull")
	build := exec.Command("go", "build", "-pgo=off", "-o", path, "./cmd/cablepull")
	build.Dir = filepath.Join("..", "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// cablepull is a command line as a process.
func cablepull(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return exec.CommandContext(t.Context(), path, args...)
}

// play runs incidents. A run that fails is as good to look at as any other.
func play(t *testing.T, args ...string) {
	t.Helper()
	cmd := cablepull(t, append([]string{"run"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("cablepull run %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// reportBelow returns the only report.html below a folder, or the first one.
func reportBelow(t *testing.T, folder string) string {
	t.Helper()
	var found string
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "report.html" && found == "" {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("%s: no report.html (%v)", folder, err)
	}
	return found
}
