package web

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// Jar holds the cookies of one session as a browser does (RFC 6265): it sends
// back only those whose domain, path and security fit, and refuses those for
// another domain. Cookies that expire do so by the wall clock; the bench sends
// none.
type Jar struct {
	jar    *cookiejar.Jar
	target *url.URL
}

// NewJar returns an empty jar for requests to one URL.
func NewJar(target string) (*Jar, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	return &Jar{jar, u}, err
}

// Take takes the cookies of an answer, as Answer.Cookies has them.
func (j *Jar) Take(values string) {
	var cookies []*http.Cookie
	for v := range strings.Lines(values) {
		if c, err := http.ParseSetCookie(strings.TrimSuffix(v, "\n")); err == nil {
			cookies = append(cookies, c)
		}
	}
	j.jar.SetCookies(j.target, cookies)
}

// Cookie returns the value of the Cookie header for the next request; empty if
// there is no cookie for it.
func (j *Jar) Cookie() string {
	var all []string
	for _, c := range j.jar.Cookies(j.target) {
		all = append(all, c.String())
	}
	return strings.Join(all, "; ")
}
