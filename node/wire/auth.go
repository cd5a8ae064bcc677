package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Auth is the authentication data of a group: eight bytes in clear text. It
// prevents accidents, not attacks (RFC 2281 §7): two groups that share a number
// by mistake ignore each other if their strings differ.
type Auth [8]byte

// The defaults of two families of products. They differ, so that a DataPower
// group and a router's group with the same number ignore each other
// (spec/failover.md §3.1).
var (
	AuthDataPower = Auth{'X', 'A', '3', '5'}      // 0x5841333500000000
	AuthCisco     = Auth{'c', 'i', 's', 'c', 'o'} // 0x636973636f000000, the RFC's recommended default
)

// ParseAuth reads either form that String prints: "0x" and 16 hexadecimal
// digits, as DataPower's standby-authentication takes it, or a text of 1 to 8
// printable characters, as a router takes it.
func ParseAuth(text string) (Auth, error) {
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		number, err := strconv.ParseUint(digits, 16, 64)
		if err != nil || len(digits) != 16 {
			return Auth{}, fmt.Errorf("auth: %w: %q, want 0x and 16 hexadecimal digits", ErrAuth, text)
		}
		var a Auth
		binary.BigEndian.PutUint64(a[:], number)
		return a, nil
	}
	if len(text) == 0 || len(text) > len(Auth{}) || !printable([]byte(text)) {
		return Auth{}, fmt.Errorf("auth: %w: %q, want 1 to 8 printable characters or 0x and 16 digits", ErrAuth, text)
	}
	var a Auth
	copy(a[:], text)
	return a, nil
}

// Hex gives DataPower's form: 0x5841333500000000.
func (a Auth) Hex() string { return fmt.Sprintf("0x%016x", binary.BigEndian.Uint64(a[:])) }

// String gives the text when the bytes are printable characters followed by
// zeros, and the hexadecimal form otherwise. ParseAuth reads it back.
func (a Auth) String() string {
	text := bytes.TrimRight(a[:], "\x00")
	if len(text) == 0 || !printable(text) || bytes.HasPrefix(text, []byte("0x")) {
		return a.Hex()
	}
	return string(text)
}

// MarshalText implements encoding.TextMarshaler with the form of String.
func (a Auth) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; it takes what ParseAuth
// takes.
func (a *Auth) UnmarshalText(text []byte) error {
	parsed, err := ParseAuth(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

func printable(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
