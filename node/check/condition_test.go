package check

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/topology"
)

// An answer that the product takes for healthy: spec/failover.md F40.
const fault = `<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>` +
	`<soap:Fault><faultcode>soap:Server</faultcode><faultstring>out of order</faultstring></soap:Fault></soap:Body></soap:Envelope>`

// bomb is ten levels of entities of ten entities each.
var bomb = func() string {
	s := "<!DOCTYPE a [<!ENTITY e0 \"lol\">"
	for i := 1; i < 10; i++ {
		s += fmt.Sprintf("<!ENTITY e%d \"%s\">", i, strings.Repeat(fmt.Sprintf("&e%d;", i-1), 10))
	}
	return s + "]><a>&e9;</a>"
}()

func bySOAP(xpath string) topology.Check { return topology.Check{By: topology.CheckSOAP, XPath: xpath} }

func byJSON(field, value string) topology.Check {
	return topology.Check{By: topology.CheckJSON, Field: field, Value: value}
}

// bodies are what each condition says of which body. Empty: nothing is wrong.
var bodies = []struct {
	check      topology.Check
	body, want string
}{
	{bySOAP(""), fault, ""}, // the default XPath takes an error for healthy
	{bySOAP("not(//soap:Fault)"), fault, "XPath false"},
	{bySOAP("not(//soap:Fault)"), "<ok/>", ""},
	{bySOAP("//faultcode = 'soap:Server'"), fault, ""},
	{bySOAP("count(/a/b)"), "<a><b/><b/></a>", ""},
	{bySOAP("count(/a/b)"), "<a/>", "XPath false"},
	{bySOAP("count(/a/b) = 2"), "<a><b/><b/></a>", ""},
	{bySOAP("string(/a/b)"), "<a><b>x</b></a>", ""},
	{bySOAP("string(/a/b)"), "<a><b/></a>", "XPath false"},
	{bySOAP("number(/a)"), "<a>x</a>", "XPath false"}, // not a number
	{bySOAP("/a/@up"), "<a up=''/>", ""},
	{bySOAP("sum('x')"), "<a/>", "XPath failed"},
	{bySOAP(""), "", "not XML"},
	{bySOAP(""), " \n", "not XML"},
	{bySOAP(""), "OK", "not XML"},
	{bySOAP(""), `<!DOCTYPE html><html><head><meta charset="utf-8"><body>It works!<br></body></html>`, "not XML"},
	{bySOAP(""), `<!DOCTYPE html><html><body>It works!<br/></body></html>`, ""}, // XHTML is XML
	{bySOAP(""), "<a/>\n<b/>", "not XML"},
	{bySOAP(""), "x<a/>", "not XML"},
	{bySOAP(""), "<a/>x", "not XML"},
	{bySOAP(""), "<a><b></a></b>", "not XML"},
	{bySOAP(""), "<a>", "not XML"},
	{bySOAP(""), "<x:a/>", "not XML"}, // no such prefix
	{bySOAP(""), "<a x:b=''/>", "not XML"},
	{bySOAP(""), "<a><x:b xmlns:x='c'/><x:b/></a>", "not XML"},
	{bySOAP("namespace-uri(/a/*) = 'c' and namespace-uri(/a/*/@b) = ''"), "<a><x xmlns='c' b=''/></a>", ""},
	{bySOAP("count(/a/@*) = 1"), "<a xmlns='b' xmlns:c='d' e=''/>", ""}, // namespaces are no attributes
	{bySOAP("/a/text() = '<b'"), "<a><![CDATA[<]]>b</a>", ""},           // one text
	{bySOAP("count(/a/text()) = 3"), "<a>\n<b/>\n<b/>\n</a>", ""},
	{bySOAP("contains(/, 'UP')"), "<a><b>UP</b></a>", ""},
	{bySOAP(""), "<?xml version='1.0'?>\n<!-- c --><a><![CDATA[<]]></a>\n<!-- c -->\n", ""},
	{bySOAP("/a = 'ä'"), "<?xml version='1.0' encoding='iso-8859-1'?><a>\xe4</a>", ""},
	{bySOAP("/a = 'ä'"), "<?xml version='1.0' encoding='US-ASCII'?><a>\xe4</a>", ""}, // many say so who mean Latin-1
	{bySOAP("/a = 'ы'"), "<?xml version='1.0' encoding='Windows-1251'?><a>\xfb</a>", ""},
	{bySOAP(""), "<?xml version='1.0' encoding='klingon'?><a/>", "not XML"},
	{bySOAP(""), bomb, "not XML"},
	{bySOAP(""), strings.Repeat("<a>", depthMax) + strings.Repeat("</a>", depthMax), ""},
	{bySOAP(""), strings.Repeat("<a>", depthMax+1) + strings.Repeat("</a>", depthMax+1), "answer too large"},
	{bySOAP(""), "<a>" + strings.Repeat("<b/>", nodesMax-2) + "</a>", ""},
	{bySOAP(""), "<a>" + strings.Repeat("<b/>", nodesMax) + "</a>", "answer too large"},
	{bySOAP(""), "<a>" + strings.Repeat("<!---->", nodesMax) + "</a>", "answer too large"},
	{filtered, "<a>UP</a>", ""},
	{filtered, "<a>DOWN</a>", "no match"},
	{filtered, "UP", "not XML"},

	{byRegexp, "status: ok\n", ""},
	{byRegexp, "status: down\n", "no match"},
	{byRegexp, "my status: ok\n", "no match"},
	{byRegexp, "", "no match"},

	{byJSON("status", "UP"), `{"status": "UP"}`, ""},
	{byJSON("status", "UP"), `{"status": "DOWN"}`, `value "DOWN"`},
	{byJSON("status", "UP"), `{"Status": "UP"}`, "no field"},
	{byJSON("status", "UP"), `{"status": "UP"} {}`, "not JSON"},
	{byJSON("status", "UP"), `{"status": "UP"`, "not JSON"},
	{byJSON("status", "UP"), `{"status": "DOWN", "status": "UP"}`, ""}, // the last one counts, as in most programs
	{byJSON("status", "UP"), "", "not JSON"},
	{byJSON("status", "UP"), "<ok/>", "not JSON"},
	{byJSON("status", "UP"), `{"status": {"UP": 1}}`, `value "{\"UP\": 1}"`},
	{byJSON("db.nodes.1.state", "true"), `{"db": {"nodes": [{}, {"state": true}]}}`, ""},
	{byJSON("db.nodes.2.state", "true"), `{"db": {"nodes": [{}, {"state": true}]}}`, "no field"},
	{byJSON("db.nodes.-1", "true"), `{"db": {"nodes": [true]}}`, "no field"},
	{byJSON("0", "3"), `[3]`, ""},
	{byJSON("0", "3"), `[3.0]`, `value "3.0"`}, // as it is written
	{byJSON("a", "null"), `{"a": null}`, ""},
	{byJSON("a", "x"), `{"a": "` + strings.Repeat("y", 1000) + `"}`, `value "` + strings.Repeat("y", 40) + `"`},
	{byJSON("a", "x"), strings.Repeat("[", 100_000), "not JSON"},
}

