package upstream

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// seeds are the conditions of the configuration that spec/failover.md §7.1
// derives from.
const seeds = Error | Timeout | InvalidHeader | HTTP500

// The tests below walk the table of spec/failover.md §7.1, each named after its
// row. Rows about proxy_connect_timeout, proxy_read_timeout and the scope of
// the state are about the shell, and the defaults are the topology's.

// Row "max_fails": as many failures make a server unavailable; 0 disables
// accounting.
func TestMaxFails(t *testing.T) {
	for _, fails := range []int{0, 1, 2, 3} {
		s := plain
		s.MaxFails = fails
		b := newBench(t, Config{Servers: []Server{s, backup}, Next: usual}, Error, 200)
		for range fails {
			b.wantAll("0 1: 200")
		}
		if fails == 0 {
			b.wantAll("0 1: 200", "0 1: 200", "0 1: 200")
			if all := b.Changes(); len(all) != 0 {
				t.Errorf("max_fails=0: got the changes %v, want none", all)
			}
			continue
		}
		b.wantAll("1: 200", "1: 200")
	}
}

// Row "fail_timeout": the window for counting and the time considered down. It
// is a quiet period, not a sliding window (spec/peers.md §2.4): failures add up
// as long as no request is tried later than fail_timeout after the last one.
func TestFailTimeout(t *testing.T) {
	s := plain
	s.MaxFails = 3
	for _, c := range []struct {
		second int64 // of the success between two failures and the third one
		down   bool
	}{
		{10, true},  // 10 - 0 > 10 is false: the failures still count
		{11, false}, // they are forgotten
	} {
		b := newBench(t, Config{Servers: []Server{s, backup}, Next: usual}, Error, 200)
		b.at(0).wantAll("0 1: 200", "0 1: 200")
		b.server[0] = 200
		b.at(c.second).wantAll("0: 200")
		b.server[0] = Error
		b.at(c.second).wantAll("0 1: 200")
		want := "0 1: 200"
		if c.down {
			want = "1: 200"
		}
		b.at(c.second).wantAll(want)
	}
}

// Row "backup": used only when no primary is selectable, and given up as soon
// as one is.
func TestBackup(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{plain, backup, plain}, Next: usual}, 200, 200, 200)
	b.wantAll("0: 200", "2: 200", "0: 200", "2: 200")
	b.server[0], b.server[2] = Error, Error
	b.wantAll("0 2 1: 200", "1: 200")
	b.server[0], b.server[2] = 200, 200
	b.at(10).wantAll("1: 200")
	// The failures took the effective weights, 1 each, but not the current ones:
	// -1 and 1. With 0 and 0 earned it is the second one's turn, and with 1 and 1
	// again.
	b.at(11).wantAll("2: 200", "2: 200", "0: 200")
	// A request that has gone over to the backups does not come back.
	u := must(t, Config{Servers: []Server{plain, backup, backup}, Next: usual})
	now := Instant{Second: start}
	r := u.Begin(now, get)
	for _, want := range []int{0, 1, 2} {
		if got, ok := r.Next(now); !ok || got != want {
			t.Fatalf("got server %d, %v, want %d", got, ok, want)
		}
		r.Failed(now, Error)
		now.Second += 100 // long after each fail_timeout
	}
	if got, ok := r.Next(now); ok {
		t.Errorf("got server %d, want none", got)
	}
}

// Row "proxy_next_upstream": error and timeout by default, tries 0 and timeout
// 0 for no limit.
func TestNextUpstream(t *testing.T) {
	three := []Server{plain, plain, plain}
	for _, c := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"default", Config{Next: usual}, "0 1 2: 200"},
		{"off", Config{}, "0: [502]"},
		{"only timeout", Config{Next: Timeout}, "0: [502]"},
		{"one try", Config{Next: usual, Tries: 1}, "0: [502]"},
		{"two tries", Config{Next: usual, Tries: 2}, "0 1: [502]"},
		{"more tries than servers", Config{Next: usual, Tries: 9}, "0 1 2: 200"},
	} {
		c.cfg.Servers = three
		b := newBench(t, c.cfg, Error, Error, 200)
		if got := b.ask(get); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	b := newBench(t, Config{Servers: three, Next: usual}, Error, Timeout, Error)
	b.wantAll("0 1 2: [502]", ": [502]")
	b = newBench(t, Config{Servers: three, Next: usual}, Error, Error, Timeout)
	b.wantAll("0 1 2: [504]", ": [502]") // the last failure decides, then nobody is left
}

