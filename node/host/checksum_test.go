package host_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// TestDamageIsFound: checksums find bits that flip in transit, and a program
// reads exactly what the other wrote. Without damage no checksum fails.
func TestDamageIsFound(t *testing.T) {
	for _, share := range []float64{0, 0.05} {
		t.Run(fmt.Sprintf("share=%v", share), func(t *testing.T) {
			got := make([]byte, 200_000)
			want := make([]byte, len(got))
			for i := range want {
				want[i] = byte(i >> 8 * i)
			}
			l, server, client := streamLab(t, func(_ *sim.Proc, c *host.Conn) {
				defer c.Close()
				c.Read(make([]byte, 1))
				c.Write(want) // the client says whether it arrived
			})
			conn := l.dial(t, client, "10.0.0.1:80")
			if share > 0 {
				rule, err := netfab.Impairment{Corrupt: share}.Rule(server.NIC("lan").Port())
				if err != nil {
					t.Fatal(err)
				}
				l.Fabric.Install(rule)
			}
			done := false
			l.Program(client, "client", func(*sim.Proc) error {
				if _, err := io.WriteString(conn, "?"); err != nil {
					return err
				}
				_, err := io.ReadFull(conn, got)
				done = true
				return err
			})
			l.Run(time.Hour)
			if !done || !bytes.Equal(got, want) {
				t.Errorf("read (whole: %t) differs from what was written", done)
			}
			found := host.StackStats(client).TCP.ChecksumErrors.Value() + host.StackStats(client).IP.MalformedPacketsReceived.Value()
			if (found > 0) != (share > 0) {
				t.Errorf("damaged frames found: got %d at a share of %v", found, share)
			}
		})
	}
}
