package instance

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/apim"
	"github.com/cablepull/cablepull/node/datasource"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// StoreHeader is the header of answers that names the database that was asked.
const StoreHeader = "X-Cablepull-Store"

// bodyMax is the largest body that an instance takes.
const bodyMax = 1 << 20

// Ready implements web.Service.
func (o *port) Ready(p *sim.Proc) { o.instance.machine.CPU().Use(p, host.Service, 0) }

// Open implements web.Service. Without memory for it, a connection is reset.
func (o *port) Open(p *sim.Proc, c web.Conn) web.Session {
	m := o.instance.machine
	m.CPU().Use(p, host.Service, 0) // the hog may have come while it waited in Accept
	if o.proc != p || !m.Host.Memory().Take(m.Memory.Connection) {
		return nil // in the first case, stopped meanwhile
	}
	o.open = append(o.open, c)
	m.Log(event.ConnAccepted{Service: o.service(), Client: c.RemoteAddrPort().String()})
	return &visit{port: o, conn: c, manager: o.instance.manager}
}

// service names the port in events.
func (o *port) service() string {
	if o.traffic {
		return o.instance.all.ServiceOf(o.instance.name, topology.APIMTraffic)
	}
	return o.instance.all.ServiceOf(o.instance.name, topology.APIMProcess)
}

// visit is one connection to an instance.
type visit struct {
	*port
	conn    web.Conn
	manager *apim.Manager // of the process that has accepted it
}

// Close implements web.Session.
func (v *visit) Close() {
	v.open = slices.DeleteFunc(v.open, func(c web.Conn) bool { return c == v.conn })
	v.instance.machine.Host.Memory().Give(v.instance.machine.Memory.Connection)
}

// Serve implements web.Session.
func (v *visit) Serve(p *sim.Proc, x *web.Exchange) {
	i := v.instance
	m := i.machine
	if !m.Host.Memory().Take(m.Memory.Request) {
		_ = x.AnswerWith(web.Content{Status: http.StatusServiceUnavailable, Type: plain, Body: "no memory\n"}) // the connection's error ends it
		return
	}
	defer m.Host.Memory().Give(m.Memory.Request)
	if x.TakeBody(bodyMax) != nil {
		return
	}
	m.CPU().Use(p, host.Service, i.cfg.Work)
	r := requestOf(x, v.traffic)
	part := v.manager.Part(r)
	v.hold(p, part)
	if i.manager != v.manager {
		x.Abort() // the process has ended
		return
	}
	answer, store := v.answer(p, r, part)
	if i.manager != v.manager {
		x.Abort()
		return
	}
	v.log(x, answer, part, store)
	if store != "" {
		x.AddHeader(StoreHeader, store)
	}
	if answer.Location != "" {
		x.AddHeader("Location", answer.Location)
	}
	if answer.Cookie != "" {
		x.SetCookie(answer.Cookie)
	}
	if x.AnswerWith(web.Content{Status: answer.Status, Type: plain, Body: answer.Body}) == nil && x.Request.ID > 0 {
		m.Log(event.RequestServed{Service: v.service(), Request: x.Request.ID, Client: v.conn.RemoteAddrPort().String()})
	}
}

const plain = "text/plain"

// requestOf is a request as package apim takes it.
func requestOf(x *web.Exchange, traffic bool) apim.Request {
	path, _, _ := strings.Cut(x.Request.Path, "?")
	r := apim.Request{
		Traffic: traffic, Method: x.Request.Method, Path: path,
		Token: strings.TrimPrefix(x.Header("Authorization"), "Bearer "), Forwarded: x.Header("X-Forwarded-Host"),
	}
	if x.Request.Body != nil {
		r.Body = x.Request.Body.Text
	}
	if cookies, err := http.ParseCookie(x.Request.Cookie); err == nil {
		for _, c := range cookies {
			if c.Name == apim.SessionCookie {
				r.Cookie = cmp.Or(r.Cookie, c.Value)
			}
		}
	}
	return r
}

// hold parks as long as the part hangs.
func (v *visit) hold(p *sim.Proc, part string) {
	i := v.instance
	for i.manager == v.manager && i.mode[part] == topology.APIMHang {
		i.held = append(i.held, p)
		p.Park()
	}
}

// answer asks the machine, in a transaction of the database that the request
// needs. It returns the name of that too.
func (v *visit) answer(p *sim.Proc, r apim.Request, part string) (answer apim.Response, store string) {
	i := v.instance
	switch {
	case i.mode[part] == topology.APIMError:
		return apim.Response{Status: http.StatusInternalServerError, Body: "error\n", Reason: "told to"}, ""
	case i.stopped[part]:
		return apim.Response{Status: http.StatusNotFound, Body: part + " is stopped\n", Reason: "stopped"}, ""
	}
	now := time.Duration(i.machine.Scope().Local())
	serve := func(t apim.Transaction) (err error) {
		answer, err = v.manager.Serve(now, r, outside{t, i, p})
		return err
	}
	var err error
	if of := v.manager.Database(now, r); of == apim.NoDatabase {
		err = serve(nil)
	} else {
		d := i.database(of)
		store = d.Name()
		if err = d.Do(p, serve); err != nil {
			err = reasonOf(store, err)
		}
	}
	if err != nil {
		return apim.Response{Status: http.StatusInternalServerError, Body: err.Error() + "\n", Reason: err.Error()}, store
	}
	if answer.Invalidated != "" && i.invalidated != nil {
		i.invalidated(answer.Invalidated)
	}
	return answer, store
}

// reasonOf says whether the database or a gateway has failed.
func reasonOf(store string, err error) error {
	var gateway *deployError
	if errors.As(err, &gateway) {
		return gateway
	}
	return failed(store, err)
}

// failed says what is wrong with a database, without the details of the
// connection.
func failed(store string, err error) error {
	for _, known := range []error{
		datasource.ErrPoolExhausted, datasource.ErrUnreachable, datasource.ErrCommitUnknown, datasource.ErrReadOnly,
		datasource.ErrLockTimeout, datasource.ErrDeadlock, datasource.ErrDiskFull, datasource.ErrTooMany,
	} {
		if errors.Is(err, known) {
			return fmt.Errorf("database %s: %w", store, known)
		}
	}
	return fmt.Errorf("database %s: %w", store, err)
}

// log says what a request has changed, or why it was refused.
func (v *visit) log(x *web.Exchange, answer apim.Response, part, store string) {
	i := v.instance
	if answer.Reason != "" && answer.Reason != apim.NoSession {
		i.machine.Log(event.APIMRefused{
			Instance: i.name, Part: part, Request: x.Request.ID, Status: answer.Status, Reason: answer.Reason, Store: store,
		})
	}
	for _, c := range answer.Changes {
		where := store
		if c.What == apim.Deployed {
			where = "files-" + i.name
		}
		i.machine.Log(event.APIMChanged{Instance: i.name, What: c.What, Key: c.Key, Store: where, Request: x.Request.ID})
	}
}
