package developer

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/topology"
)

// browser makes requests, each on a connection of its own.
type browser struct {
	host    *host.Host
	timeout time.Duration
	tls     *certificate.Client
	jar     *cookiejar.Jar
}

func newBrowser(h *host.Host, timeout time.Duration) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return host.Instant(h.Scope().Local()) }
	stream := h.Loop().Stream("developer/" + h.Name() + "/tls/boot/" + boots(h))
	return &browser{h, timeout, certificate.NewClient(nil, stream, now), jar}, nil
}

// question is one request.
type question struct {
	method, url, body string
	token             string // for Authorization; empty: none
}

// answer is what came back.
type answer struct {
	status   int    // 0: nothing
	why      string // nothing came back: the kind of failure
	by       string // the instance
	store    string // the database that it has asked
	text     string
	location string // of a redirect, as a whole URL
}

// The most that a browser reads, and how many redirects it follows.
const (
	textMax      = 1 << 20
	redirectsMax = 5
)

// ask makes one request and follows no redirect.
func (b *browser) ask(q question) answer {
	a, err := b.exchange(q)
	if err != nil {
		return answer{why: inWords(err)}
	}
	return a
}

func (b *browser) exchange(q question) (answer, error) {
	at, err := url.Parse(q.url)
	if err != nil {
		return answer{}, err
	}
	target, err := topology.ParseTarget(q.url)
	if err != nil || target.Name != "" {
		return answer{}, errors.New("not an address")
	}
	due := b.host.Scope().Elapsed() + b.timeout
	plain, err := b.host.Dial(target.Address, b.timeout)
	if err != nil {
		return answer{}, err
	}
	defer plain.Close()
	left := due - b.host.Scope().Elapsed()
	if left <= 0 {
		return answer{}, host.ErrTimeout // to a connection, 0 means no deadline
	}
	plain.SetTimeout(left)
	var conn web.Conn = plain
	if target.Scheme == topology.SchemeHTTPS {
		secure, err := b.tls.Connect(plain)
		if err != nil {
			return answer{}, err
		}
		defer secure.Close()
		conn = secure
	}
	return b.talk(conn, at, target, q)
}

// talk sends a request on a connection and reads the answer.
func (b *browser) talk(conn web.Conn, at *url.URL, target topology.Target, q question) (answer, error) {
	link := web.NewLink(conn)
	defer link.Release()
	request := web.Request{Method: q.method, Host: target.Host, Path: target.Path, Cookie: b.cookie(at)}
	if q.token != "" {
		request.Fields = "Authorization: Bearer " + q.token + "\r\n"
	}
	if q.body != "" {
		request.Body = &web.Body{Text: q.body, Type: "text/plain"}
	}
	if err := link.Send(&request); err != nil {
		return answer{}, err
	}
	head, err := link.Head(&request)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: head.Status, by: head.Header("X-Cablepull-Node"), store: head.Header("X-Cablepull-Store")}
	if to := head.Header("Location"); to != "" {
		if next, err := at.Parse(to); err == nil {
			a.location = next.String()
		}
	}
	b.take(at, head.Cookies())
	text, err := io.ReadAll(io.LimitReader(head, textMax))
	a.text = strings.TrimSpace(string(text))
	return a, err
}

// cookie is the value of the header of that name.
func (b *browser) cookie(at *url.URL) string {
	var all []string
	for _, c := range b.jar.Cookies(at) {
		all = append(all, c.String())
	}
	return strings.Join(all, "; ")
}

func (b *browser) take(at *url.URL, values []string) {
	var cookies []*http.Cookie
	for _, v := range values {
		if c, err := http.ParseSetCookie(v); err == nil {
			cookies = append(cookies, c)
		}
	}
	b.jar.SetCookies(at, cookies)
}

// inWords is why there is no answer, as clients say it.
func inWords(err error) string {
	var secure *certificate.Error
	var wrong *web.MismatchError
	switch {
	case errors.As(err, &secure):
		return "tls"
	case errors.As(err, &wrong):
		return "not HTTP"
	}
	return cmp.Or(host.Failure(err), "closed")
}
