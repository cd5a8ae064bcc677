package topology

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/antchfx/xpath"
)

// Check is how the health of one target is checked once: spec/failover.md §6.3,
// F7, F9, F39, F40. Everything that checks health embeds it.
type Check struct {
	By          string        `yaml:"by" doc:"tcp-half (SYN, then reset), tcp-full (default: connect, then close), http-status (check the status of the answer), http-token (check the status and look for a word in the body), http-regexp (check the status and match the body with filter), soap (post XML, check the XML of the answer), json (check the status and one field of the answer), ldap-ping and ims (as tcp-full: what the product does for LDAP and IMS Connect), ldap-bind (bind, check the result)" jsonschema:"enum=tcp-half,enum=tcp-full,enum=http-status,enum=http-token,enum=http-regexp,enum=soap,enum=json,enum=ldap-ping,enum=ldap-bind,enum=ims"`
	Timeout     time.Duration `yaml:"timeout" doc:"time limit of a check, at most the interval (default 1s)"`
	Enforce     *bool         `yaml:"enforce-timeout" doc:"interrupt a check when its timeout has passed (default on); off, the product's default, only compares afterwards: a hung server holds the check until user-agent-timeout"`
	UserAgent   time.Duration `yaml:"user-agent-timeout" doc:"time limit of a check whose timeout is not enforced (default 300s)"`
	Status      int           `yaml:"status" doc:"HTTP status of a successful check (default 200; by soap any: the product looks at the XML only)" jsonschema:"minimum=100,maximum=599"`
	Token       string        `yaml:"token" doc:"word that the body must contain, for http-token; the bench's own servers send the alphabet"`
	Filter      string        `yaml:"filter" doc:"regular expression that the body must match, for http-regexp and soap (the product has a stylesheet)"`
	XPath       string        `yaml:"xpath" doc:"of soap: XPath expression that must be true of the answer (default: /, true of any XML)"`
	Field       string        `yaml:"field" doc:"of json: path of the field to look at, such as status or nodes.0.state"`
	Value       string        `yaml:"value" doc:"of json: what the field must hold, such as UP, 3 or true"`
	Method      string        `yaml:"method" doc:"GET (default), POST, HEAD (the status only); by soap the default is POST" jsonschema:"enum=GET,enum=POST,enum=HEAD"`
	Send        string        `yaml:"send" doc:"body to post (default: by soap an empty SOAP message, else none)"`
	ContentType string        `yaml:"content-type" doc:"type of the body to post (default: by soap text/xml, by json application/json, else text/plain)"`
	SOAPAction  string        `yaml:"soap-action" doc:"of soap: SOAPAction of the posted message (default: empty)"`
	BindDN      string        `yaml:"bind-dn" doc:"of ldap-bind: the name to bind as (default: none, anonymous)"`
	Password    string        `yaml:"password" doc:"of ldap-bind: its password"`
}

// The kinds of check.
const (
	CheckTCPHalf    = "tcp-half"
	CheckTCPFull    = "tcp-full"
	CheckHTTPStatus = "http-status"
	CheckHTTPToken  = "http-token"
	CheckHTTPRegexp = "http-regexp"
	CheckSOAP       = "soap"
	CheckJSON       = "json"
	CheckLDAPPing   = "ldap-ping"
	CheckLDAPBind   = "ldap-bind"
	CheckIMS        = "ims"
)

// The methods of HTTP that checks use.
const (
	MethodGet  = "GET"
	MethodPost = "POST"
	MethodHead = "HEAD"
)

// EmptySOAP is the message that a check by soap posts by default, as the
// product's store:///healthcheck.xml: a body with nothing in it.
const EmptySOAP = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
	`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body/></soap:Envelope>` + "\n"

// asksHTTP are the kinds that make a request of HTTP.
var asksHTTP = []string{CheckHTTPStatus, CheckHTTPToken, CheckHTTPRegexp, CheckSOAP, CheckJSON}

// AsksHTTP reports whether the check makes a request of HTTP.
func (k Check) AsksHTTP() bool { return slices.Contains(asksHTTP, k.By) }

// Schemes lists the schemes of the targets that can be checked this way.
func (k Check) Schemes() []string {
	switch {
	case k.AsksHTTP():
		return []string{SchemeHTTP, SchemeHTTPS}
	case k.By == CheckLDAPBind || k.By == CheckLDAPPing:
		return []string{SchemeLDAP, SchemeTCP}
	}
	return []string{SchemeHTTP, SchemeHTTPS, SchemeLDAP, SchemeTCP}
}

