package balance

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// authenticator makes authentication codes: HMAC-SHA-256 under the token of a
// group, truncated to AuthSize bytes (RFC 4868 §2.6).
type authenticator struct {
	hash hash.Hash
	sum  [sha256.Size]byte
}

func newAuthenticator(token [8]byte) *authenticator {
	return &authenticator{hash: hmac.New(sha256.New, token[:])}
}

// of returns the code of some bytes. It is valid until the next call.
func (a *authenticator) of(b []byte) []byte {
	a.hash.Reset()
	a.hash.Write(b)
	return a.hash.Sum(a.sum[:0])[:AuthSize]
}

// matches reports whether code is that of b.
func (a *authenticator) matches(b, code []byte) bool { return hmac.Equal(a.of(b), code) }
