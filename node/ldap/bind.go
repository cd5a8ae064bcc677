package ldap

import (
	"bufio"
	"io"
)

// Bind asks to be authenticated with version 3 of the protocol, and waits for
// the response. Errors are a *MessageError, or the connection's; io.EOF or
// io.ErrUnexpectedEOF if the server closed it too early.
func Bind(c io.ReadWriter, dn, password string) (Result, error) {
	const first = 1 // any number will do: it is the only message
	request := BindRequest{ID: first, Version: 3, DN: dn, Password: password}
	if _, err := c.Write(request.Marshal()); err != nil {
		return 0, err
	}
	m, err := read(bufio.NewReader(c))
	if err != nil {
		return 0, err
	}
	response, err := m.bindResponse()
	if err == nil && response.ID != first {
		err = malformed("got the response to message %d, want %d", response.ID, first)
	}
	return response.Result, err
}
