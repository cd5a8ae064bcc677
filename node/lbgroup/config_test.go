package lbgroup

import (
	"encoding"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestBadConfig: each mistake is found, and all of them at once.
func TestBadConfig(t *testing.T) {
	many := make([]Member, MembersMax+1)
	for i := range many {
		many[i] = Member{Server: fmt.Sprint(i), Weight: 1}
	}
	tests := []struct {
		want   string
		change func(*Config)
	}{
		{"algorithm: got algorithm(99)", func(c *Config) { c.Algorithm = 99 }},
		{"mode: got mode(99)", func(c *Config) { c.Mode = 99 }},
		{"damp: got 999ms, want 1s to 24h0m0s", func(c *Config) { c.Damp = 999 * time.Millisecond }},
		{"damp: got 24h0m1s, want 1s to 24h0m0s", func(c *Config) { c.Damp = DampMax + time.Second }},
		{"failed check: got absent, want down or softdown", func(c *Config) { c.FailedCheck = Absent }},
		{"try every failed: got up, want down or softdown", func(c *Config) { c.TryEveryFailed = Up }},
		{"got 1025 members, want at most 1024", func(c *Config) { c.Members = many }},
		{`member 1: got name ""`, func(c *Config) { c.Members[0].Server = "" }},
		{`member 2: got name "a"`, func(c *Config) { c.Members[1].Server = "a" }},
		{`member "b": got weight 0, want 1 to 65000`, func(c *Config) { c.Members[1].Weight = 0 }},
		{`member "b": got weight 65001, want 1 to 65000`, func(c *Config) { c.Members[1].Weight = 65001 }},
		{`member "c": clone id: got "x:y"`, func(c *Config) { c.Members[2].CloneID = "x:y" }},
		{`affinity mode: got "affinity mode(99)"`, func(c *Config) { c.Affinity.Mode = 99 }},
		{`insertion domain: got ".example.com"`, func(c *Config) { c.Affinity.InsertionDomain = ".example.com" }},
		{`insertion path or domain: got "/;x"`, func(c *Config) { c.Affinity.InsertionPath = "/;x" }},
		{`insertion cookie name: got "a b"`, func(c *Config) { c.Affinity.WLMOverride, c.Affinity.InsertionCookieName = true, "a b" }},
		{`insertion cookie name: got ""`, func(c *Config) { c.Affinity.WLMOverride, c.Affinity.InsertionCookieName = true, "" }},
	}
	for _, tt := range tests {
		c := configured(RoundRobin)
		tt.change(&c)
		if g, err := New(c); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) || g != nil {
			t.Errorf("got error %v, want one with %q", err, tt.want)
		} else if n := strings.Count(err.Error(), "\n"); n > 0 {
			t.Errorf("got %d more errors than the one with %q:\n%v", n, tt.want, err)
		}
	}
	c := configured(RoundRobin)
	c.Algorithm, c.Damp, c.Affinity.InsertionDomain, c.Members[0].Weight, c.Members[1].Weight = 99, 0, ".x", 0, 0
	_, err := New(c)
	if n := strings.Count(err.Error(), ErrConfig.Error()); n != 5 {
		t.Errorf("got %d errors at once, want 5:\n%v", n, err)
	}
}

// TestGoodConfig: the ends of each range, and what a mode does not use.
func TestGoodConfig(t *testing.T) {
	for _, change := range []func(*Config){
		func(c *Config) { c.Damp = DampMin },
		func(c *Config) { c.Damp = DampMax },
		func(c *Config) { c.Members[0].Weight, c.Members[1].Weight = 1, WeightMax },
		func(c *Config) { c.Members = nil },
		func(c *Config) { c.Affinity = Affinity{} },
	} {
		c := configured(RoundRobin)
		change(&c)
		if _, err := New(c); err != nil {
			t.Errorf("got %v", err)
		}
	}
}

// TestWords: each word of the configuration is read as what it prints; others
// are errors.
func TestWords(t *testing.T) {
	type word interface {
		fmt.Stringer
		encoding.TextUnmarshaler
	}
	types := []struct {
		words words
		at    func(uint8) word
	}{
		{algorithmWords, func(i uint8) word { a := Algorithm(i); return &a }},
		{modeWords, func(i uint8) word { m := Mode(i); return &m }},
		{stateWords, func(i uint8) word { s := State(i); return &s }},
		{affinityWords, func(i uint8) word { m := AffinityMode(i); return &m }},
	}
	for _, tt := range types {
		for i := range tt.words.names {
			from, to := tt.at(uint8(i)), tt.at(255)
			if err := to.UnmarshalText([]byte(from.String())); err != nil || to.String() != from.String() {
				t.Errorf("%v: got %v, error %v", from, to, err)
			}
		}
		unknown := tt.at(255)
		if got, want := unknown.String(), tt.words.of+"(255)"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, text := range []string{"", "UP", "softdown ", unknown.String()} {
			if err := unknown.UnmarshalText([]byte(text)); !errors.Is(err, ErrWord) || unknown.String() != tt.words.of+"(255)" {
				t.Errorf("%s %q: got %v, error %v", tt.words.of, text, unknown, err)
			}
		}
	}
	for _, names := range []struct {
		words words
		count int
	}{{causeWords, causeCount}, {whyWords, whyCount}, {stateWords, stateCount - 1}} { // held has no name
		if len(names.words.names) != names.count {
			t.Errorf("%s: %d words for %d values", names.words.of, len(names.words.names), names.count)
		}
	}
}
