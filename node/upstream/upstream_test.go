package upstream

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// The servers of most tests, as nginx completes a line without parameters.
var (
	plain  = Server{Weight: 1, MaxFails: 1, FailTimeout: 10}
	backup = Server{Weight: 1, MaxFails: 1, FailTimeout: 10, Backup: true}
	down   = Server{Weight: 1, MaxFails: 1, FailTimeout: 10, Down: true}
)

// usual is proxy_next_upstream of a location that does not say it.
const usual = Error | Timeout

// start is any second of the wall clock: a server that has never failed has 0.
const start = 1_000_000

func must(t testing.TB, c Config) *Upstream {
	t.Helper()
	u, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// bench plays requests against an upstream, and each server as it behaves.
type bench struct {
	*Upstream
	t      *testing.T
	now    Instant
	server []any // how each behaves: a status, or a Condition
}

func newBench(t *testing.T, c Config, behaviour ...any) *bench {
	return &bench{must(t, c), t, Instant{Second: start}, behaviour}
}

// at moves the wall clock to so many seconds after the start.
func (b *bench) at(seconds int64) *bench {
	b.now = Instant{Second: start + seconds, Elapsed: time.Duration(seconds) * time.Second}
	return b
}

// ask plays one request and tells its fate: the servers that it tried, by their
// place, and the status, such as "0 1: 200". A status in brackets is nginx's
// own.
func (b *bench) ask(method string) string {
	r := b.Begin(b.now, method)
	fate := ""
	for range 2 * len(b.server) {
		i, ok := r.Next(b.now)
		if !ok {
			return strings.TrimSpace(fmt.Sprintf("%s: [%d]", fate, NoLiveUpstreams))
		}
		fate = strings.TrimSpace(fmt.Sprintf("%s %d", fate, i))
		switch does := b.server[i].(type) {
		case int:
			r.Sent(false)
			if r.Answered(b.now, does) {
				r.Done()
				return fmt.Sprintf("%s: %d", fate, does)
			}
		case Condition:
			if does&refuses == 0 {
				r.Sent(false)
			}
			if status := r.Failed(b.now, does&^refuses); status != 0 {
				return fmt.Sprintf("%s: [%d]", fate, status)
			}
		}
	}
	b.t.Fatalf("%s: the request does not end", fate)
	return ""
}

// refuses is a server to which no connection is made: nothing is sent. It must
// be joined with Error or Timeout.
const refuses Condition = 1 << 15

func (b *bench) want(method, fate string) {
	b.t.Helper()
	if got := b.ask(method); got != fate {
		b.t.Errorf("at %d s: %s: got %q, want %q", b.now.Second-start, method, got, fate)
	}
}

// wantAll asks with GET several times.
func (b *bench) wantAll(fates ...string) {
	b.t.Helper()
	for i, fate := range fates {
		if got := b.ask(http.MethodGet); got != fate {
			b.t.Errorf("at %d s, request %d: got %q, want %q", b.now.Second-start, i+1, got, fate)
		}
	}
}

// TestConfig: every mistake is reported.
func TestConfig(t *testing.T) {
	_, err := New(Config{Servers: []Server{{Weight: 0, MaxFails: 1, Backup: true}, {Weight: 1, MaxFails: -1, Backup: true}}, Tries: -1})
	if !errors.Is(err, ErrConfig) {
		t.Fatalf("got %v, want ErrConfig", err)
	}
	for _, part := range []string{"server 1: weight: got 0", "server 2: got max_conns 0, max_fails -1", "not a backup", "-1 tries"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q in it", err, part)
		}
	}
	if _, err := New(Config{Servers: slices.Repeat([]Server{plain}, ServersMax+1)}); !errors.Is(err, ErrConfig) {
		t.Errorf("%d servers: got %v, want ErrConfig", ServersMax+1, err)
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		words string
		want  Condition
	}{
		{"", 0},
		{"off", 0},
		{"error timeout", usual},
		{"error timeout invalid_header http_500", Error | Timeout | InvalidHeader | HTTP500},
		{"http_502 http_503 http_504 http_403 http_404 http_429 non_idempotent", HTTP502 | HTTP503 | HTTP504 | HTTP403 | HTTP404 | HTTP429 | NonIdempotent},
	} {
		if got, err := ParseConditions(strings.Fields(c.words)); got != c.want || err != nil {
			t.Errorf("%q: got %#x, %v, want %#x", c.words, got, err, c.want)
		}
	}
	for _, words := range []string{"http_501", "error off", "updating"} {
		if _, err := ParseConditions(strings.Fields(words)); !errors.Is(err, ErrWord) {
			t.Errorf("%q: got %v, want ErrWord", words, err)
		}
	}
	for i, word := range Words() {
		if got := Condition(1 << i).String(); got != word {
			t.Errorf("got %q, want %q", got, word)
		}
	}
}

