package form

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPortsInBrackets: HOST:PORT needs no quotes in a list within brackets; a
// colon with a space, or within braces, is that of a mapping.
func TestPortsInBrackets(t *testing.T) {
	type word struct {
		Text string `yaml:"text,short"`
		Port int    `yaml:"port"`
	}
	for text, want := range map[string][]word{
		"{list: [192.0.2.11:80, mq:5672, plain]}":       {{Text: "192.0.2.11:80"}, {Text: "mq:5672"}, {Text: "plain"}},
		"{list: [ 192.0.2.11:80 ]}":                     {{Text: "192.0.2.11:80"}},
		"{list: [a:b:80, 12:30]}":                       {{Text: "a:b:80"}, {Text: "12:30"}},
		"{list: [mq:5672,\n  192.0.2.11:80 # one\n  ]}": {{Text: "mq:5672"}, {Text: "192.0.2.11:80"}},
		"{list: [{text: mq:5672}, {port: 80}]}":         {{Text: "mq:5672"}, {Port: 80}},
		"{list: [\"mq:5672\", 'a:1']}":                  {{Text: "mq:5672"}, {Text: "a:1"}},
		"{list: [text: a, port: 80]}":                   {{Text: "a"}, {Port: 80}},
		"{list: [text: a:80]}":                          {{Text: "a:80"}},
		"list: [192.0.2.11:80, mq:5672]":                {{Text: "192.0.2.11:80"}, {Text: "mq:5672"}},
		"list:\n- 192.0.2.11:80\n- text: b:1":           {{Text: "192.0.2.11:80"}, {Text: "b:1"}},
	} {
		var got struct {
			List []word `yaml:"list"`
		}
		d, _ := (&Format{}).Decode([]byte(text), &got)
		if problems := d.Problems(); len(problems) > 0 {
			t.Errorf("%s: got %v", text, problems)
		} else if diff := cmp.Diff(want, got.List); diff != "" {
			t.Errorf("%s: -want +got\n%s", text, diff)
		}
	}
}

// TestPlaceInBrackets: what is wrong behind such a word is told at its place.
func TestPlaceInBrackets(t *testing.T) {
	var got struct {
		List []int `yaml:"list"`
	}
	d, _ := (&Format{}).Decode([]byte("{list: [1, mq:5672, x]}"), &got)
	var at []Place
	for _, p := range d.Problems() {
		at = append(at, Place{p.Line, p.Column})
	}
	if want := []Place{{1, 12}, {1, 21}}; !cmp.Equal(at, want) {
		t.Errorf("got %v, want %v", at, want)
	}
}
