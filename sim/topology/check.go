package topology

import (
	"cmp"
	"time"
)

// Check is how the health of one target is checked once. Everything that checks
// health embeds it.
type Check struct {
	By      string        `yaml:"by" doc:"tcp-half (SYN, then reset), tcp-full (default: connect, then close), http-status (check the status of the answer), http-token (check the status and look for a word in the body)" jsonschema:"enum=tcp-half,enum=tcp-full,enum=http-status,enum=http-token"`
	Timeout time.Duration `yaml:"timeout" doc:"time limit of a check, at most the interval (default 1s)"`
	Status  int           `yaml:"status" doc:"HTTP status of a successful check (default 200)" jsonschema:"minimum=100,maximum=599"`
	Token   string        `yaml:"token" doc:"word that the body must contain, for http-token; the bench's own servers send the alphabet"`
}

// The kinds of check.
const (
	CheckTCPHalf    = "tcp-half"
	CheckTCPFull    = "tcp-full"
	CheckHTTPStatus = "http-status"
	CheckHTTPToken  = "http-token"
)

// WithDefaults returns a copy with every default filled in.
func (k Check) WithDefaults() Check {
	k.By = cmp.Or(k.By, CheckTCPFull)
	k.Timeout = cmp.Or(k.Timeout, time.Second)
	k.Status = cmp.Or(k.Status, 200)
	return k
}

// health checks a completed health check.
func (c *checker) health(path []string, k Check) {
	switch has := k.Token != ""; {
	case k.By == CheckHTTPToken && !has:
		c.fail(path, "token is missing: %s looks for it", k.By)
	case k.By != CheckHTTPToken && has:
		c.fail(At(path, "token"), "got %q, want none: %s does not look for a token", k.Token, k.By)
	}
}