// WithDefaults returns a copy with every default filled in.
func (k Check) WithDefaults() Check {
	k.By = cmp.Or(k.By, CheckTCPFull)
	k.Timeout = cmp.Or(k.Timeout, time.Second)
	if k.Enforce == nil {
		on := true
		k.Enforce = &on
	}
	k.UserAgent = cmp.Or(k.UserAgent, 300*time.Second)
	switch k.By {
	case CheckSOAP:
		k.XPath = cmp.Or(k.XPath, "/")
		if k.Method = cmp.Or(k.Method, MethodPost); k.Method == MethodPost {
			k.Send = cmp.Or(k.Send, EmptySOAP)
			k.ContentType = cmp.Or(k.ContentType, "text/xml; charset=utf-8")
		}
	default:
		k.Status = cmp.Or(k.Status, 200)
		k.Method = cmp.Or(k.Method, MethodGet)
	}
	if k.Method == MethodPost {
		k.ContentType = cmp.Or(k.ContentType, map[string]string{CheckJSON: "application/json"}[k.By], textPlain)
	}
	return k
}

// ParseXPath parses an XPath expression. Its errors say what is wrong with it.
func ParseXPath(text string) (x *xpath.Expr, err error) {
	defer func() { // the parser panics on some mistakes
		if why := recover(); why != nil {
			x, err = nil, fmt.Errorf("%v", why)
		}
	}()
	return xpath.Compile(text)
}

// health checks a completed health check.
func (c *checker) health(path []string, k Check) {
	c.onlyFor(path, "token", k.Token, "does not look for a token", k, CheckHTTPToken)
	c.onlyFor(path, "filter", k.Filter, "does not match the body", k, CheckHTTPRegexp, CheckSOAP)
	c.onlyFor(path, "xpath", k.XPath, "does not read XML", k, CheckSOAP)
	c.onlyFor(path, "field", k.Field, "does not read JSON", k, CheckJSON)
	c.onlyFor(path, "value", k.Value, "does not read JSON", k, CheckJSON)
	c.onlyFor(path, "soap-action", k.SOAPAction, "sends no SOAP", k, CheckSOAP)
	c.onlyFor(path, "bind-dn", k.BindDN, "does not bind", k, CheckLDAPBind)
	c.onlyFor(path, "password", k.Password, "does not bind", k, CheckLDAPBind)
	c.needs(path, "token", k.Token, k, CheckHTTPToken, "looks for it")
	c.needs(path, "filter", k.Filter, k, CheckHTTPRegexp, "matches the body with it")
	c.needs(path, "field", k.Field, k, CheckJSON, "looks at it")
	c.needs(path, "value", k.Value, k, CheckJSON, "looks for it")
	c.expression(At(path, "filter"), k.Filter)
	if k.XPath != "" {
		if _, err := ParseXPath(k.XPath); err != nil {
			c.fail(At(path, "xpath"), "got %q, want an XPath expression: %v", k.XPath, err)
		}
	}
	if k.Password != "" && k.BindDN == "" {
		c.fail(At(path, "password"), "got %q without bind-dn: servers refuse a password without a name", k.Password)
	}
	c.request(path, k)
}

// request checks what a check sends.
func (c *checker) request(path []string, k Check) {
	switch {
	case !k.AsksHTTP() && k.Method != MethodGet:
		c.fail(At(path, "method"), "got %s, want none: %s sends no request", k.Method, k.By)
	case k.Method == MethodHead && k.By != CheckHTTPStatus:
		c.fail(At(path, "method"), "got HEAD, want GET or POST: the answer to HEAD has no body, which %s looks at", k.By)
	}
	if k.Method == MethodPost {
		c.header(At(path, "content-type"), k.ContentType)
		c.header(At(path, "soap-action"), k.SOAPAction)
		return
	}
	for _, posted := range []struct{ name, text string }{{"send", k.Send}, {"content-type", k.ContentType}, {"soap-action", k.SOAPAction}} {
		if posted.text != "" {
			c.fail(At(path, posted.name), "got %q, want none: only method POST sends a body", posted.text)
		}
	}
}

// onlyFor checks that a field is left out of checks of other kinds.
func (c *checker) onlyFor(path []string, name, text, why string, k Check, kinds ...string) {
	if text != "" && !slices.Contains(kinds, k.By) {
		c.fail(At(path, name), "got %q, want none: %s %s", text, k.By, why)
	}
}

// needs checks that a field of a kind of check is there.
func (c *checker) needs(path []string, name, text string, k Check, kind, why string) {
	if text == "" && k.By == kind {
		c.fail(path, "%s is missing: %s %s", name, k.By, why)
	}
}
