package scenarios_test

import (
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios"
)

const valued = `
duration: 90s
segments: {lan: {}}
nodes:
  a:
    gateway: {}
    nics: {lan: 192.0.2.11/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110, announce: [0s, 1500ms]}}
  b:
    gateway: {}
    nics: {lan: 192.0.2.12/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, hello: 2s}}
  c1:
    nics: {lan: 192.0.2.201/24}
    client: {target: "http://192.0.2.100/", rate: 3/min}
`

func TestValueIsWhatAFileWouldSay(t *testing.T) {
	s, err := scenarios.Parse("valued.yaml", []byte(valued))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"duration":                       "1m30s",
		"nodes.c1.client.rate":           "3/min",
		"nodes.a.standby.lan.priority":   "110",
		"nodes.a.standby.lan.hello":      "3s", // the default
		"nodes.b.standby.lan.hello":      "2s",
		"nodes.*.standby.lan.hello":      "3s", // the first that has one
		"nodes.*.client.rate":            "3/min",
		"nodes.a.standby.lan.jitter":     "10%",
		"nodes.a.standby.lan.vip":        "192.0.2.100",
		"nodes.a.standby.lan.preempt":    "false",
		"nodes.a.standby.lan.profile":    "datapower",
		"nodes.a.standby.lan.announce.1": "1.5s",
	} {
		got, err := s.Value(path)
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", path, got, err, want)
			continue
		}
		if !strings.Contains(path, "standby.lan.vip") && path != "duration" {
			if _, err := s.Set(path, got); err != nil && !strings.Contains(path, "announce") {
				t.Errorf("%s: what it says cannot be set: %v", path, err)
			}
		}
	}
	for path, want := range map[string]string{
		"nodes.a.standby.lan":            "no single value",
		"nodes.a.standby.lan.holt":       `did you mean`,
		"nodes.z.standby.lan.hold":       `there is no "z"`,
		"nodes.a.client.rate":            "it is not set",
		"nodes.a.standby.lan.hello.x":    "no keys",
		"nodes.a.standby.lan.announce.9": "from 0 to 1",
		"nodes.*.router.x":               "it is not set",
	} {
		if got, err := s.Value(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %q, %v, want an error with %q", path, got, err, want)
		}
	}
}