// TestSmoothRoundRobin: weights 5, 1, 1 give the order a a b a c a a, which is
// the example of the commit that introduced it (nginx 1.3.1); with equal
// weights each has its turn.
func TestSmoothRoundRobin(t *testing.T) {
	order := func(weights ...int) string {
		c := Config{Next: usual}
		var ok []any
		total := 0
		for _, w := range weights {
			c.Servers = append(c.Servers, Server{Weight: w, MaxFails: 1, FailTimeout: 10})
			ok = append(ok, 200)
			total += w
		}
		b := newBench(t, c, ok...)
		text := ""
		for range 2 * total {
			text += strings.TrimSuffix(b.ask(http.MethodGet), ": 200")
		}
		return text
	}
	if got, want := order(5, 1, 1), "0010200"+"0010200"; got != want {
		t.Errorf("weights 5, 1, 1: got %s, want %s", got, want)
	}
	if got, want := order(1, 1, 1), "012012"; got != want {
		t.Errorf("equal weights: got %s, want %s", got, want)
	}
}

// TestEffectiveWeight: a failure takes weight/max_fails away, and each choice
// in which the server could have been chosen gives one back (spec/peers.md
// §2.4).
func TestEffectiveWeight(t *testing.T) {
	b := newBench(t, Config{Servers: []Server{
		{Weight: 6, MaxFails: 2, FailTimeout: 10}, {Weight: 1, MaxFails: 1, FailTimeout: 10},
	}, Next: usual}, Error, 200)
	b.wantAll("0 1: 200")
	// The choice of the second server was one without the first, which it had
	// tried.
	if got := b.main.shares[0].effective; got != 3 {
		t.Errorf("after a failure: effective weight: got %d, want 6 - 6/2 = 3", got)
	}
	b.server[0] = 200
	for want := int32(4); want <= 6; want++ {
		b.ask(http.MethodGet)
		if got := b.main.shares[0].effective; got != want {
			t.Errorf("one choice later: effective weight: got %d, want %d", got, want)
		}
	}
	b.ask(http.MethodGet)
	if got := b.main.shares[0].effective; got != 6 {
		t.Errorf("effective weight: got %d, want no more than the weight, 6", got)
	}
	heavy := newBench(t, Config{Servers: []Server{{Weight: 3, MaxFails: 1, FailTimeout: 0}, backup}, Next: usual}, Error, 200)
	for second := range int64(4) {
		heavy.at(second).wantAll("0 1: 200")
	}
	if got := heavy.main.shares[0].effective; got != 0 {
		t.Errorf("effective weight: got %d, want none below 0", got)
	}
}

// TestMaxConns: a server with as many requests as it may have is not chosen. It
// is not marked for that.
func TestMaxConns(t *testing.T) {
	u := must(t, Config{Servers: []Server{{Weight: 1, MaxFails: 1, FailTimeout: 10, MaxConns: 1}, backup}, Next: usual})
	now := Instant{Second: start}
	var requests [3]Request
	for i, want := range []int{0, 1, 1} {
		requests[i] = u.Begin(now, http.MethodGet)
		if got, ok := requests[i].Next(now); !ok || got != want {
			t.Errorf("request %d: got server %d, %v, want %d", i, got, ok, want)
		}
	}
	requests[0].Done()
	requests[0].Done() // the second call does nothing
	r := u.Begin(now, http.MethodGet)
	if got, ok := r.Next(now); !ok || got != 0 {
		t.Errorf("with room again: got server %d, %v, want 0", got, ok)
	}
	if all := u.Changes(); len(all) != 0 {
		t.Errorf("got the changes %v, want none", all)
	}
	one := must(t, Config{Servers: []Server{{Weight: 1, MaxFails: 1, MaxConns: 1}}, Next: usual})
	first, second := one.Begin(now, http.MethodGet), one.Begin(now, http.MethodGet)
	if _, ok := first.Next(now); !ok {
		t.Error("a single server has no room for the first request")
	}
	if _, ok := second.Next(now); ok {
		t.Error("a single server has room for a second request, want none beyond max_conns")
	}
}
