package server

import (
	"embed"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"

	g "maragu.dev/gomponents"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
)

//go:embed style.css script.js
var source embed.FS

// Server serves the runs below a folder.
type Server struct {
	root  *os.Root
	name  string // of the folder, as the user wrote it
	guard guard
	runs  catalogue
}

// Options say who may read.
type Options struct {
	// Token is what a browser must know. Without one, everybody may read who
	// reaches the server.
	Token string
	// Hosts are the names and addresses by which the server may be called, in
	// addition to those of the machine itself.
	Hosts []string
}

// ErrNoFolder says that what should be served is not a folder.
var ErrNoFolder = errors.New("it is not a folder")

// Open returns a server for a folder, which must be there. Close ends its use.
func Open(folder string, o Options) (*Server, error) {
	if info, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("server: %s: %w", folder, ErrNoFolder)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return &Server{root: root, name: folder, guard: guard{o.Token, o.Hosts}, runs: newCatalogue(root)}, nil
}

// Close ends the use of the folder.
func (s *Server) Close() error { return s.root.Close() }

// Count returns how many runs the folder has now.
func (s *Server) Count() int { return len(s.runs.list().runs) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.list)
	mux.HandleFunc("GET /difference", s.difference)
	mux.HandleFunc("GET /progress", s.progress)
	mux.HandleFunc("GET /run/{path...}", s.run)
	mux.HandleFunc("GET /file/{path...}", s.file)
	mux.HandleFunc("GET /style.css", s.embedded)
	mux.HandleFunc("GET /script.js", s.embedded)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, http.StatusNotFound, "There is no such page.")
	})
	s.guard.check(w, r, mux, s.refuse)
}

// embedded serves what the pages of the server need.
func (s *Server) embedded(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, source, path.Base(r.URL.Path))
}

// show writes a page.
func (s *Server) show(w http.ResponseWriter, status int, view g.Node) {
	var out strings.Builder
	if err := view.Render(&out); err != nil {
		http.Error(w, "server: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, out.String())
}

// refuse answers with a reason.
func (s *Server) refuse(w http.ResponseWriter, status int, why string) {
	s.show(w, status, refusal{fmt.Sprintf("%d %s", status, http.StatusText(status)), why}.view())
}

// refusal says why there is no page.
type refusal struct{ Title, Why string }

// file serves an artefact: report.html as a page, everything else to save. It
// must be next to run.json, or in the folder of the real programs.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("path")
	folder := path.Dir(name)
	if path.Base(folder) == reports.ProgramsFolder {
		folder = path.Dir(folder)
	}
	if !s.runs.is(folder) || strings.HasPrefix(path.Base(name), ".") {
		s.refuse(w, http.StatusNotFound, "No run left such a file.")
		return
	}
	info, err := s.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() { // nor is it a link to one, or a pipe
		s.refuse(w, http.StatusNotFound, "The run left no such file.")
		return
	}
	file, err := s.root.Open(name)
	if err != nil {
		s.refuse(w, http.StatusNotFound, "The file cannot be read.")
		return
	}
	defer file.Close()
	if path.Base(name) == page.File {
		w.Header().Set("Content-Security-Policy", page.Policy()+"; frame-ancestors 'none'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	} else {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", "attachment")
	}
	http.ServeContent(w, r, path.Base(name), info.ModTime(), file)
}
