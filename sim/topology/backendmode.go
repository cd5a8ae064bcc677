package topology

import "slices"

// The protocols of back ends.
const (
	ProtocolHTTP = "http"
	ProtocolLDAP = "ldap"
)

// The ways in which a back end can be made to answer.
const (
	BackendOK      = "ok"      // as configured
	BackendStatus  = "status"  // answer with another status
	BackendLatency = "latency" // answer later
	BackendHang    = "hang"    // accept and read, answer nothing until the mode changes
	BackendReset   = "reset"   // reset the connection after the request

	BackendResetOnAccept = "reset-on-accept" // reset each connection as soon as it is accepted
	BackendSlowDrip      = "slow-drip"       // send a byte of the answer each second
	BackendEndlessHead   = "endless-head"    // send headers without end
	BackendWrongLength   = "wrong-length"    // promise more bytes than follow, then close
	BackendHTTP10        = "http-1.0"        // answer as HTTP/1.0: without a length, then close
	BackendChunked       = "chunked"         // send the body in chunks
	BackendGarbage       = "garbage"         // answer with what is not HTTP
	BackendHuge          = "huge"            // answer with 64 MiB
	BackendEmpty         = "empty"           // answer without a body
	BackendHTML          = "html"            // answer with a page of HTML that is not XML
	BackendSOAPFault     = "soap-fault"      // answer with a SOAP fault, which is XML
	BackendXMLBomb       = "xml-bomb"        // answer with XML whose entities expand to gigabytes

	BackendInvalidCredentials = "invalid-credentials" // refuse each bind
	BackendBusy               = "busy"                // answer that the directory is busy
)

// anyBackend, httpBackend and ldapBackend are the modes of any back end, and
// those of one protocol.
var (
	anyBackend  = []string{BackendLatency, BackendHang, BackendReset, BackendResetOnAccept, BackendOK}
	httpBackend = []string{
		BackendStatus, BackendSlowDrip, BackendEndlessHead, BackendWrongLength, BackendHTTP10, BackendChunked, BackendGarbage,
		BackendHuge, BackendEmpty, BackendHTML, BackendSOAPFault, BackendXMLBomb,
	}
	ldapBackend = []string{BackendInvalidCredentials, BackendBusy}
)

// BackendModes lists the modes of all back ends.
func BackendModes() []string { return slices.Concat(anyBackend, httpBackend, ldapBackend) }

// Modes lists the modes of the back end, which must be completed.
func (b Backend) Modes() []string {
	if b.Protocol == ProtocolLDAP {
		return slices.Concat(anyBackend, ldapBackend)
	}
	return slices.Concat(anyBackend, httpBackend)
}
