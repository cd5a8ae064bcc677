package ldap

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// unhex returns the bytes of hexadecimal digits in groups.
func unhex(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readFrom(b []byte) (message, error) { return read(bufio.NewReader(bytes.NewReader(b))) }

// TestBytes: what OpenLDAP's ldapwhoami and slapd send for an anonymous bind,
// and a bind with a name.
func TestBytes(t *testing.T) {
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"anonymous", BindRequest{ID: 1, Version: 3}.Marshal(), "300c 020101 6007 020103 0400 8000"},
		{"by name", BindRequest{ID: 2, Version: 3, DN: "cn=x", Password: "pw"}.Marshal(), "3012 020102 600d 020103 0404636e3d78 80027077"},
		{"success", BindResponse{ID: 1}.Marshal(), "300c 020101 6107 0a0100 0400 0400"},
		{"failure", BindResponse{ID: 1, Result: InvalidCredentials, Diagnostic: "no"}.Marshal(), "300e 020101 6109 0a0131 0400 04026e6f"},
	} {
		if want := unhex(t, c.want); !bytes.Equal(c.got, want) {
			t.Errorf("%s: got %x, want %x", c.name, c.got, want)
		}
	}
}

// TestReadErrors: what is no bind response, and whether the bytes or the
// connection are to blame.
func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, digits, want string }{
		{"nothing", "", "EOF"},
		{"half a header", "30", "unexpected EOF"},
		{"half a message", "300c 020101 6107 0a01", "unexpected EOF"},
		{"HTTP", hex.EncodeToString([]byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" + strings.Repeat(" ", 100))), "ldap: message: "},
		{"a bare operation", "6107 0a0100 0400 0400", "ldap: message: got no sequence of a number and an operation"},
		{"a number only", "3003 020101", "ldap: message: got no sequence of a number and an operation"},
		{"a text as number", "300c 040131 6107 0a0100 0400 0400", "ldap: message: got no number and operation"},
		{"a negative number", "300c 0201ff 6107 0a0100 0400 0400", "ldap: message: got no number and operation"},
		{"another operation", "300c 020101 6507 0a0100 0400 0400", "ldap: message: got operation 5 of 3 elements, want a bind response"},
		{"too few elements", "300a 020101 6105 0a0100 0400", "ldap: message: got operation 1 of 2 elements, want a bind response"},
		{"an integer as result", "300c 020101 6107 020100 0400 0400", "ldap: message: bind response: got no result and diagnostic"},
		{"an empty result", "300b 020101 6106 0a00 0400 0400", "ldap: message: bind response: got no result and diagnostic"},
		{"a result too long to be held", "3014 020101 610f 0a09000000000000000000 0400 0400", "ldap: message: bind response: got no result and diagnostic"},
		{"longer than it may be", "3084 7fffffff" + strings.Repeat("0201 01", messageMax), "ldap: message: unexpected EOF"},
		{"nested without end", strings.Repeat("3084 00ffffff", 5000), "ldap: message: nesting depth"},
	} {
		m, err := readFrom(unhex(t, c.digits))
		if err == nil {
			_, err = m.bindResponse()
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
		var wrong *MessageError
		if blamed := errors.As(err, &wrong); blamed != strings.HasPrefix(c.want, "ldap") {
			t.Errorf("%s: got a message's error: %v", c.name, blamed)
		}
	}
}

// TestReadForms: forms that DER does not allow but LDAP does, as Active
// Directory sends them, and what follows the elements that we know.
func TestReadForms(t *testing.T) {
	for _, c := range []struct{ name, digits string }{
		{"long lengths", "3084 00000010 020101 6184 00000007 0a0131 0400 0400"},
		{"controls", "3010 020101 6107 0a0131 0400 0400 a002 3000"},
		{"credentials of the server", "300f 020101 610a 0a0131 0400 0400 870100"},
	} {
		m, err := readFrom(unhex(t, c.digits))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if r, err := m.bindResponse(); err != nil || r != (BindResponse{ID: 1, Result: InvalidCredentials}) {
			t.Errorf("%s: got %+v, %v", c.name, r, err)
		}
	}
}

// TestBindRequests: SASL is another way to authenticate, not an error.
func TestBindRequests(t *testing.T) {
	for _, c := range []struct {
		name, digits string
		want         BindRequest
		result       Result
		fails        bool
	}{
		{"by name", "3012 020102 600d 020103 0404636e3d78 80027077", BindRequest{2, 3, "cn=x", "pw"}, Success, false},
		{"version 2", "300c 020101 6007 020102 0400 8000", BindRequest{ID: 1, Version: 2}, Success, false},
		{"SASL", "3016 020101 6011 020103 0400 a30a 04084b45524245524f53", BindRequest{ID: 1, Version: 3}, AuthNotSupported, false},
		{"no password", "300a 020101 6005 020103 0400", BindRequest{}, 0, true},
		{"no version", "300c 020101 6007 040103 0400 8000", BindRequest{}, 0, true},
	} {
		m, err := readFrom(unhex(t, c.digits))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if r, result, err := m.bindRequest(); r != c.want || result != c.result || (err != nil) != c.fails {
			t.Errorf("%s: got %+v, %v, %v, want %+v, %v", c.name, r, result, err, c.want, c.result)
		}
	}
}

// TestResultNames: known results have the names of the RFC, others a number.
func TestResultNames(t *testing.T) {
	if got := InvalidCredentials.String() + ", " + Result(80).String(); got != "invalidCredentials, result 80" {
		t.Errorf("got %s", got)
	}
}

// FuzzMessage: no bytes make the readers panic, and what they read can be
// written and read again.
func FuzzMessage(f *testing.F) {
	for _, digits := range []string{
		"300c 020101 6007 020103 0400 8000", "3012 020102 600d 020103 0404636e3d78 80027077", "300c 020101 6107 0a0100 0400 0400",
		"3084 00000010 020101 6184 00000007 0a0131 0400 0400", "3084 7fffffff", "3080 020101 6107 0a0100 0400 0400 0000", "3005 020101 4200",
	} {
		f.Add(unhex(f, digits))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := readFrom(b)
		if err != nil {
			return
		}
		if r, err := m.bindResponse(); err == nil {
			again, err := readFrom(r.Marshal())
			if err != nil {
				t.Fatal(err)
			}
			if same, err := again.bindResponse(); err != nil || same != r {
				t.Errorf("got %+v, %v, want %+v", same, err, r)
			}
		}
		if r, result, err := m.bindRequest(); err == nil && result == Success {
			again, err := readFrom(r.Marshal())
			if err != nil {
				t.Fatal(err)
			}
			if same, _, err := again.bindRequest(); err != nil || same != r {
				t.Errorf("got %+v, %v, want %+v", same, err, r)
			}
		}
	})
}
