package topology

import (
	"slices"
	"testing"
)

// TestCheckProblems: what each kind of check needs, and what it has no use for.
func TestCheckProblems(t *testing.T) {
	for _, c := range []struct {
		check  Check
		target string
		want   []string
	}{
		{Check{}, "tcp://192.0.2.100:3000", nil},
		{Check{By: CheckIMS}, "tcp://192.0.2.100:3000", nil},
		{Check{By: CheckHTTPStatus, Method: MethodHead}, "", nil},
		{Check{By: CheckHTTPRegexp, Filter: "^ok$", Method: MethodPost, Send: "ping"}, "", nil},
		{Check{By: CheckSOAP}, "https://192.0.2.100/", nil},
		{Check{By: CheckSOAP, Method: MethodGet, XPath: "//a[b = 'c']", Filter: "x", Status: 200}, "", nil},
		{Check{By: CheckJSON, Field: "a", Value: "b", Method: MethodPost, Send: "{}"}, "", nil},

		{Check{By: CheckLDAPPing}, "ldap://192.0.2.100/", nil},
		{Check{By: CheckLDAPBind, BindDN: "cn=probe", Password: "x"}, "ldap://192.0.2.100:10389", nil},

		{Check{By: CheckLDAPBind}, "", []string{`probe.target: got "http://192.0.2.100/", want a URL that begins with ldap or tcp`}},
		{Check{By: CheckLDAPBind, Password: "x"}, "ldap://192.0.2.100", []string{`probe.password: got "x" without bind-dn: servers refuse a password without a name`}},
		{Check{By: CheckLDAPPing, BindDN: "cn=probe"}, "ldap://192.0.2.100", []string{`probe.bind-dn: got "cn=probe", want none: ldap-ping does not bind`}},
		{Check{}, "tcp://192.0.2.100", []string{`probe.target: got "tcp://192.0.2.100", want a port: tcp has no default`}},
		{Check{By: CheckHTTPStatus}, "tcp://192.0.2.100:80", []string{`probe.target: got "tcp://192.0.2.100:80", want a URL that begins with http or https`}},
		{Check{By: CheckHTTPToken}, "", []string{"probe: token is missing: http-token looks for it"}},
		{Check{By: CheckHTTPRegexp}, "", []string{"probe: filter is missing: http-regexp matches the body with it"}},
		{Check{By: CheckHTTPRegexp, Filter: "("}, "", []string{"probe.filter: got \"(\", want a regular expression: error parsing regexp: missing closing ): `(`"}},
		{Check{By: CheckSOAP, XPath: "//["}, "", []string{`probe.xpath: got "//[", want an XPath expression: expression must evaluate to a node-set`}},
		{Check{By: CheckSOAP, XPath: "'"}, "", []string{`probe.xpath: got "'", want an XPath expression: xpath: scanString got unclosed string`}},
		{Check{By: CheckJSON}, "", []string{"probe: field is missing: json looks at it", "probe: value is missing: json looks for it"}},
		{Check{By: CheckHTTPToken, Token: "x", Filter: "y", XPath: "/", Field: "z", Value: "1"}, "", []string{
			`probe.filter: got "y", want none: http-token does not match the body`,
			`probe.xpath: got "/", want none: http-token does not read XML`,
			`probe.field: got "z", want none: http-token does not read JSON`,
			`probe.value: got "1", want none: http-token does not read JSON`,
		}},
		{Check{By: CheckHTTPToken, Token: "x", Method: MethodHead}, "", []string{"probe.method: got HEAD, want GET or POST: the answer to HEAD has no body, which http-token looks at"}},
		{Check{Method: MethodPost}, "", []string{"probe.method: got POST, want none: tcp-full sends no request"}},
		{Check{By: CheckHTTPStatus, Send: "x"}, "", []string{`probe.send: got "x", want none: only method POST sends a body`}},
		{Check{By: CheckSOAP, Method: MethodGet, Send: "<a/>", ContentType: "text/xml", SOAPAction: "urn:x"}, "", []string{
			`probe.send: got "<a/>", want none: only method POST sends a body`,
			`probe.content-type: got "text/xml", want none: only method POST sends a body`,
			`probe.soap-action: got "urn:x", want none: only method POST sends a body`,
		}},
		{Check{By: CheckSOAP, SOAPAction: "a\r\nHost: b", ContentType: "text/xml\n"}, "", []string{
			`probe.content-type: got "text/xml\n", want printable ASCII: it is sent in a header`,
			`probe.soap-action: got "a\r\nHost: b", want printable ASCII: it is sent in a header`,
		}},
		{Check{By: CheckJSON, Field: "a", Value: "b", SOAPAction: "x", Method: MethodPost}, "", []string{`probe.soap-action: got "x", want none: json sends no SOAP`}},
	} {
		url := c.target
		if url == "" {
			url = "http://192.0.2.100/"
		}
		top := pair()
		edit("c1", func(n *Node) { n.Probe = &Probe{Target: url, Check: c.check} })(&top)
		var got []string
		for _, p := range top.Validate() {
			got = append(got, p.String()[len("nodes.c1."):])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v:\ngot  %q\nwant %q", c.check, got, c.want)
		}
	}
}

// TestCheckDefaults: what is posted by default follows from the kind.
func TestCheckDefaults(t *testing.T) {
	soap := Check{By: CheckSOAP}.WithDefaults()
	if soap.Method != MethodPost || soap.Send != EmptySOAP || soap.ContentType != "text/xml; charset=utf-8" || soap.XPath != "/" || soap.Status != 0 {
		t.Errorf("soap: got %+v, want it to post an empty message, and to look at the XML only", soap)
	}
	if get := (Check{By: CheckSOAP, Method: MethodGet}).WithDefaults(); get.Send+get.ContentType != "" {
		t.Errorf("soap by GET: got %+v, want nothing to send", get)
	}
	if json := (Check{By: CheckJSON, Method: MethodPost}).WithDefaults(); json.ContentType != "application/json" || json.Status != 200 {
		t.Errorf("json: got %+v, want its type, and status 200", json)
	}
}
