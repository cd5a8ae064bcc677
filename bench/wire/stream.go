//go:build linux

package wire

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// streamPart is the program that downloads from addresses or uploads to them,
// by one connection each. Members of a group are nodes of ours, which serve
// HTTP, so iperf3 cannot do it.
const streamPart = "stream"

// streamProgram is its command line. It streams at each of the addresses in
// turn.
func streamProgram(d Direction, span time.Duration, addresses ...string) ([]string, error) {
	self, err := os.Executable()
	return append([]string{self, streamPart, string(d), span.String()}, addresses...), err
}

// Direction is where the bytes of a stream go, as the client sees it.
type Direction string

// The directions.
const (
	Download Direction = "download"
	Upload   Direction = "upload"
)

// stream prints for each address how many bits per second it measured, and who
// answered.
func stream(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("stream: got %q, want a direction, a span and addresses", args)
	}
	span, err := time.ParseDuration(args[1])
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	measure := map[Direction]func(*streaming, time.Duration) (int64, error){Download: (*streaming).download, Upload: (*streaming).upload}[Direction(args[0])]
	if measure == nil {
		return fmt.Errorf("stream: direction: got %q, want %s or %s", args[0], Download, Upload)
	}
	for _, address := range args[2:] {
		s, err := dialStream(address)
		if err != nil {
			return fmt.Errorf("stream: %w", err)
		}
		began := time.Now()
		n, err := measure(s, span)
		took := time.Since(began)
		s.conn.Close()
		if err != nil {
			return fmt.Errorf("stream: %s: %s: %w", args[0], address, err)
		}
		fmt.Printf("%s %s %.0f\n", address, s.node, float64(8*n)/took.Seconds())
		time.Sleep(streamPause)
	}
	return nil
}

// streamPause is for what is still under way when a stream ends.
const streamPause = 200 * time.Millisecond

// streaming is one connection.
type streaming struct {
	conn net.Conn
	in   *bufio.Reader
	node string // who answers
}

// dialStream connects and gets one answer, so that the connection is in use
// when the time begins to run.
func dialStream(address string) (*streaming, error) {
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return nil, err
	}
	s := &streaming{conn: conn, in: bufio.NewReaderSize(conn, streamBuffer)}
	return s, s.exchange(http.MethodHead)
}

const streamBuffer = 256 << 10

// ask sends a request without a body.
func (s *streaming) ask(method string) error {
	_, err := io.WriteString(s.conn, method+" / HTTP/1.1\r\nHost: stream\r\n\r\n")
	return err
}

// exchange sends a request and reads its answer.
func (s *streaming) exchange(method string) error {
	if err := s.ask(method); err != nil {
		return err
	}
	_, err := s.answer(method, patience)
	return err
}

// answer reads an answer, for as long as the span lasts, and returns the bytes
// of its body.
func (s *streaming) answer(method string, span time.Duration) (int64, error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(span)); err != nil {
		return 0, err
	}
	head, err := http.ReadResponse(s.in, &http.Request{Method: method})
	if err != nil {
		return 0, err
	}
	defer head.Body.Close()
	if head.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("got %s", head.Status)
	}
	s.node = head.Header.Get("X-Cablepull-Node")
	return io.Copy(io.Discard, head.Body)
}

// download gets answers one after another until the span is over.
func (s *streaming) download(span time.Duration) (bytes int64, err error) {
	for end := time.Now().Add(span); err == nil; {
		if err = s.ask(http.MethodGet); err != nil {
			break
		}
		var n int64
		n, err = s.answer(http.MethodGet, time.Until(end))
		bytes += n
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return bytes, err
}

// upload sends the body of one request until the span is over. A service
// answers a request at once and takes in its body then, so the answer to a
// second request says that all has arrived.
func (s *streaming) upload(span time.Duration) (bytes int64, err error) {
	const head = "POST / HTTP/1.1\r\nHost: stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	if _, err := io.WriteString(s.conn, head); err != nil {
		return 0, err
	}
	chunk := append(fmt.Appendf(nil, "%x\r\n", streamBuffer), make([]byte, streamBuffer+len("\r\n"))...)
	copy(chunk[len(chunk)-len("\r\n"):], "\r\n")
	for end := time.Now().Add(span); time.Now().Before(end); bytes += streamBuffer {
		if _, err := s.conn.Write(chunk); err != nil {
			return bytes, err
		}
	}
	if _, err := io.WriteString(s.conn, "0\r\n\r\n"); err != nil {
		return bytes, err
	}
	if _, err := s.answer(http.MethodPost, patience); err != nil {
		return bytes, err
	}
	return bytes, s.exchange(http.MethodHead)
}
