package topology

import "slices"

// The kinds of services.
const (
	KindHTTP       = "http"
	KindManagement = "management"
	KindAPIGateway = "api-gateway"
	KindFTP        = "ftp"
	KindTLS        = "tls"
	KindB2B        = "b2b"
)

// serviceKind is what is known of all services of a kind.
type serviceKind struct {
	name string
	port uint16 // on which it listens by default
	// fixed is why its connections are not balanced: all of them stay at the
	// active. Empty: they are.
	fixed string
}

// serviceKinds are the kinds that Service.Kind may name. Which of them are
// balanced is the product's choice: spec/failover.md §5.1.
var serviceKinds = []serviceKind{
	{name: KindHTTP, port: DefaultPort},
	{name: KindManagement, port: 9090, fixed: "administrative service"},
	{name: KindAPIGateway, port: 443, fixed: "HTTPS handler of the API gateway"},
	{name: KindFTP, port: DefaultFTPPort, fixed: "FTP server handler"},
	{name: KindTLS, port: DefaultTLSPort},
	{name: KindB2B, port: DefaultExchangePort},
}

// ServiceKinds lists the kinds of services.
func ServiceKinds() []string {
	var names []string
	for _, k := range serviceKinds {
		names = append(names, k.name)
	}
	return names
}

// kind returns what is known of the service's kind, as of an HTTP service if
// there is no such kind.
func (s Service) kind() serviceKind {
	i := slices.IndexFunc(serviceKinds, func(k serviceKind) bool { return k.name == s.Kind })
	return serviceKinds[max(i, 0)]
}

// Balanced reports whether the connections of the service are spread over the
// members of a self-balanced group, or else why they all stay at the active.
func (s Service) Balanced() (balanced bool, reason string) {
	fixed := s.kind().fixed
	return fixed == "", fixed
}