// Row "proxy_next_upstream", its timeout: it begins with the request, and ends
// the tries when it has passed.
func TestNextUpstreamTimeout(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{1999 * time.Millisecond, 0}, {2 * time.Second, 502}} {
		u := must(t, Config{Servers: []Server{plain, plain}, Next: usual | HTTP500, Timeout: 2 * time.Second})
		began := Instant{Second: start, Elapsed: time.Hour}
		later := Instant{Second: start + 1, Elapsed: began.Elapsed + c.after}
		r := u.Begin(began, get)
		r.Next(began)
		if got := r.Failed(later, Error); got != c.want {
			t.Errorf("a failure after %v: got status %d, want %d", c.after, got, c.want)
		}
		r = u.Begin(began, get)
		r.Next(began)
		if got, want := r.Answered(later, 500), c.want != 0; got != want {
			t.Errorf("a 500 after %v: it passes: got %v, want %v", c.after, got, want)
		}
	}
}

// Rows "always counted as failure", "counted only if listed" and "never
// counted".
func TestWhatCounts(t *testing.T) {
	const all = Error | Timeout | InvalidHeader | HTTP500 | HTTP502 | HTTP503 | HTTP504 | HTTP403 | HTTP404 | HTTP429
	for _, c := range []struct {
		does   any
		listed Condition
		fate   string // of the first request
		counts bool
	}{
		{Error, 0, "0: [502]", true},
		{Timeout, 0, "0: [504]", true},
		{InvalidHeader, 0, "0: [502]", true},
		{Error, all, "0 1: 200", true},
		{Timeout, all, "0 1: 200", true},
		{InvalidHeader, all, "0 1: 200", true},
		{500, 0, "0: 500", false}, {500, all, "0 1: 200", true}, {500, all &^ HTTP500, "0: 500", false},
		{502, 0, "0: 502", false}, {502, all, "0 1: 200", true}, {502, all &^ HTTP502, "0: 502", false},
		{503, 0, "0: 503", false}, {503, all, "0 1: 200", true}, {503, all &^ HTTP503, "0: 503", false},
		{504, 0, "0: 504", false}, {504, all, "0 1: 200", true}, {504, all &^ HTTP504, "0: 504", false},
		{429, 0, "0: 429", false}, {429, all, "0 1: 200", true}, {429, all &^ HTTP429, "0: 429", false},
		{403, 0, "0: 403", false}, {403, all, "0 1: 200", false},
		{404, 0, "0: 404", false}, {404, all, "0 1: 200", false},
		{501, all, "0: 501", false}, // there is no word for it
		{400, all, "0: 400", false},
	} {
		b := newBench(t, Config{Servers: []Server{plain, backup}, Next: c.listed}, c.does, 200)
		what := fmt.Sprintf("%v with %#x", c.does, uint16(c.listed))
		if got := b.ask(get); got != c.fate {
			t.Errorf("%s: got %q, want %q", what, got, c.fate)
		}
		if got := slices.Contains(b.Changes(), Change{0, Down, cause(c.does)}); got != c.counts {
			t.Errorf("%s: it counts as a failure: got %v, want %v", what, got, c.counts)
		}
	}
}

// cause is the condition that the behaviour of a server amounts to.
func cause(does any) Condition {
	if status, is := does.(int); is {
		return ForStatus(status)
	}
	return does.(Condition)
}

// Row "POST, LOCK, PATCH": not sent again once the request was sent, unless
// non_idempotent; the server is marked either way, except for a status that
// passes.
func TestNotRepeated(t *testing.T) {
	for _, method := range []string{post, "LOCK", http.MethodPatch} {
		for _, c := range []struct {
			does   any
			listed Condition
			fate   string
			marked bool
		}{
			{Timeout, seeds, "0: [504]", true},
			{Error, seeds, "0: [502]", true},
			{500, seeds, "0: 500", false},
			{Error | refuses, seeds, "0 1: 200", true}, // nothing was sent
			{Timeout | refuses, seeds, "0 1: 200", true},
			{Timeout, seeds | NonIdempotent, "0 1: 200", true},
			{500, seeds | NonIdempotent, "0 1: 200", true},
		} {
			b := newBench(t, Config{Servers: []Server{plain, backup}, Next: c.listed}, c.does, 200)
			b.want(method, c.fate)
			if marked := len(b.Changes()) > 0; marked != c.marked {
				t.Errorf("%s, %v with %#x: marked: got %v, want %v", method, c.does, uint16(c.listed), marked, c.marked)
			}
		}
	}
	for _, method := range []string{get, http.MethodHead, http.MethodPut, http.MethodDelete} {
		b := newBench(t, Config{Servers: []Server{plain, backup}, Next: seeds}, Timeout, 200)
		b.want(method, "0 1: 200")
	}
}

// Row "after bytes sent to client": the shell calls Done instead of Failed, and
// the server is not marked.
func TestAfterBytes(t *testing.T) {
	u := must(t, Config{Servers: []Server{plain, backup}, Next: seeds})
	now := Instant{Second: start}
	r := u.Begin(now, get)
	r.Next(now)
	r.Sent(false)
	if !r.Answered(now, 200) {
		t.Fatal("an answer 200 does not pass")
	}
	r.Done()
	if all := u.Changes(); len(all) != 0 {
		t.Errorf("got the changes %v, want none", all)
	}
}

