package lbgroup

import (
	"testing"
	"time"
)

// configured is a group of three members with DataPower's defaults.
func configured(a Algorithm) Config {
	return Config{
		Algorithm: a, Damp: 120 * time.Second, Mode: Documented, FailedCheck: Down, TryEveryFailed: Down,
		Affinity: Affinity{
			Enabled: true, Mode: ActiveConditional,
			InsertionCookieName: "DPJSESSIONID", InsertionPath: "/", InsertionDomain: "datapower.com",
			PassiveCookies: []string{"JSESSIONID"},
		},
		Members: []Member{{Server: "a", Weight: 1}, {Server: "b", Weight: 1}, {Server: "c", Weight: 1}},
	}
}

func made(tb testing.TB, c Config) *Group {
	tb.Helper()
	g, err := New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}
