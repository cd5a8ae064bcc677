package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// fake is a target that does with each word, by its number, what the test says.
type fake struct {
	write func(n int) error
	back  []string
}

func (fake) Prepare(context.Context) error { return nil }
func (f fake) Write(_ context.Context, text string) error {
	var n int
	fmt.Sscanf(text, "w%d", &n)
	return f.write(n)
}
func (f fake) ReadBack(context.Context) ([]string, error) { return f.back, nil }
func (fake) Notes() []string                              { return []string{"note 1"} }
func (fake) Close()                                       {}

// lineUp plays a load in virtual time and returns its lines.
func lineUp(t *testing.T, l load, target target) (lines []string) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		book := newLedger(&out)
		if err := l.prepare(t.Context(), target, book); err != nil {
			t.Fatal(err)
		}
		if err := write(t.Context(), l, target, book); err != nil {
			t.Fatal(err)
		}
		lines = strings.Split(strings.TrimSpace(out.String()), "\n")
	})
	return lines
}

// TestOutcomes: each word has its outcome and its line, and what is read back
// is held against it.
func TestOutcomes(t *testing.T) {
	f := fake{
		write: func(n int) error {
			switch n {
			case 2:
				return errors.New("no\nroute")
			case 3, 4:
				time.Sleep(450 * time.Millisecond)
				return unknown("commit", errors.New("cut"))
			}
			return nil
		},
		back: []string{"w0", "w5", "w1", "w3", "w3", "w2"}, // w6 is lost, and w2 was refused
	}
	got := lineUp(t, load{rate: 10, span: 700 * time.Millisecond, wait: time.Second}, f)
	want := []string{
		"prepared",
		"ok 0 in 0.000", "ok 1 in 0.000", "failed 2 after 0.000: no route", "ok 5 in 0.000", "ok 6 in 0.000",
		"unknown 3 after 0.450: unknown: commit: cut", "unknown 4 after 0.450: unknown: commit: cut",
		"sent 7", "confirmed 4", "refused 1", "doubtful 2", "waiting 0",
		"lost 1", "doubled 1", "reordered 3", "doubtful-kept 1", "refused-kept 1",
		"slowest 0.450", "gap 0.400", "note 1", "end",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSerial: one thread that waits for each word writes none meanwhile, and
// does not catch up.
func TestSerial(t *testing.T) {
	f := fake{write: func(n int) error {
		if n == 1 {
			time.Sleep(350 * time.Millisecond)
		}
		return nil
	}}
	got := strings.Join(lineUp(t, load{rate: 10, span: time.Second, serial: true, wait: time.Second}, f), "\n")
	// Due at 0, 100 (until 450), and then at 500 to 900 ms.
	for _, want := range []string{"\nsent 7\n", "\nslowest 0.350\n", "\ngap 0.450\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %q", got, want)
		}
	}
}

// TestWaiting: a word without outcome at the end is waiting, and holds nobody
// up for longer than said.
func TestWaiting(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	var out strings.Builder
	book := newLedger(&out)
	l := load{rate: 100, span: 10 * time.Millisecond, wait: 20 * time.Millisecond}
	l.run(t.Context(), fake{write: func(int) error { <-release; return nil }}, book)
	book.total(nil)
	if !strings.Contains(out.String(), "waiting 1\n") {
		t.Errorf("got %q, want one that waits", out.String())
	}
}

// shelf is a store in memory.
type shelf struct {
	fake
	registers map[string]string
	lists     map[string][]string
	err       error
}

func (s *shelf) Get(_ context.Context, name string) (string, bool, error) {
	value, found := s.registers[name]
	return value, found, s.err
}

func (s *shelf) Put(_ context.Context, name, value string) error {
	s.registers[name] = value
	return s.err
}

func (s *shelf) Append(_ context.Context, list, word string) error {
	s.lists[list] = append(s.lists[list], word)
	return s.err
}

func (s *shelf) List(_ context.Context, list string) ([]string, error) { return s.lists[list], s.err }

// TestService walks the requests of the service.
func TestService(t *testing.T) {
	s := &shelf{registers: map[string]string{}, lists: map[string][]string{}}
	for _, c := range []struct {
		method, key, body string
		err               error
		status            int
		answer            string
	}{
		{"GET", "/accounts/a", "", nil, 404, "\n"},
		{"PUT", "/accounts/a", "one", nil, 200, "ok\n"},
		{"GET", "/accounts/a", "", nil, 200, "one\n"},
		{"POST", "/accounts/l", "w0", nil, 200, "ok\n"},
		{"POST", "/accounts/l", "w1", nil, 200, "ok\n"},
		{"GET", "/accounts/l", "", nil, 200, "w0 w1\n"},
		{"GET", "/l", "", nil, 404, "failed: not found\n"},
		{"DELETE", "/accounts/l", "", nil, 405, "failed: want GET, PUT or POST\n"},
		{"PUT", "/accounts/a", "two", errors.New("disk full"), 500, "failed: disk full\n"},
		{"PUT", "/accounts/a", "two", errExhausted, 503, "failed: pool exhausted\n"},
		{"PUT", "/accounts/a", "two", &net.OpError{Op: "dial", Err: errors.New("refused")}, 502, "failed: dial: refused\n"},
		{"PUT", "/accounts/a", "two", unknown("commit", errors.New("cut")), 504, "unknown: commit: cut\n"},
		{"GET", "/accounts/b", "", unknown("commit", errors.New("cut")), 500, "failed: read: unknown: commit: cut\n"},
	} {
		s.err = c.err
		answer := httptest.NewRecorder()
		service{store: s, base: "/accounts"}.ServeHTTP(answer, httptest.NewRequest(c.method, c.key, strings.NewReader(c.body)))
		if answer.Code != c.status || answer.Body.String() != c.answer {
			t.Errorf("%s %s: got %d %q, want %d %q", c.method, c.key, answer.Code, answer.Body, c.status, c.answer)
		}
	}
}

// TestArguments: what is wrong is said before anything is written.
func TestArguments(t *testing.T) {
	for args, want := range map[string]string{
		"":                           "want a verb",
		"ldap":                       `got "ldap", want a verb`,
		"mysql -dsn app@tcp(x)/ y":   "got arguments",
		"mysql -rate 0":              "rate of 0",
		"mysql -dsn nonsense":        "invalid DSN",
		"serve -driver sqlite":       `driver: got "sqlite"`,
		"postgres -dsn postgres://[": "cannot parse",
	} {
		err := run(t.Context(), strings.Fields(args), &strings.Builder{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", args, err, want)
		}
	}
}
