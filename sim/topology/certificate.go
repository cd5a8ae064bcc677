package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// DefaultTLSPort is the port of an https URL.
const DefaultTLSPort = 443

// Words that take the place of a certificate's name.
const (
	CertificateNone = "none" // a service has none and refuses every handshake
	CertificateAny  = "any"  // a client accepts all
)

// HasTLS reports whether any program uses TLS.
func (t Topology) HasTLS() bool {
	for _, n := range t.Nodes { // order: any will do
		if n.Client != nil && isSecure(n.Client.Target) || n.Probe != nil && isSecure(n.Probe.Target) || n.Backend != nil && n.Backend.hasTLS() || n.Proxy != nil && n.Proxy.hasTLS() || n.APIM != nil {
			return true
		}
		if n.Gateway == nil {
			continue
		}
		for _, s := range n.Gateway.Services { // order: any will do
			if s.Kind == KindTLS {
				return true
			}
		}
	}
	return false
}

// secureListen is an address where a program presents a certificate.
type secureListen struct {
	at          netip.AddrPort
	certificate string
}

// presenting lists where the programs of a node present certificates. It need
// not be completed.
func (t Topology) presenting(name string, n Node) (all []secureListen) {
	at := Place{t, name, n}
	add := func(a netip.AddrPort, certificate string) {
		if certificate != "" && certificate != CertificateNone {
			all = append(all, secureListen{a, certificate})
		}
	}
	if n.Gateway != nil {
		for _, s := range n.Gateway.Complete(at).(*Gateway).Services { // order: the names are sorted later
			if s.Kind == KindTLS {
				add(s.Listen, s.Certificate)
			}
		}
	}
	if n.Proxy != nil {
		for _, l := range n.Proxy.Complete(at).(*Proxy).Listeners {
			add(l.Listen, l.Certificate)
		}
	}
	if n.APIM != nil {
		for _, i := range instancesOf(n.APIM.APIMInstance, n.APIM.Instances, name) { // order: as above
			certificate := cmp.Or(i.Certificate, APIMCertificate)
			add(anywhere(i.Port(APIMManagementPort)), certificate)
			add(anywhere(i.Port(APIMTrafficTLSPort)), certificate)
		}
	}
	if n.Backend != nil {
		for _, p := range n.Backend.WithDefaults().AllPorts() {
			add(anywhere(uint16(p.Port)), p.Certificate)
		}
	}
	return all
}

func isSecure(url string) bool {
	target, err := ParseTarget(url)
	return err == nil && target.Scheme == SchemeHTTPS
}

// certificates lists the names of the certificates that clients of a target on
// a node may be shown, sorted. Standby must be completed; programs need not be.
func (t Topology) certificates(asker Node, target Target) (names []string) {
	endpoints := t.Endpoints(asker, target)
	for _, name := range Names(t.Nodes) {
		n := t.Nodes[name]
		presenting := t.presenting(name, n)
		if len(presenting) == 0 {
			continue
		}
		own := t.serviceAddresses(n)
		for _, nic := range n.NICs { // order: only searched
			own = append(own, nic.Address.Addr())
		}
		for _, s := range presenting {
			here := func(a netip.AddrPort) bool {
				return s.at == a || s.at.Addr().IsUnspecified() && s.at.Port() == a.Port() && slices.Contains(own, a.Addr())
			}
			if slices.ContainsFunc(endpoints, here) {
				names = append(names, s.certificate)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// onlyCertificate returns the name of the certificate that all services at the
// target present, or "" if there is no such name.
func (c Client) onlyCertificate(at Place) string {
	target, err := ParseTarget(c.Target)
	if err != nil || target.Scheme != SchemeHTTPS {
		return ""
	}
	if names := at.Topology.certificates(at.Node, target); len(names) == 1 {
		return names[0]
	}
	return ""
}

// checkCertificate checks that a client with an https target, and no other, has
// the name of a certificate.
func (c Client) checkCertificate(k *checker, n Node) {
	path := []string{"certificate"}
	target, err := ParseTarget(c.Target)
	switch {
	case err != nil || c.Certificate == "" && target.Scheme != SchemeHTTPS:
		return
	case target.Scheme != SchemeHTTPS:
		k.fail(path, "got %s, but the target is not an https URL", c.Certificate)
		return
	}
	names := k.whole.certificates(n, target)
	switch {
	case c.Certificate == "" && len(names) == 0:
		k.fail([]string{"target"}, "nothing with a certificate listens on %s: want an http:// target, a service of kind tls there, or certificate: any", target.Where())
	case c.Certificate == "":
		k.fail(path, "certificate is missing: the services on %s present %s; want the name of the one to accept, or any", target.Where(), strings.Join(names, " and "))
	case c.Certificate == CertificateNone:
		k.fail(path, "got none, want the name of a certificate, or any")
	case c.Certificate != CertificateAny && len(names) > 0 && !slices.Contains(names, c.Certificate):
		k.warn(path, "no service on %s presents %s: every handshake will fail", target.Where(), c.Certificate)
	}
}

// certificate checks the name of a service's certificate.
func (c *checker) certificate(path []string, s Service) {
	switch {
	case s.Kind != KindTLS && s.Certificate != "":
		c.fail(path, "got %s, but a service of kind %s has no certificate", s.Certificate, s.Kind)
	case s.Certificate == CertificateAny:
		c.fail(path, "got any, want a name, or none")
	case s.Certificate != "":
		if err := CheckName(s.Certificate); err != nil {
			c.fail(path, "%v", err)
		}
	}
}
