package topology

import (
	"strings"
	"testing"
)

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]string{
		"http://192.0.2.100/":         "192.0.2.100:80 192.0.2.100 /",
		"http://192.0.2.100":          "192.0.2.100:80 192.0.2.100 /",
		"http://192.0.2.100:/":        "192.0.2.100:80 192.0.2.100: /",
		"http://192.0.2.100:8080/a?b": "192.0.2.100:8080 192.0.2.100:8080 /a?b",
		"http://192.0.2.100:65535/":   "192.0.2.100:65535 192.0.2.100:65535 /",
		"http://192.0.2.100/a b":      "192.0.2.100:80 192.0.2.100 /a%20b",
		"https://192.0.2.100/":        "192.0.2.100:443 192.0.2.100 /",
		"https://192.0.2.100:8443/":   "192.0.2.100:8443 192.0.2.100:8443 /",
		"ftp://192.0.2.100/":          "192.0.2.100:21 192.0.2.100 /",
		"ftp://192.0.2.100:2121/pub/": "192.0.2.100:2121 192.0.2.100:2121 /pub/",
		"http://app.example/":         "app.example:80 app.example /",
		"https://App.Example/a?b":     "app.example:443 App.Example /a?b",
	} {
		got, err := ParseTarget(text)
		scheme, _, _ := strings.Cut(text, ":")
		if err != nil || got.Scheme != scheme || got.Where()+" "+got.Host+" "+got.Path != want {
			t.Errorf("%s: got %v, %v, want %s", text, got, err, want)
		}
	}
}

// TestParseTargetNamesWhatIsWrong: the part of the URL that is wrong, and not
// another one.
func TestParseTargetNamesWhatIsWrong(t *testing.T) {
	const whole = "a URL such as http://192.0.2.100/"
	for text, want := range map[string]string{
		"":                                         whole,
		"192.0.2.100":                              whole,
		"192.0.2.100:80":                           whole + ": first path segment in URL cannot contain colon",
		"ftps://192.0.2.100/":                      whole,
		"http:192.0.2.100":                         whole,
		"http:///path":                             whole,
		"http://192.0.2.100:http/":                 whole + `: invalid port ":http" after host`,
		"http://192.0.2.100:-1/":                   whole + `: invalid port ":-1" after host`,
		"http://192.0.2.100/%zz":                   whole + `: invalid URL escape "%zz"`,
		"http://192.0.2.100/\x01":                  whole + ": net/url: invalid control character in URL",
		"http://[fe80::1/":                         whole + ": missing ']' in host",
		"http://192.0.2.100:0/":                    "a port from 1 to 65535, not 0",
		"http://192.0.2.100:65536/":                "a port from 1 to 65535, not 65536",
		"http://192.0.2.100:99999999999999999999/": "a port from 1 to 65535, not 99999999999999999999",
		"http://me@192.0.2.100/":                   "no user in the URL: the bench sends none",
		"http://192.0.2.100/a#b":                   "no fragment #b: clients do not send it",
		"http://example.com:0/":                    "a port from 1 to 65535, not 0",
		"http://app..example/":                     "an address or a name such as app.example as its host: bad name: it is empty",
		"http://app_1.example/":                    `an address or a name such as app.example as its host: bad name: "app_1" has '_', want lower-case letters, digits and dashes`,
		"http://192.0.2.300/":                      "an IPv4 address as its host, four numbers from 0 to 255",
		"http://192.0.2/":                          "an IPv4 address as its host, four numbers from 0 to 255",
		"http://[2001:db8::1]/":                    "an IPv4 address as its host: the bench has no IPv6",
		"http://0.0.0.0/":                          "the address of one host: no server has 0.0.0.0",
		"http://224.0.0.2/":                        "the address of one host: no server has 224.0.0.2",
		"http://255.255.255.255/":                  "the address of one host: no server has 255.255.255.255",
	} {
		got, err := ParseTarget(text)
		if err == nil || !strings.HasSuffix(err.Error(), ", want "+want) || !strings.HasPrefix(err.Error(), "got ") {
			t.Errorf("%s: got %v, %v, want %s", text, got, err, want)
		}
	}
}
