package certificate

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// Certificate is a self-signed certificate and its key. All machines of a run
// that ask for one by name get the same, wherever they run.
type Certificate struct {
	own tls.Certificate
}

// The validity of each certificate: it never matters in virtual time, and real
// programs of today accept it.
var (
	notBefore = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// New returns the certificate of a name. It depends on the loop's seed and the
// name only.
func New(l *sim.Loop, name string) (*Certificate, error) {
	seed := make([]byte, ed25519.SeedSize)
	random := random{l.Stream("certificate/" + name)}
	random.Read(seed)
	key := ed25519.NewKeyFromSeed(seed)
	template := x509.Certificate{
		SerialNumber: new(big.Int).SetUint64(random.Uint64()>>1 | 1), // RFC 5280 §4.1.2.2: positive
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{name},
		NotBefore:    notBefore, NotAfter: notAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(random, &template, &template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("certificate: %s: %w", name, err)
	}
	return &Certificate{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}, nil
}

// nameIn returns the name in an encoded certificate, for messages.
func nameIn(der []byte) string {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return err.Error()
	}
	return c.Subject.CommonName
}
