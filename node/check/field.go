package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var errNotJSON = errors.New("not JSON")

// holds is fulfilled by a JSON text whose field at a path holds a value: a
// string's text, or a number, true, false or null as it is written. Parts of
// the path are separated by dots; of a list they are indices from 0.
func holds(path, want string) condition {
	parts := strings.Split(path, ".")
	return func(body []byte) error {
		if !json.Valid(body) {
			return errNotJSON
		}
		value := json.RawMessage(body)
		for _, part := range parts {
			if value = within(value, part); value == nil {
				return errors.New("no field")
			}
		}
		got := string(value)
		if text := ""; json.Unmarshal(value, &text) == nil && got != "null" {
			got = text
		}
		if got != want {
			return fmt.Errorf("value %.40q", got)
		}
		return nil
	}
}

// within returns the member of an object, or the element of a list, or nil.
// Only one level is decoded at a time, so that a body makes no tree.
func within(value json.RawMessage, part string) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) == nil {
		return object[part]
	}
	var list []json.RawMessage
	i, err := strconv.Atoi(part)
	if err == nil && json.Unmarshal(value, &list) == nil && i >= 0 && i < len(list) {
		return list[i]
	}
	return nil
}
