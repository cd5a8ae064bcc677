package apim

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

// validation is what a gateway has found out: that a token is good for an API.
// One that is not is looked up again each time.
type validation struct{ token, api string }

// cached reports whether a call needs no database, because the gateway has
// looked its token up less than Config.TokenCache ago.
func (m *Manager) cached(now time.Duration, token, path string) bool {
	api, _, _ := strings.Cut(path, "/")
	return m.signed(token) == "" && now < m.validated[validation{token, api}]
}

// remember notes that a token is good for an API, as long as it lives and the
// cache may be used.
func (m *Manager) remember(now time.Duration, token, api string, expires time.Duration) {
	if m.cfg.TokenCache > 0 {
		m.validated[validation{token, api}] = min(expires, now+m.cfg.TokenCache)
	}
}

// Invalidate makes the gateway forget what it has found out about a token.
func (m *Manager) Invalidate(token string) {
	maps.DeleteFunc(m.validated, func(v validation, _ time.Duration) bool { return v.token == token })
}

// revoke withdraws a token of the user.
func (v *visit) revoke() (Response, error) {
	value, _, err := v.Lock(tableTokens, v.rest)
	if err != nil {
		return Response{}, err
	}
	if user, _, _ := strings.Cut(value, " "); user != v.user {
		return refuse(http.StatusNotFound, UnknownToken), nil
	}
	if err := v.Put(tableTokens, v.rest, revoked); err != nil {
		return Response{}, err
	}
	v.manager.Invalidate(v.rest)
	return Response{Status: http.StatusOK, Body: "revoked\n", Changes: []Change{{Revoked, v.user}}, Invalidated: v.rest}, nil
}

// revoked stands in the database in the place of a user and an instant.
const revoked = ""
