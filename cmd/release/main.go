// Command release makes what users install: an archive for each platform, a
// container image, the notes and the checksums, in dist. Two runs on one
// version of the sources with one version of Go give the same bytes.
//
//	go run ./cmd/release                    the version that git describe says
//	go run ./cmd/release -version v0.1.0    this one, also of changed sources
//	go run ./cmd/release -platforms linux/amd64 -out /elsewhere
//
// Start reading at release.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run executes one command line in the folder of the project.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(stderr)
	version := flags.String("version", "", "the version, such as v0.1.0; without it that of git describe, "+
		"which needs unchanged sources and a section in the changelog")
	out := flags.String("out", "dist", "the folder of the release; an earlier release in it is replaced")
	list := flags.String("platforms", strings.Join(allPlatforms, ","), "for which platforms")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("got the argument %q, want flags only", flags.Arg(0))
	}
	platforms, err := parsePlatforms(*list)
	if err != nil {
		return err
	}
	src, err := readSource(ctx, ".", *version, os.Getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return err
	}
	r := release{source: src, platforms: platforms, out: *out, log: stdout}
	return r.make(ctx)
}
