package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// aRun is a run with a client that had no answers for a while.
func aRun(name string, seed uint64, passed bool, outage time.Duration) *reports.Result {
	return &reports.Result{
		Scenario: name, About: "What " + name + " is about.", Tags: []string{"split-brain", "of-" + name}, Seed: seed, World: "virtual", Passed: passed,
		Replay: "cablepull run " + name, Version: "v1", Simulated: time.Minute,
		Expectations: []reports.Expectation{{Text: "moves: 1", Passed: true, Got: "1"}, {Text: "outage of c1 <= 8s", Passed: passed, Got: outage.String()}},
		Measures: oracle.Measures{
			Outages:  []oracle.Outage{{Client: "c1", From: 10 * time.Second, To: 10*time.Second + outage, Duration: outage, Detection: outage}},
			Requests: []oracle.Requests{{Client: "c1", Sent: 100}},
		},
		Events: []event.Event{{At: time.Second, Node: "c1", What: event.RequestSent{Request: 1}}},
	}
}

// leave writes a run as a trial would.
func leave(t *testing.T, folder string, r *reports.Result) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(folder, reports.RunFile), text.String())
	put(t, filepath.Join(folder, page.File), "<!DOCTYPE html><title>"+r.Name()+"</title>")
	put(t, filepath.Join(folder, reports.EventsFile), `{"at":"1s","at_ns":1000000000,"node":"a","kind":"standby-changed","interface":"lan","group":1,"from":"","to":"Active","owner":true,"cause":"","active_lost":false}`+"\n")
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// library is a folder with three runs, one of them further down, and things
// that nobody may read.
func library(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	leave(t, filepath.Join(folder, "pull-seed-1"), aRun("pull", 1, true, 7*time.Second))
	leave(t, filepath.Join(folder, "deep", "pull-seed-2"), aRun("pull", 2, false, 9*time.Second))
	leave(t, filepath.Join(folder, "crash <&> 50%"), aRun("crash", 1, true, 0))
	put(t, filepath.Join(folder, "secret.txt"), "secret")
	put(t, filepath.Join(folder, "pull-seed-1", ".hidden"), "secret")
	return folder
}

// testServer serves a folder, as its test asks.
type testServer struct {
	*Server
	t *testing.T
}

func serve(t *testing.T, folder string, o Options) testServer {
	t.Helper()
	s, err := Open(folder, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return testServer{s, t}
}

// ask sends one request; how may change it.
func (s testServer) ask(method, target string, how ...func(*http.Request)) *http.Response {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, "/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	r.RequestURI, r.Host = target, "127.0.0.1:8080"
	for _, change := range how {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

// page returns the text of a page that must be there.
func (s testServer) page(target string, how ...func(*http.Request)) string {
	s.t.Helper()
	answer := s.ask("GET", target, how...)
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: got status %d", target, answer.StatusCode)
	}
	return bodyOf(s.t, answer)
}

func bodyOf(t *testing.T, answer *http.Response) string {
	t.Helper()
	var text strings.Builder
	if _, err := copyAll(&text, answer); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// has checks that a text has each of the parts, or has none of them.
func has(t *testing.T, what, text string, want bool, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) != want {
			t.Errorf("%s: %q: got %v, want %v, in %.2000s", what, part, !want, want, text)
		}
	}
}

// going leaves the progress of a series that some process has begun.
func going(t *testing.T, folder string, p reports.Progress) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(folder, reports.ProgressFile), string(text))
}
