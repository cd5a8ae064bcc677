package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
)

func copyAll(w io.Writer, answer *http.Response) (int64, error) { return io.Copy(w, answer.Body) }

// TestHosts: the server answers to names of this machine alone, so that no name
// of somebody else can be made to stand for it.
func TestHosts(t *testing.T) {
	s := serve(t, library(t), Options{Hosts: []string{"192.0.2.1", "bench"}})
	for host, status := range map[string]int{
		"127.0.0.1": 200, "127.0.0.1:8080": 200, "127.9.9.9:1": 200, "localhost:8080": 200, "LOCALHOST": 200, "[::1]:8080": 200, "[::1]": 200,
		"192.0.2.1:8080": 200, "bench:8080": 200,
		"": 421, "192.0.2.2:8080": 421, "evil.example:8080": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "evil@localhost": 421, "[::ffff:192.0.2.9]": 421,
	} {
		answer := s.ask("GET", "/", func(r *http.Request) { r.Host = host })
		if answer.StatusCode != status {
			t.Errorf("host %q: got status %d, want %d", host, answer.StatusCode, status)
		}
		if status == 421 {
			has(t, host, bodyOf(t, answer), false, "crash")
		}
	}
}

// TestToken: nothing is read without the token; the address with it gives a
// cookie for this server alone, and the token leaves the address.
func TestToken(t *testing.T) {
	s := serve(t, library(t), Options{Token: "secret"})
	for _, target := range []string{"/", "/?token=", "/?token=wrong", "/progress", "/run/pull-seed-1", "/file/pull-seed-1/run.json", "/style.css", "/nothing"} {
		answer := s.ask("GET", target)
		if answer.StatusCode != http.StatusForbidden || len(answer.Cookies()) != 0 {
			t.Errorf("%s: got status %d and cookies %v, want 403 and none", target, answer.StatusCode, answer.Cookies())
		}
		has(t, target, bodyOf(t, answer), false, "crash")
	}
	answer := s.ask("GET", "//evil.example/?token=secret&name=pull")
	if place := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther || place != "/evil.example/?name=pull" {
		t.Errorf("got status %d to %q, want 303 to a path of this server without the token", answer.StatusCode, place)
	}
	cookies := answer.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || cookies[0].Path != "/" {
		t.Fatalf("got cookies %v, want one that scripts and other sites do not get", cookies)
	}
	with := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookies[0].Name, Value: value}) }
	}
	has(t, "with the cookie", s.page("/", with("secret")), true, "pull")
	if answer := s.ask("GET", "/", with("wrong")); answer.StatusCode != http.StatusForbidden {
		t.Errorf("got status %d with a wrong cookie, want 403", answer.StatusCode)
	}
	if other := serve(t, t.TempDir(), Options{Token: "other"}); other.guard.cookie() == s.guard.cookie() {
		t.Error("two servers have one cookie")
	}
}

// TestOnlyReads: other methods are refused, also by the pages of files, and
// nothing that another site embeds is answered.
func TestOnlyReads(t *testing.T) {
	s := serve(t, library(t), Options{})
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"} {
		for _, target := range []string{"/", "/file/pull-seed-1/run.json"} {
			if answer := s.ask(method, target); answer.StatusCode != http.StatusMethodNotAllowed || answer.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: got status %d, allowed %q", method, target, answer.StatusCode, answer.Header.Get("Allow"))
			}
		}
	}
	if answer := s.ask("HEAD", "/"); answer.StatusCode != http.StatusOK {
		t.Errorf("HEAD: got status %d", answer.StatusCode)
	}
	from := func(site, mode string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", site)
			r.Header.Set("Sec-Fetch-Mode", mode)
		}
	}
	for _, c := range []struct {
		site, mode string
		status     int
	}{{"cross-site", "no-cors", 403}, {"same-site", "cors", 403}, {"cross-site", "navigate", 200}, {"same-origin", "cors", 200}, {"none", "navigate", 200}} {
		if answer := s.ask("GET", "/progress", from(c.site, c.mode)); answer.StatusCode != c.status {
			t.Errorf("%s, %s: got status %d, want %d", c.site, c.mode, answer.StatusCode, c.status)
		}
	}
	for _, target := range []string{"/", "/file/pull-seed-1/report.html", "/file/pull-seed-1/run.json", "/nothing"} {
		h := s.ask("GET", target).Header
		if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: got headers %v", target, h)
		}
	}
}

