package upstream

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Config is an upstream block and what a location says about passing requests
// on. It is complete: there are no defaults.
type Config struct {
	Servers []Server // at most ServersMax

	Next    Condition     // proxy_next_upstream
	Tries   int           // proxy_next_upstream_tries: the most servers for one request; 0: no limit
	Timeout time.Duration // proxy_next_upstream_timeout: no more tries after it; 0: no limit
}

// Policy is what a location says about passing requests on, as Config does.
type Policy struct {
	Next    Condition
	Tries   int
	Timeout time.Duration
}

// Server is a server line of an upstream block.
type Server struct {
	Weight      int   // 1 to WeightMax; nginx's default is 1
	MaxConns    int   // the most requests at a time; 0: no limit
	MaxFails    int   // failures that make it unavailable; 0: none do; nginx's default is 1
	FailTimeout int64 // seconds; nginx's default is 10
	Backup      bool  // used only when no other server can be
	Down        bool  // never used
}

// Limits of an upstream (ours).
const (
	ServersMax = 256
	WeightMax  = 65000
)

// ErrConfig is wrapped by the errors about a Config.
var ErrConfig = errors.New("bad upstream")

// check returns all mistakes of a configuration as one error.
func (c *Config) check() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("upstream: %w: "+format, append([]any{ErrConfig}, args...)...))
	}
	main := 0
	for i, s := range c.Servers {
		if !s.Backup {
			main++
		}
		if s.Weight < 1 || s.Weight > WeightMax {
			wrong("server %d: weight: got %d, want 1 to %d", i+1, s.Weight, WeightMax)
		}
		if s.MaxFails > math.MaxInt32 {
			wrong("server %d: max_fails: got %d, want at most %d", i+1, s.MaxFails, math.MaxInt32)
		}
		if s.MaxConns < 0 || s.MaxFails < 0 || s.FailTimeout < 0 {
			wrong("server %d: got max_conns %d, max_fails %d, fail_timeout %d, want no negative ones", i+1, s.MaxConns, s.MaxFails, s.FailTimeout)
		}
	}
	if main == 0 {
		wrong("got no server that is not a backup, want at least one")
	}
	if len(c.Servers) > ServersMax {
		wrong("got %d servers, want at most %d", len(c.Servers), ServersMax)
	}
	if c.Tries < 0 || c.Timeout < 0 {
		wrong("got %d tries within %v, want no negative limits", c.Tries, c.Timeout)
	}
	return errors.Join(errs...)
}
