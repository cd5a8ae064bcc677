package bench

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// Hold opens HTTP connections between the first two machines. Each makes one
// request and stays open. It returns after a further minute, in which nothing
// happens.
func (l *LAN) Hold(connections int) error {
	l.Hosts[0].Go("server", func(p *sim.Proc) {
		listener, err := l.Hosts[0].Listen(server, 4096)
		if err != nil {
			l.Loop.Fail(err)
			return
		}
		l.Loop.Fail(serveHTTP(p, l.Hosts[0], listener))
	})
	held := 0
	for i := range connections {
		l.Hosts[1].Go("client", func(p *sim.Proc) {
			p.Sleep(time.Duration(i) * 100 * time.Microsecond)
			conn, err := l.Hosts[1].Dial(server, 0)
			if err != nil {
				l.Loop.Fail(err)
				return
			}
			defer conn.Close()
			link := web.NewLink(conn)
			defer link.Release()
			r := web.Request{ID: uint64(i), Host: "x"}
			if err := link.Send(&r); err != nil {
				l.Loop.Fail(err)
				return
			}
			if _, err := link.Receive(&r); err != nil {
				l.Loop.Fail(err)
				return
			}
			held++
			l.Loop.Fail(fmt.Errorf("bench: hold: connection %d ended: %w", i, link.Await()))
		})
	}
	if err := l.Loop.Run(l.Loop.Now() + time.Duration(connections)*100*time.Microsecond + time.Minute); err != nil {
		return err
	}
	if held != connections {
		return fmt.Errorf("bench: hold: got %d open connections, want %d", held, connections)
	}
	return nil
}
