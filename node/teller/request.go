package teller

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/account"
	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

var methods = map[string]string{read: http.MethodGet, write: http.MethodPut, appendTo: http.MethodPost}

// answerMax is the longest answer that a clerk reads.
const answerMax = 1 << 20

// do asks on a connection of its own.
func (t *Teller) do(o operation) outcome {
	conn, err := t.connect()
	if err != nil {
		return outcome{outcome: failed, reason: "connect: " + inWords(err)} // nothing was sent
	}
	defer conn.Close()
	conn.SetTimeout(t.cfg.Timeout)
	link := web.NewLink(conn)
	defer link.Release()
	r := web.Request{Method: methods[o.verb], Host: t.target.Host, Path: t.target.Path + "/" + o.key, Fields: "Connection: close\r\n"}
	if o.verb != read {
		r.Body = &web.Body{Text: o.value, Type: "text/plain"}
	}
	if err := link.Send(&r); err != nil {
		return outcome{outcome: unknown, reason: "send: " + inWords(err)}
	}
	head, err := link.Head(&r)
	if err != nil {
		return outcome{outcome: unknown, reason: inWords(err)}
	}
	text, err := io.ReadAll(io.LimitReader(head, answerMax))
	if err != nil {
		return outcome{outcome: unknown, reason: inWords(err)}
	}
	return outcomeOf(head.Status, string(text), o.verb)
}

// outcomeOf reads an answer.
func outcomeOf(status int, text, verb string) outcome {
	reason := fmt.Sprintf("status %d", status)
	switch {
	case status == http.StatusOK:
		return outcome{outcome: ok, value: text}
	case strings.HasPrefix(text, account.Failed):
		return outcome{outcome: failed, reason: reason + ": " + strings.TrimSpace(strings.TrimPrefix(text, account.Failed))}
	case strings.HasPrefix(text, account.Unknown):
		return outcome{outcome: unknown, reason: reason + ": " + strings.TrimSpace(strings.TrimPrefix(text, account.Unknown))}
	case status == http.StatusNotFound && verb == read && strings.TrimSpace(text) == "":
		return outcome{outcome: ok}
	}
	return outcome{outcome: unknown, reason: reason} // somebody in between
}

func (t *Teller) connect() (web.Conn, error) {
	began := t.host.Scope().Elapsed()
	plain, err := t.host.Dial(t.target.Address, t.cfg.Connect)
	if err != nil || t.tls == nil {
		return plain, err
	}
	left := t.cfg.Connect - (t.host.Scope().Elapsed() - began)
	plain.SetTimeout(max(left, time.Nanosecond))
	secure, err := t.tls.Connect(plain)
	if err != nil {
		return nil, err
	}
	return secure, nil
}

// inWords names what went wrong with a connection.
func inWords(err error) string {
	var wrong *web.MismatchError
	var insecure *certificate.Error
	switch {
	case errors.As(err, &wrong):
		return "not HTTP"
	case errors.As(err, &insecure):
		return "tls"
	}
	return cmp.Or(host.Failure(err), "closed")
}
