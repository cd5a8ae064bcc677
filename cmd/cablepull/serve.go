package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/server"
)

// serveFlags are the flags of the verb serve.
type serveFlags struct {
	listen  string
	noToken bool
}

func newServe() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve [flags] DIR",
		Short: "Show the runs below a directory in a browser",
		Long: `Serve shows the runs that --out left below a directory in a browser: a list to
filter, the page and the files of each run, two runs side by side, and how far a
series of runs is that still goes on. Ctrl-C ends it.

It only reads, and listens on this machine alone unless --listen says otherwise.
The address that it prints has a token, without which nobody reads anything.`,
		Example: `  cablepull serve runs
  cablepull serve runs --listen 127.0.0.1:8080`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("serve: got %s, want one: the directory of --out, or one above it", counted(len(args), "argument"))
			}
			return f.serve(cmd.Context(), args[0], streamsOf(cmd))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", "address and port to listen on; port 0 is a free one")
	flags.BoolVar(&f.noToken, "no-token", false, "let everybody on this machine read")
	return cmd
}

// serve serves a directory until the context ends.
func (f serveFlags) serve(ctx context.Context, folder string, std streams) error {
	host, _, err := net.SplitHostPort(f.listen)
	if err != nil {
		return fmt.Errorf("serve: --listen: got %q, want ADDRESS:PORT, such as 127.0.0.1:8080", f.listen)
	}
	here := host == "localhost"
	if a, err := netip.ParseAddr(host); err == nil {
		here = a.IsLoopback()
	}
	if f.noToken && !here {
		return fmt.Errorf("serve: --no-token: other machines can reach %q, and everybody there could read; leave one of the two flags out", f.listen)
	}
	o := server.Options{}
	if !f.noToken {
		o.Token = rand.Text()
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("serve: --listen: %w", err)
	}
	defer listener.Close()
	if !here {
		o.Hosts = hostsOf(host)
	}
	s, err := server.Open(folder, o)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("serve: %s does not exist; cablepull run --all --out %s makes it", folder, reports.Command(folder))
	case errors.Is(err, server.ErrNoFolder):
		return fmt.Errorf("serve: %s is a file; name the directory of --out, or one above it", folder)
	case err != nil:
		return fmt.Errorf("serve: %w", err)
	}
	defer s.Close()
	if s.Count() == 0 {
		fmt.Fprintf(std.err, "cablepull: no runs in %s yet; those of cablepull run NAME --out %s will show up\n", folder, reports.Command(folder))
	}
	fmt.Fprintln(std.out, addressOf(listener.Addr(), host, o.Token))
	return serveUntil(ctx, listener, s)
}

// hostsOf lists the names by which browsers on other machines may call the
// server: the one that the user gave, and if that stands for all addresses of
// this machine, each of them, and its name.
func hostsOf(host string) []string {
	a, err := netip.ParseAddr(host)
	if host != "" && (err != nil || !a.IsUnspecified()) {
		return []string{host}
	}
	var all []string
	if name, err := os.Hostname(); err == nil {
		all = append(all, name)
	}
	addresses, _ := net.InterfaceAddrs() // without them the name is left
	for _, address := range addresses {
		if p, err := netip.ParsePrefix(address.String()); err == nil {
			all = append(all, p.Addr().String())
		}
	}
	return all
}

// addressOf is what the user opens in a browser.
func addressOf(at net.Addr, host, token string) string {
	_, port, _ := net.SplitHostPort(at.String()) // it listens, so it has a port
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "127.0.0.1"
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	address := "http://" + net.JoinHostPort(host, port) + "/"
	if token != "" {
		address += "?token=" + token
	}
	return address
}

// shutdownMax is how long requests that are being answered may take when the
// server ends.
const shutdownMax = 3 * time.Second

// serveUntil serves until the context ends, which is how a server ends.
func serveUntil(ctx context.Context, listener net.Listener, s http.Handler) error {
	h := http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownMax)
	defer cancel()
	if err := h.Shutdown(last); err != nil {
		h.Close()
	}
	return nil
}