// Row "single server": never marked unavailable. A backup removes this
// exemption for the primary, and so does a second line that is down
// (spec/peers.md §2.4); backups are never exempt.
func TestSingleServer(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{plain}, Next: usual}, Error)
	b.wantAll("0: [502]", "0: [502]", "0: [502]")
	b.server[0] = Timeout
	b.wantAll("0: [504]", "0: [504]")
	if all := b.Changes(); len(all) != 0 {
		t.Errorf("a single server: got the changes %v, want none", all)
	}
	b = newBench(t, Config{Servers: []Server{plain, backup}, Next: usual}, Error, Error)
	b.wantAll("0 1: [502]", ": [502]")
	downBackup := backup
	downBackup.Down = true
	b = newBench(t, Config{Servers: []Server{plain, downBackup}, Next: usual}, Error, 200)
	b.wantAll("0: [502]", ": [502]")
	b = newBench(t, Config{Servers: []Server{plain, down}, Next: usual}, Error, 200)
	b.wantAll("0: [502]", ": [502]")
	b = newBench(t, Config{Servers: []Server{down}, Next: usual}, 200)
	b.wantAll(": [502]")
	b = newBench(t, Config{Servers: []Server{down, backup}, Next: usual}, 200, Error)
	b.wantAll("1: [502]", ": [502]")
}

// A line that is down is no try: nginx 1.22 passes the last answer on, where an
// upstream that counts it would ask nobody, and answer 502.
func TestDownIsNoTry(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{plain, down}, Next: seeds}, 500, 200)
	b.wantAll("0: 500", "0: 500")
}

// Row "all down": nothing is forgiven, and all get 502 until fail_timeout is
// over.
func TestAllDown(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{plain, plain}, Next: usual}, Error, Error)
	b.wantAll("0 1: [502]")
	b.server[0], b.server[1] = 200, 200 // both are well again at once
	for second := range int64(11) {
		b.at(second).wantAll(": [502]", ": [502]")
	}
	b.at(11).wantAll("1: 200", "1: 200", "0: 200") // as in TestBackup
}

// Row "recovery": after fail_timeout one live request is the probe, and the
// others wait for it as long again. Its success clears the failures.
func TestRecovery(t *testing.T) {
	u := must(t, Config{Servers: []Server{plain, backup}, Next: usual})
	now := Instant{Second: start}
	pick := func(second int64, want int) *Request {
		t.Helper()
		now.Second = start + second
		r := u.Begin(now, get)
		if got, ok := r.Next(now); !ok || got != want {
			t.Errorf("at %d s: got server %d, %v, want %d", second, got, ok, want)
		}
		return &r
	}
	if status := pick(0, 0).Failed(now, Timeout); status != 0 {
		t.Errorf("got status %d, want another try", status)
	}
	pick(10, 1)
	probe := pick(11, 0)
	pick(11, 1) // while the probe is under way
	pick(21, 1)
	second := pick(22, 0) // fail_timeout is over again
	pick(23, 1)
	probe.Done()
	pick(23, 0)
	pick(23, 0)
	second.Done()
	want := []Change{{0, Down, Timeout}, {0, Trying, 0}, {0, Up, 0}}
	if got := u.Changes(); !slices.Equal(got, want) {
		t.Errorf("got the changes %v, want %v", got, want)
	}
}

// A failure that was under way prolongs the time, and the probe's failure
// begins it anew.
func TestFailureProlongs(t *testing.T) {
	u := must(t, Config{Servers: []Server{plain, backup}, Next: usual})
	at := func(second int64) Instant { return Instant{Second: start + second} }
	first, late := u.Begin(at(0), get), u.Begin(at(0), get)
	first.Next(at(0))
	late.Next(at(0))
	first.Failed(at(1), Timeout)
	late.Failed(at(9), Timeout) // until 19
	for _, c := range []struct {
		second int64
		want   int
	}{{12, 1}, {19, 1}, {20, 0}} {
		r := u.Begin(at(c.second), get)
		if got, _ := r.Next(at(c.second)); got != c.want {
			t.Errorf("at %d s: got server %d, want %d", c.second, got, c.want)
		}
		if c.want == 0 {
			r.Failed(at(c.second+1), Error)
		}
	}
	want := []Change{{0, Down, Timeout}, {0, Trying, 0}, {0, Down, Error}}
	if got := u.Changes(); !slices.Equal(got, want) {
		t.Errorf("got the changes %v, want %v", got, want)
	}
}

// Row "selection" is TestSmoothRoundRobin and TestEffectiveWeight; row "no
// active probes" is that nothing happens without a request.
func TestNoActiveProbes(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{plain, backup}, Next: usual}, Error, 200)
	b.wantAll("0 1: 200")
	b.Changes()
	b.at(1000)
	if all := b.Changes(); len(all) != 0 {
		t.Errorf("got the changes %v, want none without a request", all)
	}
}