// filtered is a check by SOAP with a filter as well.
var filtered = topology.Check{By: topology.CheckSOAP, Filter: "UP|OK"}

// byRegexp is a check by a regular expression.
var byRegexp = topology.Check{By: topology.CheckHTTPRegexp, Filter: `^status: (ok|degraded)\n`}

// TestConditions: each condition says the same of a body whenever it is asked.
func TestConditions(t *testing.T) {
	for _, c := range bodies {
		is, _, err := conditionOf(c.check.WithDefaults())
		if err != nil {
			t.Errorf("%+v: %v", c.check, err)
			continue
		}
		for range 2 { // nothing is kept from one to the next
			got := ""
			if err := is([]byte(c.body)); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s %s%s, body %.80q: got %q, want %q", c.check.By, c.check.XPath, c.check.Field, c.body, got, c.want)
			}
		}
	}
}

// TestConditionErrors: a checker is not made of broken patterns.
func TestConditionErrors(t *testing.T) {
	for _, c := range []struct {
		check topology.Check
		want  string
	}{
		{bySOAP("//["), "xpath: expression must evaluate to a node-set"},
		{topology.Check{By: topology.CheckHTTPRegexp, Filter: "("}, "filter: error parsing regexp: missing closing ): `(`"},
	} {
		if _, _, err := conditionOf(c.check.WithDefaults()); err == nil || err.Error() != c.want {
			t.Errorf("%+v: got %v, want %s", c.check, err, c.want)
		}
	}
}

// FuzzXML: no document makes the condition panic, or passes without an element.
func FuzzXML(f *testing.F) {
	for _, body := range []string{"", "<a/>", fault, bomb, "<a b='c'>d</a>", "<?x?><a/>", "<a/><!-- b -->", "<a xmlns:b='c'><b:d/></a>", "x<a/>"} {
		f.Add("/", body)
		f.Add("count(//*[@b]) > 0 and not(//soap:Fault)", body)
	}
	f.Fuzz(func(t *testing.T, xpath, body string) {
		if len(body) > parseMax || len(xpath) > 100 {
			return
		}
		is, _, err := conditionOf(bySOAP(xpath).WithDefaults())
		if err != nil {
			return
		}
		if err := is([]byte(body)); err == nil && !strings.Contains(body, "<") {
			t.Errorf("xpath %q is true of %q", xpath, body)
		}
	})
}

// FuzzJSON: no text makes the condition panic, or passes without the value in
// it.
func FuzzJSON(f *testing.F) {
	for _, body := range []string{"", "{}", `{"a": "b"}`, `{"a": [1, {"b": null}]}`, "[[[[", `"\u0061"`} {
		f.Add("a", "b", body)
		f.Add("a.1.b", "null", body)
	}
	f.Fuzz(func(t *testing.T, field, value, body string) {
		is, _, err := conditionOf(byJSON(field, value))
		if err != nil {
			t.Fatal(err)
		}
		if err := is([]byte(body)); err == nil && !strings.Contains(body, value) && !strings.Contains(body, `\`) && strings.ToValidUTF8(body, "") == body {
			t.Errorf("field %q holds %q in %q", field, value, body)
		}
	})
}
