package web

import "slices"

// notForwarded are the headers of a request that belong to one connection (RFC
// 9110 §7.6.1), or that Request and Body have themselves.
var notForwarded = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
	"Host", headerCookie, headerRequest, headerAttempt, "Content-Length", "Content-Type", "Soapaction",
}

// Fields returns the further header lines of the request, as Request.Fields has
// them, without those named; names are in canonical form.
func (x *Exchange) Fields(without ...string) string {
	var b []byte
	for name, value := range x.serving.in.request.All() {
		if slices.Contains(notForwarded, string(name)) || slices.Contains(without, string(name)) {
			continue
		}
		b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
	}
	return string(b)
}
