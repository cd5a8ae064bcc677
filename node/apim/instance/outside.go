package instance

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/apim"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// deployTime is how long a publisher waits for a gateway, for the connection
// and for its answer together (ours).
const deployTime = 60 * time.Second

// outside is what an instance reaches while it serves one request.
type outside struct {
	apim.Transaction
	*Instance
	proc *sim.Proc // of the request
}

// Artifact implements apim.Outside. Of a file that may have been copied here it
// is the machine or the instance that wrote it. One on a server that does not
// answer is not found: the files log that.
func (o outside) Artifact(api string) (string, bool) {
	if files := o.files; files != nil {
		f, has, err := files.Get(o.proc, api)
		return f.Origin(), has && err == nil
	}
	text, found := o.disk.artifacts[api]
	return text, found
}

// artifactSize is how large the file of an artifact is, in bytes (ours).
const artifactSize = 20_000

// Store implements apim.Outside.
func (o outside) Store(api, artifact string) error {
	if files := o.files; files != nil {
		return files.Put(o.proc, api, artifactSize)
	}
	o.disk.change(DiskChange{Key: api, Value: artifact})
	return nil
}

// deployError says why an artifact did not get to its gateway.
type deployError struct {
	to  netip.AddrPort
	why string
}

// Error implements error.
func (e *deployError) Error() string { return fmt.Sprintf("gateway %s: %s", e.to, e.why) }

// Deploy implements apim.Outside.
func (o outside) Deploy(api, artifact string) error {
	to := o.cfg.DeployTo
	status, err := o.put(to, apim.DeployPath+api, artifact)
	switch {
	case err != nil:
		return &deployError{to, cmp.Or(host.Failure(err), "closed")}
	case status != http.StatusOK:
		return &deployError{to, fmt.Sprintf("status %d", status)}
	}
	return nil
}

// put makes one request with TLS.
func (i *Instance) put(to netip.AddrPort, path, body string) (status int, err error) {
	h := i.machine
	due := h.Scope().Elapsed() + deployTime
	conn, err := h.Dial(to, deployTime)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	left := due - h.Scope().Elapsed()
	if left <= 0 {
		return 0, host.ErrTimeout // to a connection, 0 means no deadline
	}
	conn.SetTimeout(left)
	secure, err := i.tls.Connect(conn)
	if err != nil {
		return 0, err
	}
	defer secure.Close()
	link := web.NewLink(secure)
	defer link.Release()
	request := web.Request{Method: http.MethodPut, Host: to.String(), Path: path, Body: &web.Body{Text: body, Type: plain}}
	if err := link.Send(&request); err != nil {
		return 0, err
	}
	answer, err := link.Receive(&request)
	var wrong *web.MismatchError
	if errors.As(err, &wrong) {
		return 0, errors.New("not HTTP")
	}
	return answer.Status, err
}