// TestFiles: artefacts are files to save, and report.html is a page. What no
// run left cannot be read, by whatever path.
func TestFiles(t *testing.T) {
	folder := library(t)
	outside := t.TempDir()
	put(t, filepath.Join(outside, reports.RunFile), "secret")
	run := filepath.Join(folder, "pull-seed-1")
	for name, to := range map[string]string{"link.txt": filepath.Join(outside, reports.RunFile), "near.txt": "run.json"} {
		if err := os.Symlink(to, filepath.Join(run, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(folder, "linked")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(run, reports.ProgramsFolder), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(run, reports.ProgramsFolder, "nginx.log"), "said")
	s := serve(t, folder, Options{})
	saved := s.ask("GET", "/file/pull-seed-1/programs/nginx.log")
	if saved.StatusCode != 200 || saved.Header.Get("Content-Disposition") != "attachment" || saved.Header.Get("Content-Type") != "application/octet-stream" || bodyOf(t, saved) != "said" {
		t.Errorf("got %v, want a file to save", saved)
	}
	shown := s.ask("GET", "/file/crash <&> 50%/report.html")
	if shown.StatusCode != 200 || shown.Header.Get("Content-Disposition") != "" || !strings.HasPrefix(shown.Header.Get("Content-Type"), "text/html") {
		t.Errorf("got %v, want a page", shown)
	}
	for _, path := range []string{
		"secret.txt", "pull-seed-1/../secret.txt", "../" + filepath.Base(outside) + "/run.json", "/etc/passwd", "..", ".", "", "pull-seed-1", "pull-seed-1/",
		"pull-seed-1/.hidden", "pull-seed-1/link.txt", "pull-seed-1/near.txt", "linked/run.json", "deep", "pull-seed-1/programs", "pull-seed-1/programs/../../secret.txt",
		"pull-seed-1/run.json/x", "pull-seed-1\x00/run.json", `pull-seed-1\run.json`,
	} {
		answer := s.ask("GET", "/file/"+path)
		if answer.StatusCode == http.StatusOK {
			t.Errorf("%q: got status 200", path)
		}
		has(t, path, bodyOf(t, answer), false, "secret\n", "root:")
	}
	has(t, "list", s.page("/"), false, "linked")
}

// TestList: the list has each run with its verdict, and filters show some.
func TestList(t *testing.T) {
	s := serve(t, library(t), Options{})
	all := s.page("/")
	has(t, "all", all, true, "3 of 3", `href="/run/deep/pull-seed-2"`, `href="/file/crash%20%3C&amp;%3E%2050%25/report.html"`, "passed", "failed", "split-brain, of-crash", ">9.000s<")
	for _, c := range []struct {
		query      string
		shows, not string
	}{
		{"name=PULL+seed+2", "/run/deep/pull-seed-2", "/run/pull-seed-1"},
		{"name=pull&verdict=passed", "/run/pull-seed-1", "/run/deep"},
		{"verdict=failed", "/run/deep", "/run/pull-seed-1"},
		{"tag=of-crash", "/run/crash", "/run/pull-seed-1"},
		{"world=netns", "No run is like that", "/run/pull-seed-1"},
		{"name=%3Cscript%3E", "&lt;script&gt;", "<script>"},
	} {
		text := s.page("/?" + c.query)
		has(t, c.query, text, true, c.shows)
		has(t, c.query, text, false, c.not)
	}
	one := s.page("/run/deep/pull-seed-2")
	has(t, "run", one, true, "pull seed 2", "What pull is about.", "outage of c1", "9s", "/file/deep/pull-seed-2/run.json", "cablepull run pull")
	for _, path := range []string{"/run/", "/run/deep", "/run/nothing", "/run/../x"} {
		if answer := s.ask("GET", path); answer.StatusCode == http.StatusOK {
			t.Errorf("%s: got status 200", path)
		}
	}
}

// TestBrokenRun: a run.json that is no run is in the list, with the problem,
// and takes nothing else away. When it is mended, it is read again.
func TestBrokenRun(t *testing.T) {
	folder := library(t)
	broken := filepath.Join(folder, "broken", reports.RunFile)
	if err := os.Mkdir(filepath.Dir(broken), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, broken, `{"scenario":`)
	s := serve(t, folder, Options{})
	has(t, "broken", s.page("/?verdict=no+verdict"), true, "1 of 4", `href="/run/broken"`, `class="bad"`)
	if answer := s.ask("GET", "/difference?run=broken&run=pull-seed-1"); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("got status %d for a difference to it", answer.StatusCode)
	}
	leave(t, filepath.Dir(broken), aRun("mended", 1, true, 0))
	has(t, "mended", s.page("/"), true, "4 of 4", "mended")
}

// TestDifference: two runs stand side by side, with what differs and without
// what does not.
func TestDifference(t *testing.T) {
	s := serve(t, library(t), Options{})
	text := s.page("/difference?run=pull-seed-1&run=deep/pull-seed-2")
	has(t, "difference", text, true, "1 met by both", "met: 7s", "not met: 9s", "of it detection", ">+2.000s<", "<svg", "equal figures")
	if strings.Contains(s.page("/difference?run=pull-seed-1&run=pull-seed-1"), "All figures are equal") == false {
		t.Error("a run differs from itself")
	}
	for query, status := range map[string]int{"": 400, "run=pull-seed-1": 400, "run=a&run=b&run=c": 400, "run=pull-seed-1&run=nothing": 404, "run=pull-seed-1&run=../x": 404} {
		if answer := s.ask("GET", "/difference?"+query); answer.StatusCode != status {
			t.Errorf("%q: got status %d, want %d", query, answer.StatusCode, status)
		}
	}
}

// TestSeries: a series that goes on is shown, and the page asks how far it is.
// One that was killed is shown as that.
func TestSeries(t *testing.T) {
	folder := library(t)
	s := serve(t, folder, Options{})
	has(t, "nothing goes on", s.page("/"), false, "going on", "killed", "refresh")
	r, err := reports.StartProgress(filepath.Join(folder, "deep"), 7)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	has(t, "it goes on", s.page("/"), true, "is going on", `max="7"`, `http-equiv="refresh"`, "<code>deep</code>")
	r.Running("pull seed 3")
	r.Done("pull seed 2", false, time.Minute)
	var now state
	for deadline := time.Now().Add(10 * time.Second); len(now.Series) == 0 || now.Series[0].Done == 0; {
		if err := json.Unmarshal([]byte(s.page("/progress")), &now); err != nil || time.Now().After(deadline) {
			t.Fatalf("got %+v (%v)", now, err)
		}
	}
	if got := now.Series[0]; now.Runs != 3 || got.Path != "deep" || got.Stopped || got.Failed != 1 || len(got.Running) != 1 {
		t.Errorf("got %+v", now)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if text := s.page("/progress"); !strings.Contains(text, `"series":[]`) {
		t.Errorf("got %s after the end", text)
	}
	going(t, filepath.Join(folder, "deep"), reports.Progress{Total: 5, Done: 2, Process: 1 << 30, Started: "1"})
	has(t, "killed", s.page("/"), true, "was killed")
	has(t, "killed", s.page("/"), false, "refresh", "is going on")
}

// TestEmpty: an empty folder says what to do, and one that is not there is an
// error.
func TestEmpty(t *testing.T) {
	folder := t.TempDir()
	s := serve(t, folder, Options{})
	has(t, "empty", s.page("/"), true, "There are no runs yet", "--out "+folder)
	if s.Count() != 0 {
		t.Errorf("got %d runs", s.Count())
	}
	if _, err := Open(filepath.Join(folder, "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that it does not exist", err)
	}
	put(t, filepath.Join(folder, "file"), "")
	if _, err := Open(filepath.Join(folder, "file"), Options{}); !errors.Is(err, ErrNoFolder) {
		t.Errorf("got %v, want %v", err, ErrNoFolder)
	}
}
