package check

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"github.com/cablepull/cablepull/sim/topology"
)

// condition is what the body of an answer must fulfil. Its error says in a word
// or two why it does not.
type condition func(body []byte) error

// conditionOf returns the condition of a kind of check, and how much of the
// body it looks at; nil if it looks at none. Errors are mistakes in patterns.
func conditionOf(cfg topology.Check) (is condition, limit int, err error) {
	var filter *regexp.Regexp
	if cfg.Filter != "" {
		if filter, err = regexp.Compile(cfg.Filter); err != nil {
			return nil, 0, fmt.Errorf("filter: %w", err)
		}
	}
	switch cfg.By {
	case topology.CheckHTTPToken:
		return contains(cfg.Token), searchMax, nil
	case topology.CheckHTTPRegexp:
		return matches(filter), searchMax, nil
	case topology.CheckJSON:
		return holds(cfg.Field, cfg.Value), parseMax, nil
	case topology.CheckSOAP:
		if _, err := topology.ParseXPath(cfg.XPath); err != nil {
			return nil, 0, fmt.Errorf("xpath: %w", err)
		}
		xml := isTrue(cfg.XPath)
		if filter == nil {
			return xml, parseMax, nil
		}
		matches := matches(filter)
		return func(body []byte) error {
			if err := xml(body); err != nil {
				return err
			}
			return matches(body)
		}, parseMax, nil
	}
	return nil, 0, nil
}

// contains is fulfilled by a body with a token in it.
func contains(token string) condition {
	return func(body []byte) error {
		if bytes.Contains(body, []byte(token)) {
			return nil
		}
		return errors.New("no token")
	}
}

// matches is fulfilled by a body that matches a pattern somewhere.
func matches(pattern *regexp.Regexp) condition {
	return func(body []byte) error {
		if pattern.Match(body) {
			return nil
		}
		return errors.New("no match")
	}
}
