package topology

import (
	"cmp"
	"time"
)

// LBHealthCheck checks the members of a load-balancer group. Its keys are the
// product's names: spec/failover.md §6.3.
type LBHealthCheck struct {
	Type              string        `yaml:"type" doc:"Standard (default: HTTP whose answer must be XML), LDAP (as the product does it: only whether the port answers), IMSConnect, TCPConnection, or ours: LDAPBind (a real bind), JSON, Status (any answer with the status)" jsonschema:"enum=Standard,enum=LDAP,enum=IMSConnect,enum=TCPConnection,enum=LDAPBind,enum=JSON,enum=Status"`
	URI               string        `yaml:"target-uri" doc:"path of the request (default /)"`
	Port              int           `yaml:"target-port" doc:"port to check on members without a health-port (default 80)" jsonschema:"minimum=1,maximum=65535"`
	SOAP              *bool         `yaml:"use-soap" doc:"POST a SOAP message (default on); off: GET"`
	Timeout           time.Duration `yaml:"timeout" doc:"limit of a check, 2s to 86400s (default 10s); see enforce-timeout"`
	Frequency         time.Duration `yaml:"frequency" doc:"time between two checks, 5s to 86400s (default 180s)"`
	XPath             string        `yaml:"xpath" doc:"of type Standard: what must be true of the answer (default /, which any XML satisfies)"`
	Filter            string        `yaml:"filter" doc:"regular expression that the answer must match, in place of the product's stylesheet (default: none)"`
	JSONPath          string        `yaml:"json-path" doc:"of type JSON: what to look at in the answer, such as status.db"`
	JSONValue         string        `yaml:"json-value" doc:"of type JSON: what must stand there"`
	Status            int           `yaml:"status" doc:"status that the answer must have (default: any of Standard, else 200)" jsonschema:"minimum=100,maximum=599"`
	EnforceTimeout    bool          `yaml:"enforce-timeout" doc:"interrupt a check after its timeout; off (default): only compare afterwards, so that a check of a hung member lasts until the user agent's timeout"`
	IndependentChecks bool          `yaml:"independent-checks" doc:"check all members at the same time; off (default): one after another, so that a hung one delays the others"`
	TCPConnectionType string        `yaml:"tcp-conn-type" doc:"of type TCPConnection: Full (default: connect, then close) or Partial (half-open)" jsonschema:"enum=Full,enum=Partial"`
	TLS               bool          `yaml:"tls" doc:"check over TLS; any certificate is accepted (default off)"`
	Jitter            float64       `yaml:"jitter" form:"share" doc:"random variation of the frequency, as a share of it; ours, not the product's (default 0%)" jsonschema:"minimum=0,maximum=0.5"`
	FailureState      string        `yaml:"failure-state" doc:"state of a member whose check has failed, of which the product's texts say both: down (default) or softdown" jsonschema:"enum=down,enum=softdown"`
}

// The kinds of health check of a group.
const (
	LBCheckStandard = "Standard"
	LBCheckLDAP     = "LDAP"
	LBCheckIMS      = "IMSConnect"
	LBCheckTCP      = "TCPConnection"
	LBCheckLDAPBind = "LDAPBind"
	LBCheckJSON     = "JSON"
	LBCheckStatus   = "Status"
)

// withDefaults returns a copy with every default filled in.
func (h LBHealthCheck) withDefaults() LBHealthCheck {
	h.Type = cmp.Or(h.Type, LBCheckStandard)
	h.URI = cmp.Or(h.URI, "/")
	h.Port = cmp.Or(h.Port, DefaultPort)
	if h.SOAP == nil {
		on := true
		h.SOAP = &on
	}
	h.Timeout = cmp.Or(h.Timeout, 10*time.Second)
	h.Frequency = cmp.Or(h.Frequency, 180*time.Second)
	h.XPath = cmp.Or(h.XPath, "/")
	h.TCPConnectionType = cmp.Or(h.TCPConnectionType, "Full")
	h.FailureState = cmp.Or(h.FailureState, "down")
	return h
}

// Check is the check as any program runs it. The user agent's timeout ends a
// check whose own timeout is not enforced.
func (h LBHealthCheck) Check(userAgent time.Duration) Check {
	enforce := h.EnforceTimeout
	k := Check{Timeout: h.Timeout, Enforce: &enforce, UserAgent: userAgent, Filter: h.Filter, Status: h.Status}
	if h.SOAP == nil || *h.SOAP {
		k.Method = MethodPost
	} else {
		k.Method = MethodGet
	}
	switch h.Type {
	case LBCheckLDAP:
		k.By = CheckLDAPPing
	case LBCheckIMS:
		k.By = CheckIMS
	case LBCheckTCP:
		k.By = CheckTCPFull
		if h.TCPConnectionType == "Partial" {
			k.By = CheckTCPHalf
		}
	case LBCheckLDAPBind:
		k.By = CheckLDAPBind
	case LBCheckJSON:
		k.By, k.Field, k.Value = CheckJSON, h.JSONPath, h.JSONValue
	case LBCheckStatus:
		k.By = CheckHTTPStatus
		if h.Filter != "" {
			k.By = CheckHTTPRegexp
		}
	default:
		k.By, k.XPath = CheckSOAP, h.XPath
	}
	if !k.AsksHTTP() {
		k.Method, k.Filter, k.Status = "", "", 0
	}
	return k.WithDefaults()
}

func (c *checker) lbHealthCheck(path []string, h LBHealthCheck) {
	if h.Timeout < 2*time.Second || h.Timeout > 86400*time.Second {
		c.fail(At(path, "timeout"), "got %s, want 2s to 86400s", h.Timeout)
	}
	if h.Frequency < 5*time.Second || h.Frequency > 86400*time.Second {
		c.fail(At(path, "frequency"), "got %s, want 5s to 86400s", h.Frequency)
	}
	if h.Type == LBCheckJSON && h.JSONPath == "" {
		c.fail(path, "json-path is missing: a check of type JSON looks there")
	}
}
